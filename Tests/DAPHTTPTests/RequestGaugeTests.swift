import DAPHTTPServer
import DAPRoles
import Testing

@Suite struct RequestGaugeTests {
    @Test("It counts requests and bytes up to their limits, and down again")
    func limits() {
        let gauge = RequestGauge()
        for _ in 0..<HTTPLimits.concurrentRequests { #expect(gauge.begin(at: 0)) }
        #expect(!gauge.begin(at: 0))
        gauge.end(at: 0)
        #expect(gauge.begin(at: 0))
        #expect(!gauge.take(bytes: HTTPLimits.concurrentBodyBytes + 1))
        #expect(gauge.take(bytes: HTTPLimits.concurrentBodyBytes))
        #expect(!gauge.take(bytes: 1))
        gauge.giveBack(bytes: 10)
        #expect(gauge.take(bytes: 10))
        #expect(!gauge.take(bytes: 1))
    }

    @Test("The slower requests get done, the longer the others are told to stay away")
    func pause() {
        let cases: [(Int, ClosedRange<UInt64>)] = [(256, 1...3), (64, 4...6), (16, 16...21), (1, 48...60)]
        for (perSecond, expected) in cases {
            let gauge = RequestGauge()
            for _ in 0..<HTTPLimits.concurrentRequests { _ = gauge.begin(at: 0) }
            for second in 1...15 as ClosedRange<UInt64> {
                for _ in 0..<perSecond {
                    gauge.end(at: second)
                    #expect(gauge.begin(at: second))
                }
            }
            #expect(expected.contains(gauge.pause(at: 15)), "\(perSecond) per second")
        }
    }
}
