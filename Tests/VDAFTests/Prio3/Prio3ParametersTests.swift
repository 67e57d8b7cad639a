import Testing
import VDAF

/// Which parameters and measurements are refused.
@Suite struct Prio3ParametersTests {
    static let invalid: [Prio3Parameters] = [
        .sum(maxMeasurement: 0), .sum(maxMeasurement: 1 << 63), .sum(maxMeasurement: .max),
        .sumVec(length: 0, maxMeasurement: 1, chunkLength: 1),
        .sumVec(length: 1, maxMeasurement: 0, chunkLength: 1),
        .sumVec(length: 1, maxMeasurement: 1, chunkLength: 0),
        .sumVec(length: .max, maxMeasurement: .max, chunkLength: 1),
        .sumVec(length: 1 << 20, maxMeasurement: 1 << 16, chunkLength: 4096),
        .sumVec(length: 1, maxMeasurement: 1, chunkLength: .max),
        .sumVec(length: 1 << 16, maxMeasurement: 1, chunkLength: 1),
        .histogram(length: 0, chunkLength: 1), .histogram(length: 1, chunkLength: 0),
        .histogram(length: .max, chunkLength: 1), .histogram(length: 1, chunkLength: .max),
        .histogram(length: (1 << 24) + 1, chunkLength: 4096), .histogram(length: 1 << 24, chunkLength: 1),
        .multihotCountVec(length: 0, chunkLength: 1, maxWeight: 0),
        .multihotCountVec(length: 0, chunkLength: 1, maxWeight: 1),
        .multihotCountVec(length: 4, chunkLength: 0, maxWeight: 1),
        .multihotCountVec(length: 4, chunkLength: 1, maxWeight: 0),
        .multihotCountVec(length: 4, chunkLength: 1, maxWeight: 5),
        .multihotCountVec(length: 4, chunkLength: 1, maxWeight: .max),
        .multihotCountVec(length: .max, chunkLength: 1, maxWeight: 1),
        .multihotCountVec(length: 1 << 24, chunkLength: 4096, maxWeight: 1),
    ]

    @Test("Parameters out of range are refused", arguments: invalid)
    func invalidParameters(parameters: Prio3Parameters) {
        #expect(throws: VDAFError(.invalidParameters, "")) { try Prio3(parameters) }
    }

    static let extreme: [Prio3Parameters] = [
        .sum(maxMeasurement: 1), .sum(maxMeasurement: (1 << 63) - 1),
        .sumVec(length: 1, maxMeasurement: 1, chunkLength: 1),
        .sumVec(length: 1, maxMeasurement: .max, chunkLength: 100),
        .histogram(length: 1, chunkLength: 1), .histogram(length: 1, chunkLength: 50),
        .multihotCountVec(length: 1, chunkLength: 1, maxWeight: 1),
        .multihotCountVec(length: 4, chunkLength: 7, maxWeight: 4),
    ]

    @Test("Parameters at the ends of their ranges work", arguments: extreme)
    func extremeParameters(parameters: Prio3Parameters) throws {
        var random = SplitMix64(seed: 5)
        let parties = try TwoParties(parameters, random: &random)
        let (measurement, result): (Prio3Measurement, Prio3AggregateResult) =
            switch parameters {
            case .count: (.integer(1), .integer(1))
            case .sum(let maximum): (.integer(maximum), .integer(UInt128(maximum)))
            case .sumVec(_, let maximum, _): (.vector([maximum]), .vector([UInt128(maximum)]))
            case .histogram: (.integer(0), .vector([1]))
            case .multihotCountVec(let length, _, _):
                (.vector((0..<length).map { _ in 1 }), .vector((0..<length).map { _ in 1 }))
            }
        let report = try parties.report(measurement, bucket: 9, random: &random)
        let sums = try parties.aggregate([report])
        #expect(try parties.prio3.unshard(try sums.map { try #require($0[9]) }) == result)
    }

    @Test("Algorithm identifiers are the draft's")
    func algorithmIDs() {
        #expect(PrioKind.all.map(\.parameters.algorithmID) == [1, 2, 3, 4, 5])
    }

    private func refuse(_ parameters: Prio3Parameters, _ measurements: [Prio3Measurement]) throws {
        let prio3 = try Prio3(parameters)
        for (index, measurement) in measurements.enumerated() {
            #expect(throws: VDAFError(.invalidMeasurement, ""), "\(parameters), measurement \(index)") {
                try prio3.shard(
                    measurement, context: [], nonce: [UInt8](repeating: 0, count: Prio3.nonceSize),
                    random: [UInt8](repeating: 0, count: prio3.randomSize))
            }
        }
    }

    @Test("A measurement out of range, of the wrong length or of the wrong case is refused")
    func invalidMeasurements() throws {
        try refuse(.count, [.integer(2), .integer(.max), .vector([]), .vector([1])])
        try refuse(.sum(maxMeasurement: 10), [.integer(11), .integer(15), .integer(.max), .vector([1])])
        try refuse(
            .sumVec(length: 2, maxMeasurement: 5, chunkLength: 2),
            [.integer(1), .vector([]), .vector([1]), .vector([1, 1, 1]), .vector([6, 0]), .vector([0, .max])])
        try refuse(
            .histogram(length: 4, chunkLength: 2),
            [.integer(4), .integer(.max), .integer(1 << 63), .vector([0, 1, 0, 0])])
        try refuse(
            .multihotCountVec(length: 4, chunkLength: 2, maxWeight: 2),
            [
                .integer(1), .vector([]), .vector([1, 0, 0]), .vector([1, 0, 0, 0, 0]), .vector([2, 0, 0, 0]),
                .vector([1, 1, 1, 0]), .vector([.max, 1, 1, 0]), .vector([1, 1, 1, 1]),
            ])
    }

    @Test("Numbers of shares and proofs outside 2 … 255 and 1 … 255 are refused")
    func sharesAndProofs() throws {
        for shares in [Int.min, -1, 0, 1, 256, 257, Int.max] {
            #expect(throws: VDAFError(.invalidParameters, ""), "\(shares) shares") {
                try Prio3VDAF(Count<Field64>(), algorithmID: 1, shares: shares)
            }
        }
        for proofs in [Int.min, -1, 0, 256, Int.max] {
            #expect(throws: VDAFError(.invalidParameters, ""), "\(proofs) proofs") {
                try Prio3VDAF(Count<Field64>(), algorithmID: 1, proofs: proofs)
            }
        }
    }

    @Test("Circuits refuse lengths that no wire format can carry, instead of overflowing")
    func hugeLengths() {
        for length in [Int.min, -1, Int.max - 1, Int.max] {
            #expect(throws: VDAFError(.invalidParameters, ""), "\(length)") {
                try SumVec<Field128>(length: length, maxMeasurement: .max, chunkLength: 1)
            }
            #expect(throws: VDAFError(.invalidParameters, ""), "\(length)") {
                try Histogram<Field128>(length: length, chunkLength: 1)
            }
            #expect(throws: VDAFError(.invalidParameters, ""), "\(length)") {
                try Histogram<Field128>(length: 1, chunkLength: length)
            }
            #expect(throws: VDAFError(.invalidParameters, ""), "\(length)") {
                try MultihotCountVec<Field128>(length: length, maxWeight: 1, chunkLength: 1)
            }
        }
    }
}
