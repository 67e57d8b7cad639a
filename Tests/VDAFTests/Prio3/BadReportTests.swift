import Testing
import VDAF

/// One bad report in a batch of seventeen, at every position: two groups of eight and one more.
@Suite struct BadReportTests {
    static let count = 17

    /// How a report is spoiled, and the code it gets for it.
    struct Flaw: Sendable {
        let name: String
        let code: VDAFError.Code
        let spoil: @Sendable (inout SplitReport, inout [UInt8]) -> Void

        init(
            _ name: String, _ code: VDAFError.Code,
            _ spoil: @escaping @Sendable (inout SplitReport, inout [UInt8]) -> Void
        ) {
            self.name = name
            self.code = code
            self.spoil = spoil
        }
    }

    /// A batch of valid reports and all that the parties say to it.
    struct Batch {
        let parties: TwoParties
        let reports: [SplitReport]
        let outbound: [[UInt8]]
        let seeds: [[UInt8]]
        let answers: [[UInt8]]
        /// Every report's own aggregate share, leader's and helper's.
        let own: [[[UInt8]]]

        init(_ kind: PrioKind, _ level: KernelLevel, seed: UInt64) throws {
            var random = SplitMix64(seed: seed)
            let parties = try TwoParties(kind.parameters, level: level, random: &random)
            let reports = try (0..<BadReportTests.count).map {
                try parties.report(kind.randomMeasurement(&random).0, bucket: UInt64($0 % 3), random: &random)
            }
            let continuations = try parties.leaderInitialize(reports).map { try $0.get() }
            outbound = continuations.map(\.outbound)
            seeds = continuations.map(\.jointRandSeed)
            answers = try parties.helperInitialize(reports, inbound: outbound).outcomes.map { try $0.get() }
            own = try reports.map { report in
                try parties.aggregate([report]).map { try #require($0[report.bucket]) }
            }
            self.parties = parties
            self.reports = reports
        }

        /// One party's sums over all reports but one: 0 for the leader, 1 for the helper.
        func sums(without bad: Int, party: Int) throws -> [UInt64: [UInt8]] {
            var shares: [UInt64: [[UInt8]]] = [:]
            for index in reports.indices where index != bad {
                shares[reports[index].bucket, default: []].append(own[index][party])
            }
            return try shares.mapValues { try parties.prio3.merge($0) }
        }
    }

    private static func largeElement(_ share: inout [UInt8], at offset: Int, _ size: Int) {
        for byte in 0..<size { share[offset + byte] = 0xff }
    }

    private static func sharedFlaws(_ kind: PrioKind) -> [Flaw] {
        [
            Flaw("empty nonce", .malformedMessage) { report, _ in report.nonce = [] },
            Flaw("short nonce", .malformedMessage) { report, _ in report.nonce.removeLast() },
            Flaw("long nonce", .malformedMessage) { report, _ in report.nonce.append(0) },
            Flaw("long public share", .malformedMessage) { report, _ in report.publicShare.append(0) },
            Flaw("one part too many in the public share", .malformedMessage) { report, _ in
                report.publicShare += [UInt8](repeating: 0, count: 32)
            },
        ]
            + (kind.usesJointRand
                ? [
                    Flaw("short public share", .malformedMessage) { report, _ in report.publicShare.removeLast() },
                    Flaw("no public share", .malformedMessage) { report, _ in report.publicShare = [] },
                ] : [])
    }

    private static func leaderShareFlaws(_ kind: PrioKind) -> [Flaw] {
        let size = kind.elementSize
        let blindSize = kind.usesJointRand ? 32 : 0
        return [
            Flaw("empty input share", .malformedInputShare) { report, _ in report.leaderShare = [] },
            Flaw("short input share", .malformedInputShare) { report, _ in report.leaderShare.removeLast() },
            Flaw("long input share", .malformedInputShare) { report, _ in report.leaderShare.append(0) },
            Flaw("one element more", .malformedInputShare) { report, _ in
                report.leaderShare += [UInt8](repeating: 0, count: size)
            },
            Flaw("the helper's input share", .malformedInputShare) { report, _ in
                report.leaderShare = report.helperShare
            },
            Flaw("first element too large", .malformedInputShare) { report, _ in
                largeElement(&report.leaderShare, at: 0, size)
            },
            Flaw("last element too large", .malformedInputShare) { report, _ in
                largeElement(&report.leaderShare, at: report.leaderShare.count - blindSize - size, size)
            },
        ]
    }

