import Testing
import VDAF

/// What must not show in logs does not.
@Suite struct SecrecyTests {
    /// Everything printing does with a value.
    private func prints(of value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        dump([value], to: &dumped)
        return "\(value) \([value]) \(Optional(value) as Any) \(String(reflecting: value)) \(["key": value]) " + dumped
    }

    @Test("Measurements and all that holds shares describe themselves as redacted, also in collections and dumps")
    func descriptions() throws {
        // 173 is 0xad, and no count, length or address in a print is like these.
        let bytes = [UInt8](repeating: 173, count: 40)
        let parties = try Prio3(.sum(maxMeasurement: 1 << 40))
        let shares = try parties.shard(
            .integer(987_654_321), context: [], nonce: [UInt8](repeating: 173, count: 16),
            random: [UInt8](repeating: 173, count: 64))
        #expect(shares.inputShares[1].contains(173))
        let prints = [
            prints(of: Prio3Measurement.integer(987_654_321)), prints(of: Prio3Measurement.vector([987_654_321])),
            prints(of: shares),
            prints(of: VerificationInput(nonce: bytes, publicShare: bytes, inputShare: bytes, bucket: 987_654_321)),
            prints(
                of: LeaderFinishInput(inputShare: bytes, jointRandSeed: bytes, inbound: bytes, bucket: 987_654_321)),
        ]
        for text in prints {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("987") && !text.contains("173"), "\(text)")
        }
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was thrown"
        } catch {
            return prints(of: error)
        }
    }

    @Test("Errors tell no measurement, share or message")
    func errors() throws {
        let secret: UInt64 = 987_654_321
        let nonce = [UInt8](repeating: 173, count: 16)
        var messages = [String]()
        for kind in PrioKind.all {
            let prio3 = try Prio3(kind.parameters)
            let random = [UInt8](repeating: 173, count: prio3.randomSize)
            for measurement in [Prio3Measurement.integer(secret), .vector([secret]), .vector([secret, 0, 0, 0, 0, 0])] {
                messages.append(
                    message { _ = try prio3.shard(measurement, context: nonce, nonce: nonce, random: random) })
            }
            let share = [UInt8](repeating: 173, count: 40)
            for role in [AggregatorRole.leader, .helper] {
                messages.append(message { try prio3.checkInputShare(share, role: role) })
            }
            messages.append(message { _ = try prio3.merge([share]) })
            messages.append(message { _ = try prio3.unshard([share, share]) })
            let key = [UInt8](repeating: 173, count: Prio3.verifyKeySize)
            let input = VerificationInput(
                nonce: nonce, publicShare: share, inputShare: share, inbound: share, bucket: secret)
            messages.append(
                message { _ = try prio3.leaderInitialize([input], verifyKey: key, context: nonce)[0].get() })
            messages.append(
                message { _ = try prio3.helperInitialize([input], verifyKey: key, context: nonce).outcomes[0].get() })
            let finish = LeaderFinishInput(inputShare: share, jointRandSeed: share, inbound: share, bucket: secret)
            messages.append(message { _ = try prio3.leaderFinish([finish], context: nonce).outcomes[0].get() })
        }
        for type: UInt8 in [0, 1, 2, 173] {
            messages.append(message { _ = try PingPongMessage(decoding: [type, 0, 0, 0, 173, 173]) })
        }
        for text in messages {
            #expect(text != "nothing was thrown")
            #expect(!text.contains("987") && !text.contains("173") && !text.contains("0xad"), "\(text)")
        }
    }

    @Test("Errors are equal when their codes are, and say their code")
    func equality() {
        #expect(VDAFError(.malformedMessage, "one") == VDAFError(.malformedMessage, "other"))
        #expect(VDAFError(.malformedMessage, "one") != VDAFError(.malformedInputShare, "one"))
        #expect(VDAFError(.verificationFailed, "why").description == "verificationFailed: why")
    }
}
