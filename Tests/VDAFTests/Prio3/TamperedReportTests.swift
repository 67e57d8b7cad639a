import Testing
import VDAF

/// Reports that a dishonest client made, or that changed on their way.
@Suite struct TamperedReportTests {
    /// Runs variants of one report together with the report itself.
    private func refuseAll(
        _ parties: TwoParties, _ good: SplitReport, _ variants: [(name: String, report: SplitReport)], _ origin: String
    ) throws {
        let reports = variants.map(\.report) + [good]
        // A leader alone sees nothing wrong: each element is in range.
        let continuations = try parties.leaderInitialize(reports).map { try $0.get() }
        let outcome = parties.helperInitialize(reports, inbound: continuations.map(\.outbound))
        for (variant, result) in zip(variants, outcome.outcomes) {
            #expect(result.code == .verificationFailed, "\(parties.prio3.parameters), \(variant.name), \(origin)")
        }
        #expect(outcome.outcomes.last?.code == nil)
        let alone = parties.helperInitialize([good], inbound: [try #require(continuations.last).outbound])
        #expect(outcome.aggregateShares == alone.aggregateShares, "\(parties.prio3.parameters), \(origin)")
    }

    @Test(
        "A change to any element or blind of the leader's share, or to the public share, is found",
        arguments: PrioKind.all)
    func flippedElements(kind: PrioKind) throws {
        for seed: UInt64 in [21, 22] {
            var random = SplitMix64(seed: seed)
            let parties = try TwoParties(kind.parameters, random: &random)
            let good = try parties.report(kind.randomMeasurement(&random).0, bucket: 5, random: &random)
            var variants = [(name: String, report: SplitReport)]()
            let blindStart = good.leaderShare.count - (kind.usesJointRand ? 32 : 0)
            for offset in stride(from: 0, to: blindStart, by: kind.elementSize) {
                var report = good
                // The lowest bit: the element stays below the modulus, unless it is −1.
                report.leaderShare[offset] ^= 1
                variants.append(("element \(offset / kind.elementSize) of the leader's share", report))
            }
            for offset in blindStart..<good.leaderShare.count {
                var report = good
                report.leaderShare[offset] ^= 4
                variants.append(("byte \(offset - blindStart) of the leader's blind", report))
            }
            for offset in good.helperShare.indices {
                var report = good
                report.helperShare[offset] ^= 0x20
                variants.append(("byte \(offset) of the helper's share", report))
            }
            for offset in good.publicShare.indices {
                var report = good
                report.publicShare[offset] ^= 1
                variants.append(("byte \(offset) of the public share", report))
            }
            try refuseAll(parties, good, variants, "seed \(seed)")
        }
    }

    @Test("Parts of two valid reports don't make a valid one", arguments: PrioKind.all)
    func mixedReports(kind: PrioKind) throws {
        var random = SplitMix64(seed: 23)
        let parties = try TwoParties(kind.parameters, random: &random)
        let measurement = kind.randomMeasurement(&random).0
        let one = try parties.report(measurement, bucket: 0, random: &random)
        let other = try parties.report(measurement, bucket: 0, random: &random)
        var (leader, helper, shown) = (one, one, one)
        leader.leaderShare = other.leaderShare
        helper.helperShare = other.helperShare
        shown.publicShare = other.publicShare
        var variants = [("the other's leader share", leader), ("the other's helper share", helper)]
        if kind.usesJointRand {
            var renamed = one
            renamed.nonce = other.nonce
            variants += [("the other's public share", shown), ("the other's nonce", renamed)]
        }
        try refuseAll(parties, one, variants, "seed 23")
    }

    private func checkDishonest<Circuit: ValidityCircuit>(
        _ circuit: Circuit, _ parameters: Prio3Parameters, valid: Prio3Measurement,
        _ encodings: [InvalidEncodings.Encoding<Circuit.Field>]
    ) throws {
        var random = SplitMix64(seed: 24)
        let parties = try TwoParties(parameters, random: &random)
        let good = try parties.report(valid, bucket: 0, random: &random)
        let variants = try encodings.map { encoding in
            let client = try Prio3VDAF(
                DishonestClient(circuit: circuit, encoded: encoding.elements), algorithmID: parameters.algorithmID)
            let nonce = random.bytes(Prio3.nonceSize)
            let shares = try client.shard(
                valid, context: parties.context, nonce: nonce, random: random.bytes(client.randomSize))
            let report = SplitReport(
                nonce: nonce, publicShare: shares.publicShare, leaderShare: shares.inputShares[0],
                helperShare: shares.inputShares[1], bucket: 0)
            return (name: encoding.flaw, report: report)
        }
        try refuseAll(parties, good, variants, "seed 24")
    }

    @Test("A report that proves an invalid measurement by the book is refused, for every kind")
    func invalidMeasurements() throws {
        try checkDishonest(InvalidEncodings.countCircuit, .count, valid: .integer(1), InvalidEncodings.count)
        try checkDishonest(
            try InvalidEncodings.sumCircuit(), .sum(maxMeasurement: 10), valid: .integer(3), try InvalidEncodings.sum())
        try checkDishonest(
            try InvalidEncodings.sumVecCircuit(), .sumVec(length: 3, maxMeasurement: 5, chunkLength: 4),
            valid: .vector([1, 2, 3]), try InvalidEncodings.sumVec())
        try checkDishonest(
            try InvalidEncodings.histogramCircuit(), .histogram(length: 5, chunkLength: 2), valid: .integer(4),
            try InvalidEncodings.histogram())
        try checkDishonest(
            try InvalidEncodings.multihotCircuit(), .multihotCountVec(length: 4, chunkLength: 3, maxWeight: 3),
            valid: .vector([1, 1, 0, 1]), try InvalidEncodings.multihot())
    }
}
