import Testing
import VDAF

/// The XOF gives an integer that is not below Field64's modulus about once in 2^32. Seeds with one were found by
/// search, for Prio3Sum with the context "some application"; everything here is honest but for that.
@Suite struct RareRejectionTests {
    private static let verifyKey = [UInt8](repeating: 7, count: 32)
    private static let context = Array("some application".utf8)
    /// Helper's seeds of the measurement share (its first integer) and the proof share (its 21st).
    private static let seeds: [UInt64] = [65_635_432, 460_642_612]
    /// The nonce whose query randomness's 13th integer is too large, under the verification key above.
    private static let nonce: UInt64 = 174_986_666

    private static func bytes(_ counter: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: counter >> (8 * $0)) : 0 }
    }

    /// Nonce, helper's seed: each is rare in one respect.
    private static var rare: [(nonce: [UInt8], seed: [UInt8])] {
        seeds.map { (bytes(1, 16), bytes($0, 32)) } + [(bytes(nonce, 16), bytes(2, 32))]
    }

    @Test("The seeds are what they are said to be: drawing again shifts what follows")
    func seedsAreRare() throws {
        let tag: (UInt8) -> [UInt8] = { [18, 0, 0, 0, 0, 2, 0, $0] + Self.context }
        for (seed, usage, binder, place) in [
            (Self.rare[0].seed, 1, [1], 0), (Self.rare[1].seed, 2, [1, 1], 20),
            (Self.verifyKey, 5, [1] + Self.rare[2].nonce, 12),
        ] as [([UInt8], UInt8, [UInt8], Int)] {
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag(usage), binder: binder)
            let integer = xof.next(168)[(8 * place)..<(8 * place + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            #expect(Field64(canonical: UInt128(integer)) == nil)
        }
    }

    @Test("A report with a rare rejection verifies at every lane among others", arguments: KernelLevel.available)
    func everyLane(level: KernelLevel) throws {
        let prio3 = try Prio3(.sum(maxMeasurement: 0xffff_ffff), level: level)
        for (index, rare) in Self.rare.enumerated() {
            for lane in 0..<8 {
                var random = SplitMix64(seed: 51)
                let nonces = (0..<8).map { $0 == lane ? rare.nonce : random.bytes(16) }
                let randoms = (0..<8).map { ($0 == lane ? rare.seed : random.bytes(32)) + random.bytes(32) }
                let measurements = (0..<8).map { Prio3Measurement.integer(UInt64($0) << 20) }
                let note: Comment = "\(level), rare \(index), lane \(lane), seed 51"
                let shares = try prio3.shard(measurements, context: Self.context, nonces: nonces, randoms: randoms)
                    .map { try $0.get() }
                let one = try prio3.shard(
                    measurements[lane], context: Self.context, nonce: nonces[lane], random: randoms[lane])
                #expect(shares[lane].inputShares == one.inputShares, note)
                try verify(prio3, shares, nonces, total: (0..<8).reduce(0) { $0 + UInt128($1) << 20 }, note)
            }
        }
    }

    private func verify(
        _ prio3: Prio3, _ shares: [Prio3Shares], _ nonces: [[UInt8]], total: UInt128, _ note: Comment
    ) throws {
        func inputs(_ party: Int, _ inbound: [[UInt8]]) -> [VerificationInput] {
            shares.indices.map {
                VerificationInput(
                    nonce: nonces[$0], publicShare: [], inputShare: shares[$0].inputShares[party],
                    inbound: inbound[$0], bucket: 0)
            }
        }
        let nothing = [[UInt8]](repeating: [], count: 8)
        let leader = try prio3.leaderInitialize(
            inputs(0, nothing), verifyKey: Self.verifyKey, context: Self.context
        ).map { try $0.get() }
        for (index, input) in inputs(0, nothing).enumerated() {
            let alone = prio3.leaderInitialize([input], verifyKey: Self.verifyKey, context: Self.context)
            #expect(try alone[0].get().outbound == leader[index].outbound, note)
        }
        let helper = prio3.helperInitialize(
            inputs(1, leader.map(\.outbound)), verifyKey: Self.verifyKey, context: Self.context)
        let finishing = try shares.indices.map {
            LeaderFinishInput(
                inputShare: shares[$0].inputShares[0], jointRandSeed: [], inbound: try helper.outcomes[$0].get(),
                bucket: 0)
        }
        let finished = prio3.leaderFinish(finishing, context: Self.context)
        let sums = try [finished.aggregateShares, helper.aggregateShares].map { try #require($0[0]) }
        #expect(try prio3.unshard(sums) == .integer(total), note)
    }
}