    /// What a peer's message may be instead of an `initialize` (first byte 0) or `finish` (2).
    private static func messageFlaws(right: UInt8) -> [Flaw] {
        [
            Flaw("empty message", .malformedMessage) { _, message in message = [] },
            Flaw("truncated message", .malformedMessage) { _, message in message.removeLast() },
            Flaw("message cut in its length", .malformedMessage) { _, message in message = Array(message[..<3]) },
            Flaw("trailing byte", .malformedMessage) { _, message in message.append(0) },
            Flaw("the other single-item type", .malformedMessage) { _, message in message[0] = 2 - right },
            Flaw("unknown type", .malformedMessage) { _, message in message[0] = 3 },
            Flaw("continue", .malformedMessage) { _, message in message = [1] + message[1...] + [0, 0, 0, 0] },
        ]
    }

    private func checkNeighbours(_ outcomes: [VDAFError.Code?], bad: Int, _ flaw: Flaw, _ note: Comment) {
        let expected = (0..<Self.count).map { $0 == bad ? flaw.code : nil }
        #expect(outcomes == expected, note)
    }

    @Test("The leader's first step rejects the bad report alone", arguments: PrioKind.all, KernelLevel.available)
    func leaderInitialize(kind: PrioKind, level: KernelLevel) throws {
        let batch = try Batch(kind, level, seed: 11)
        for flaw in Self.sharedFlaws(kind) + Self.leaderShareFlaws(kind) {
            for bad in 0..<Self.count {
                let note: Comment = "\(kind.parameters), \(level): \(flaw.name) at \(bad), seed 11"
                var reports = batch.reports
                var unused = [UInt8]()
                flaw.spoil(&reports[bad], &unused)
                let results = batch.parties.leaderInitialize(reports)
                checkNeighbours(results.map(\.code), bad: bad, flaw, note)
                for (index, result) in results.enumerated() where index != bad {
                    let continuation = try result.get()
                    #expect(continuation.outbound == batch.outbound[index], note)
                    #expect(continuation.jointRandSeed == batch.seeds[index], note)
                }
            }
        }
    }

    private static func helperFlaws(_ kind: PrioKind) -> [Flaw] {
        let size = kind.elementSize
        return sharedFlaws(kind) + messageFlaws(right: 0) + [
            Flaw("empty input share", .malformedInputShare) { report, _ in report.helperShare = [] },
            Flaw("short input share", .malformedInputShare) { report, _ in report.helperShare.removeLast() },
            Flaw("long input share", .malformedInputShare) { report, _ in report.helperShare.append(0) },
            Flaw("the leader's input share", .malformedInputShare) { report, _ in
                report.helperShare = report.leaderShare
            },
            Flaw("verifier share with an element too large", .malformedMessage) { _, message in
                largeElement(&message, at: 5, size)
            },
            Flaw("verifier share of one element", .malformedMessage) { _, message in
                message = PingPongMessage.initialize(verifierShare: [UInt8](repeating: 0, count: size)).encoded
            },
            Flaw("empty verifier share", .malformedMessage) { _, message in message = [0, 0, 0, 0, 0] },
            Flaw("flipped bit in the verifier share", .verificationFailed) { _, message in message[5] ^= 1 },
            Flaw("flipped bit in the last verifier element", .verificationFailed) { _, message in
                message[message.count - (kind.usesJointRand ? 32 : 0) - size] ^= 1
            },
            Flaw("flipped bit in the input share", .verificationFailed) { report, _ in report.helperShare[0] ^= 0x80 },
            Flaw("flipped bit in the nonce", .verificationFailed) { report, _ in report.nonce[15] ^= 1 },
        ]
            + (kind.usesJointRand
                ? [
                    Flaw("flipped bit in the joint randomness part", .verificationFailed) { _, message in
                        message[message.count - 1] ^= 1
                    },
                    Flaw("flipped bit in the blind", .verificationFailed) { report, _ in
                        report.helperShare[63] ^= 1
                    },
                    Flaw("flipped bit in the public share", .verificationFailed) { report, _ in
                        report.publicShare[0] ^= 1
                    },
                ] : [])
    }

