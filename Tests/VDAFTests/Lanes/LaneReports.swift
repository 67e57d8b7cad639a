import Testing
import VDAF

/// Reports of one circuit, to be verified in lanes and one by one.
struct LaneReports<Circuit: ValidityCircuit> {
    let vdaf: Prio3VDAF<Circuit>
    let verifyKey: [UInt8]
    let context: [UInt8] = Array("some application".utf8)
    var reports: [VerificationInput] = []

    init(_ circuit: Circuit, id: UInt32, level: KernelLevel, random: inout SplitMix64) throws {
        vdaf = try Prio3VDAF(circuit, algorithmID: id, level: level)
        verifyKey = random.bytes(32)
    }

    /// Compares a group's verifier shares and seeds with those of `Verifier`, or its errors.
    func check(_ group: ArraySlice<VerificationInput>, aggregator: Int, _ note: Comment) throws {
        let lanes = try #require(
            Prio3VDAF<Circuit>.LaneVerifier(vdaf, verifyKey: verifyKey, context: context, aggregator: aggregator))
        lanes.start(group)
        check(lanes, group, aggregator: aggregator, givenUp: 0, note)
    }

    func check(
        _ lanes: Prio3VDAF<Circuit>.LaneVerifier, _ group: ArraySlice<VerificationInput>, aggregator: Int,
        givenUp: UInt8, _ note: Comment
    ) {
        let verifier = Prio3VDAF<Circuit>.Verifier(
            vdaf, verifyKey: verifyKey, context: context, aggregator: aggregator)
        var sum = [Circuit.Field](repeating: .zero, count: vdaf.proof.circuit.outputLength)
        var laneSum = sum
        var members: UInt8 = 0
        for (lane, report) in group.enumerated() where givenUp >> UInt8(lane) & 1 == 0 {
            do {
                let one = try verifier.start(
                    nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShare)
                #expect(lanes.active >> UInt8(lane) & 1 == 1, note)
                #expect(lanes.verifierShare(of: lane) == one.verifierShare, "lane \(lane): \(note)")
                #expect(lanes.jointRandSeed(of: lane) == one.jointRandSeed, "lane \(lane): \(note)")
                sum.withUnsafeMutableBufferPointer { verifier.addOutputShare(to: $0) }
                members |= 1 << UInt8(lane)
            } catch {
                #expect(lanes.active >> UInt8(lane) & 1 == 0, note)
            }
        }
        #expect(lanes.active == members, note)
        laneSum.withUnsafeMutableBufferPointer { lanes.addOutputShares(of: members, to: $0) }
        #expect(laneSum == sum, note)
    }
}

/// The five circuits with sizes that leave the last chunk full, short, or the only one.
enum LaneCircuits {
    /// Calls `body` with each of them.
    static func forEach(_ body: some LaneCircuitBody) throws {
        try body.run(Count<Field64>(), 1, .integer(1))
        for maximum: UInt64 in [1, 2, 255, 0xffff_ffff] {
            try body.run(Sum<Field64>(maxMeasurement: maximum), 2, .integer(maximum / 2))
        }
        for (length, chunk) in [(1, 1), (1, 3), (7, 3), (9, 3), (10, 31), (64, 4), (100, 1)] {
            try body.run(Histogram<Field128>(length: length, chunkLength: chunk), 4, .integer(UInt64(length / 2)))
            try body.run(
                SumVec<Field128>(length: length, maxMeasurement: 5, chunkLength: chunk), 3,
                .vector((0..<UInt64(length)).map { $0 % 6 }))
            try body.run(
                MultihotCountVec<Field128>(length: length, maxWeight: UInt64(length), chunkLength: chunk), 5,
                .vector((0..<UInt64(length)).map { $0 % 2 }))
        }
    }
}

protocol LaneCircuitBody {
    func run<Circuit: ValidityCircuit>(_ circuit: Circuit, _ id: UInt32, _ measurement: Prio3Measurement) throws
}
