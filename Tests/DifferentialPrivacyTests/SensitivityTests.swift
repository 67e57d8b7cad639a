import DifferentialPrivacy
import Testing
import VDAF

/// The sensitivities against every pair of measurements that the circuit itself accepts, among all vectors of bits.
struct SensitivityTests {
    @Test(arguments: [1, 2, 5, 8, 12, 31] as [UInt64])
    func sumMovesByTheLargestMeasurementAtMost(maximum: UInt64) throws {
        try check(Sum<Field64>(maxMeasurement: maximum), .sum(maxMeasurement: maximum))
    }

    @Test func countMovesByOneAtMost() throws { try check(Count<Field64>(), .count) }

    @Test(arguments: [2, 3, 7] as [UInt32])
    func histogramLosesOneInAPlaceAndGainsOneInAnother(length: UInt32) throws {
        try check(
            Histogram<Field128>(length: Int(length), chunkLength: 2), .histogram(length: length, chunkLength: 2))
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (5, 4), (6, 3)] as [(UInt32, UInt64)])
    func choicesDifferInTwiceTheWeightOrInAllPlaces(length: UInt32, maxWeight: UInt64) throws {
        try check(
            MultihotCountVec<Field128>(length: Int(length), maxWeight: maxWeight, chunkLength: 3),
            .multihotCountVec(length: length, chunkLength: 3, maxWeight: maxWeight))
    }

    @Test(arguments: [(1, 6), (2, 1), (2, 5), (3, 3), (8, 1)] as [(UInt32, UInt64)])
    func everyNumberOfAVectorMovesByTheLargest(length: UInt32, maximum: UInt64) throws {
        try check(
            SumVec<Field128>(length: Int(length), maxMeasurement: maximum, chunkLength: 3),
            .sumVec(length: length, maxMeasurement: maximum, chunkLength: 3))
    }

    @Test func vectorsThatAreTooLargeHaveNone() throws {
        #expect(throws: VDAFError(.invalidParameters, "")) {
            try Sensitivity(of: .sumVec(length: .max, maxMeasurement: .max, chunkLength: 1))
        }
        #expect(throws: VDAFError(.invalidParameters, "")) {
            try Sensitivity(of: .sumVec(length: 2, maxMeasurement: 1 << 63, chunkLength: 1))
        }
        let largest = try Sensitivity(of: .sumVec(length: 1, maxMeasurement: 1 << 63, chunkLength: 1))
        #expect(largest == Sensitivity(l1: 1 << 63, l2Squared: 1 << 126))
    }

    private func check<Circuit: ValidityCircuit>(_ circuit: Circuit, _ parameters: Prio3Parameters) throws {
        let contributions = try accepted(by: circuit)
        #expect(contributions.count > 1)
        var (l1, l2Squared) = (UInt128(0), UInt128(0))
        for one in contributions {
            for other in contributions {
                let changes = zip(one, other).map { $0 > $1 ? $0 - $1 : $1 - $0 }
                l1 = max(l1, changes.reduce(0, +))
                l2Squared = max(l2Squared, changes.reduce(0) { $0 + $1 * $1 })
            }
        }
        #expect(try Sensitivity(of: parameters) == Sensitivity(l1: l1, l2Squared: l2Squared))
    }

    /// What each encoded measurement that the circuit accepts adds to the aggregate.
    private func accepted<Circuit: ValidityCircuit>(by circuit: Circuit) throws -> Set<[UInt128]> {
        #expect(circuit.measurementLength <= 10)
        var words = WordStream(testSeed: 51)
        // By chance alone joint randomness lets nothing through.
        let jointRand = (0..<circuit.jointRandLength).map { _ in Circuit.Field(words.next() >> 1) }
        var contributions: Set<[UInt128]> = []
        for bits in 0..<(1 << circuit.measurementLength) {
            let measurement = (0..<circuit.measurementLength).map { Circuit.Field(UInt32(bits >> $0 & 1)) }
            var output = [Circuit.Field](repeating: .zero, count: circuit.evalOutputLength)
            var share = [Circuit.Field](repeating: .zero, count: circuit.outputLength)
            let wires = DirectWires(circuit.gadget)
            measurement.withUnsafeBufferPointer { measurement in
                var wires = wires
                circuit.evaluate(
                    measurement: measurement, jointRand: jointRand, inverseShares: .one, wires: &wires, into: &output)
                share.withUnsafeMutableBufferPointer { circuit.addOutputShare(of: measurement, to: $0) }
            }
            wires.inputs.deallocate()
            if output.allSatisfy({ $0 == .zero }) { contributions.insert(share.map(\.integer)) }
        }
        return contributions
    }
}

/// Evaluates a circuit's gadget calls in the clear.
private struct DirectWires<Called: Gadget>: GadgetWires {
    typealias Field = Called.Field

    let inputs: UnsafeMutableBufferPointer<Field>
    private let gadget: Called

    init(_ gadget: Called) {
        self.gadget = gadget
        inputs = .allocate(capacity: gadget.arity)
        inputs.initialize(repeating: .zero)
    }

    mutating func call() -> Field { gadget.evaluate(UnsafeBufferPointer(inputs)) }
}