    @Test(
        "The helper rejects the bad report alone and sums up the others", arguments: PrioKind.all,
        KernelLevel.available)
    func helperInitialize(kind: PrioKind, level: KernelLevel) throws {
        let batch = try Batch(kind, level, seed: 12)
        for bad in 0..<Self.count {
            let sums = try batch.sums(without: bad, party: 1)
            for flaw in Self.helperFlaws(kind) {
                let note: Comment = "\(kind.parameters), \(level): \(flaw.name) at \(bad), seed 12"
                var (reports, inbound) = (batch.reports, batch.outbound)
                flaw.spoil(&reports[bad], &inbound[bad])
                let outcome = batch.parties.helperInitialize(reports, inbound: inbound)
                checkNeighbours(outcome.outcomes.map(\.code), bad: bad, flaw, note)
                for (index, result) in outcome.outcomes.enumerated() where index != bad {
                    #expect(try result.get() == batch.answers[index], note)
                }
                #expect(outcome.aggregateShares == sums, note)
            }
        }
    }

    private static func finishFlaws(_ kind: PrioKind) -> [Flaw] {
        leaderShareFlaws(kind) + messageFlaws(right: 2) + [
            Flaw("longer verifier message", .verificationFailed) { _, message in
                guard case .finish(let seed)? = try? PingPongMessage(decoding: message) else { return }
                message = PingPongMessage.finish(verifierMessage: seed + [0]).encoded
            }
        ]
            + (kind.usesJointRand
                ? [
                    Flaw("flipped bit in the verifier message", .verificationFailed) { _, message in
                        message[36] ^= 0x10
                    },
                    Flaw("empty verifier message", .verificationFailed) { _, message in message = [2, 0, 0, 0, 0] },
                ] : [])
    }

    @Test("The leader's last step rejects the bad report alone and sums up the others", arguments: PrioKind.all)
    func leaderFinish(kind: PrioKind) throws {
        let batch = try Batch(kind, .selected, seed: 13)
        for bad in 0..<Self.count {
            let sums = try batch.sums(without: bad, party: 0)
            for flaw in Self.finishFlaws(kind) {
                let note: Comment = "\(kind.parameters): \(flaw.name) at \(bad), seed 13"
                var (reports, inbound) = (batch.reports, batch.answers)
                flaw.spoil(&reports[bad], &inbound[bad])
                let outcome = batch.parties.leaderFinish(reports, seeds: batch.seeds, inbound: inbound)
                checkNeighbours(outcome.outcomes.map(\.code), bad: bad, flaw, note)
                #expect(outcome.aggregateShares == sums, note)
            }
        }
    }

    @Test("A bucket whose only report is bad has no sum", arguments: PrioKind.all)
    func bucketOfBadReports(kind: PrioKind) throws {
        let batch = try Batch(kind, .selected, seed: 14)
        var (reports, inbound) = (batch.reports, batch.outbound)
        reports[8].bucket = 99
        inbound[8] = []
        let outcome = batch.parties.helperInitialize(reports, inbound: inbound)
        #expect(Set(outcome.aggregateShares.keys) == [0, 1, 2])
    }

    @Test("Checking an input share finds what verification would find, for both roles", arguments: PrioKind.all)
    func checkInputShare(kind: PrioKind) throws {
        let batch = try Batch(kind, .selected, seed: 15)
        let prio3 = batch.parties.prio3
        try prio3.checkInputShare(batch.reports[0].leaderShare, role: .leader)
        try prio3.checkInputShare(batch.reports[0].helperShare, role: .helper)
        for flaw in Self.leaderShareFlaws(kind) {
            var (report, unused) = (batch.reports[0], [UInt8]())
            flaw.spoil(&report, &unused)
            #expect(throws: VDAFError(.malformedInputShare, ""), "\(kind.parameters): \(flaw.name)") {
                try prio3.checkInputShare(report.leaderShare, role: .leader)
            }
        }
        let helperShare = batch.reports[0].helperShare
        for share in [[], helperShare.dropLast(), helperShare + [0], batch.reports[0].leaderShare] as [[UInt8]] {
            #expect(throws: VDAFError(.malformedInputShare, ""), "\(kind.parameters): \(share.count) bytes") {
                try prio3.checkInputShare(share, role: .helper)
            }
        }
    }
}
