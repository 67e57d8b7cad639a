import DAPMessages
import DAPRoles
import DAPTesting
import Testing

@Suite struct ReportTimeRuleTests {
    @Test("A report is too early when the start of its unit is further ahead than the clock may be wrong")
    func border() throws {
        let second = try TimePrecision(seconds: 1)
        func check(_ time: UInt64) -> ReportError? {
            ReportTimeRule.check(Time(time), precision: second, now: 1000, allowedSkew: 180)
        }
        #expect(check(0) == nil)
        #expect(check(1180) == nil)
        #expect(check(1181) == .reportTooEarly)
        #expect(check(.max) == .reportTooEarly)
    }

    @Test("Any moment of the present unit is acceptable, and the next unit once its start is near")
    func units() throws {
        let hour = try TimePrecision(seconds: 3600)
        func check(_ time: UInt64, now: UInt64) -> ReportError? {
            ReportTimeRule.check(Time(time), precision: hour, now: now, allowedSkew: 300)
        }
        #expect(check(10, now: 36_000) == nil)
        #expect(check(11, now: 36_000) == .reportTooEarly)
        #expect(check(11, now: 39_299) == .reportTooEarly)
        #expect(check(11, now: 39_300) == nil)
        // The start of such a unit does not fit 64 bits.
        #expect(check(.max, now: 36_000) == .reportTooEarly)
        #expect(check(.max / 3600, now: .max) == nil)
    }

    @Test("What the leader lets in, the helper lets in when its clock is a little behind")
    func skews() {
        #expect(ReportTimeRule.uploadSkew + 120 <= ReportTimeRule.aggregationSkew)
    }
}

@Suite struct ReportExtensionsRuleTests {
    private static func extensions(_ types: [UInt16]) -> [Extension] {
        types.map { Extension(extensionType: $0, extensionData: []) }
    }

    @Test("A report without extensions is acceptable; one with any is not, since none is known")
    func unknown() {
        #expect(ReportExtensionsRule.check(publicExtensions: [], privateExtensions: []) == nil)
        for (open, secret) in [([1], []), ([], [1]), ([1], [1]), ([2, 1], []), ([], [1, 1])] as [([UInt16], [UInt16])] {
            let error = ReportExtensionsRule.check(
                publicExtensions: Self.extensions(open), privateExtensions: Self.extensions(secret))
            #expect(error == .invalidMessage)
        }
    }
}

@Suite struct ReportSizeRuleTests {
    private static func report(publicShare: Int, key: Int, payload: Int) -> Report {
        let small = HpkeCiphertext(configID: 1, encapsulatedKey: [1], payload: [1])
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
        return Report(
            metadata: StoreSamples.metadata(1, time: 1), publicShare: bytes(publicShare),
            leaderEncryptedInputShare: small,
            helperEncryptedInputShare: HpkeCiphertext(configID: 1, encapsulatedKey: bytes(key), payload: bytes(payload))
        )
    }

    @Test("What the leader keeps unread has a limit")
    func border() {
        let limit = ReportSizeRule.limit
        #expect(ReportSizeRule.check(Self.report(publicShare: limit - 33, key: 32, payload: 1)) == nil)
        #expect(ReportSizeRule.check(Self.report(publicShare: 0, key: 32, payload: limit - 32)) == nil)
        #expect(ReportSizeRule.check(Self.report(publicShare: 1, key: 32, payload: limit - 32)) == .invalidMessage)
    }
}
