import Testing
import VDAF

/// Whole batches through the two-party interface.
@Suite struct Prio3BatchTests {
    private func checkTotals(_ kind: PrioKind, count: Int, buckets: UInt64, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let parties = try TwoParties(kind.parameters, random: &random)
        var reports = [SplitReport]()
        var totals: [UInt64: [UInt128]] = [:]
        for index in 0..<count {
            let (measurement, contribution) = kind.randomMeasurement(&random)
            // The first reports fill the buckets in turn, the others as it falls.
            let bucket = UInt64(index) < buckets ? UInt64(index) : random.next() % buckets
            reports.append(try parties.report(measurement, bucket: bucket, random: &random))
            let zeros = contribution.map { _ in UInt128(0) }
            totals[bucket] = zip(totals[bucket] ?? zeros, contribution).map { $0 + $1 }
        }
        let note: Comment = "\(kind.parameters), \(count) reports, seed \(seed)"
        let sums = try parties.aggregate(reports)
        for party in sums { #expect(Set(party.keys) == Set(totals.keys), note) }
        for (bucket, total) in totals {
            let shares = try sums.map { try #require($0[bucket], note) }
            #expect(try parties.prio3.unshard(shares) == kind.result(total), note)
        }
        // Merged over the buckets it is the total of all.
        let merged = try sums.map { try parties.prio3.merge(Array($0.values)) }
        let all = totals.values.reduce(into: [UInt128]()) { sum, total in
            sum = sum.isEmpty ? total : zip(sum, total).map { $0 + $1 }
        }
        #expect(try parties.prio3.unshard(merged) == kind.result(all), note)
    }

    @Test("Totals are exact, in batches of any size and by bucket", arguments: PrioKind.all)
    func totals(kind: PrioKind) throws {
        for (index, count) in [1, 7, 8, 9, 13, 17, 30].enumerated() {
            try checkTotals(kind, count: count, buckets: 1, seed: UInt64(index))
            try checkTotals(kind, count: count, buckets: 4, seed: UInt64(100 + index))
        }
    }

    @Test("A batch of no reports gives no outcomes and no sums", arguments: PrioKind.all)
    func emptyBatch(kind: PrioKind) throws {
        var random = SplitMix64(seed: 1)
        let parties = try TwoParties(kind.parameters, random: &random)
        #expect(parties.leaderInitialize([]).isEmpty)
        let helper = parties.helperInitialize([], inbound: [])
        #expect(helper.outcomes.isEmpty && helper.aggregateShares.isEmpty)
        let leader = parties.leaderFinish([], seeds: [], inbound: [])
        #expect(leader.outcomes.isEmpty && leader.aggregateShares.isEmpty)
    }

    @Test(
        "The same input gives the leader's same messages, alone, in a batch and in any order", arguments: PrioKind.all)
    func determinism(kind: PrioKind) throws {
        var random = SplitMix64(seed: 2)
        let parties = try TwoParties(kind.parameters, random: &random)
        let reports = try (0..<11).map { _ in
            try parties.report(kind.randomMeasurement(&random).0, bucket: 0, random: &random)
        }
        func messages(_ reports: [SplitReport]) throws -> [[[UInt8]]] {
            try parties.leaderInitialize(reports).map {
                let continuation = try $0.get()
                return [continuation.outbound, continuation.jointRandSeed]
            }
        }
        let first = try messages(reports)
        #expect(try messages(reports) == first)
        #expect(try messages(reports.reversed()) == first.reversed())
        #expect(try reports.flatMap { try messages([$0]) } == first)
        #expect(Set(first).count == reports.count)
        #expect(first.allSatisfy { $0[1].count == (kind.usesJointRand ? 32 : 0) })
    }

    @Test("Sharding gives the same shares for the same randomness, of the documented sizes", arguments: PrioKind.all)
    func sharding(kind: PrioKind) throws {
        var random = SplitMix64(seed: 3)
        let prio3 = try Prio3(kind.parameters)
        #expect(prio3.parameters == kind.parameters)
        #expect(prio3.randomSize == (kind.usesJointRand ? 128 : 64))
        let (nonce, bytes) = (random.bytes(Prio3.nonceSize), random.bytes(prio3.randomSize))
        let measurement = kind.randomMeasurement(&random).0
        let shares = try prio3.shard(measurement, context: [1], nonce: nonce, random: bytes)
        let again = try prio3.shard(measurement, context: [1], nonce: nonce, random: bytes)
        #expect(shares.publicShare == again.publicShare && shares.inputShares == again.inputShares)
        #expect(shares.publicShare.count == (kind.usesJointRand ? 64 : 0))
        #expect(shares.inputShares.map(\.count)[1] == (kind.usesJointRand ? 64 : 32))
        let other = try prio3.shard(measurement, context: [2], nonce: nonce, random: bytes)
        #expect(shares.inputShares[0] != other.inputShares[0])
    }

    @Test("Parties that disagree about key or context accept nothing", arguments: PrioKind.all)
    func disagreement(kind: PrioKind) throws {
        var random = SplitMix64(seed: 4)
        let parties = try TwoParties(kind.parameters, random: &random)
        let report = try parties.report(kind.randomMeasurement(&random).0, bucket: 0, random: &random)
        let outbound = try #require(parties.leaderInitialize([report]).first).get().outbound
        let input = VerificationInput(
            nonce: report.nonce, publicShare: report.publicShare, inputShare: report.helperShare, inbound: outbound,
            bucket: 0)
        let otherKey = parties.prio3.helperInitialize(
            [input], verifyKey: random.bytes(Prio3.verifyKeySize), context: parties.context)
        let otherContext = parties.prio3.helperInitialize(
            [input], verifyKey: parties.verifyKey, context: parties.context + [0])
        for outcome in [otherKey, otherContext] {
            #expect(outcome.outcomes.map(\.code) == [.verificationFailed] && outcome.aggregateShares.isEmpty)
        }
    }
}
