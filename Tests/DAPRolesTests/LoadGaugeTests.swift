import DAPRoles
import Testing

@Suite struct LoadGaugeTests {
    /// A gauge through which so much went every second for a while, with so many waiting.
    private func gauge(waiting: Int, perSecond: Int, seconds: UInt64 = 30) -> LoadGauge {
        let gauge = LoadGauge()
        gauge.enter(waiting, at: 100)
        for second in 1...seconds {
            gauge.leave(perSecond, isServed: true, at: 100 + second)
            gauge.enter(perSecond, at: 100 + second)
        }
        return gauge
    }

    @Test("A pause is what waits divided by what got done per second, and up to a fourth more")
    func pause() {
        let cases: [(Int, Int, UInt64)] = [(20_000, 5000, 4), (20_000, 1000, 20), (1000, 100, 10)]
        for (waiting, perSecond, pause) in cases {
            let told = (0..<20).map { _ in gauge(waiting: waiting, perSecond: perSecond).pause(at: 130) }
            let expected = pause...pause + pause / 4 + 1
            #expect(told.allSatisfy { expected.contains($0) }, "\(waiting) \(perSecond): \(told)")
        }
    }

    @Test("It is never shorter than a second nor longer than a minute")
    func bounds() {
        let quick = gauge(waiting: 10, perSecond: 10_000)
        let slow = gauge(waiting: 100_000, perSecond: 1)
        for _ in 0..<20 {
            #expect((1...2).contains(quick.pause(at: 130)))
            #expect((48...60).contains(slow.pause(at: 130)))
        }
    }

    @Test("Those who are refused one after the other are told different times")
    func spread() {
        let gauge = gauge(waiting: 20_000, perSecond: 1000)
        #expect(Set((0..<6).map { _ in gauge.pause(at: 130) }).count >= 5)
        let quick = self.gauge(waiting: 1, perSecond: 1000)
        #expect(Set((0..<6).map { _ in quick.pause(at: 130) }).count == 2)
    }

    @Test("When nothing gets done any more the pause grows to the longest")
    func stall() {
        let gauge = gauge(waiting: 5000, perSecond: 1000)
        let before = gauge.pause(at: 130)
        var last = before
        for second in stride(from: 140 as UInt64, through: 400, by: 10) { last = gauge.pause(at: second) }
        #expect(before <= 7 && last >= 48)
        let stuck = LoadGauge()
        stuck.enter(10, at: 1)
        #expect((2...3).contains(stuck.pause(at: 1)))
        #expect(stuck.pause(at: 60) >= 48)
    }

    @Test("An idle time counts neither for nor against")
    func idle() {
        let gauge = gauge(waiting: 1000, perSecond: 100)
        gauge.leave(1000, isServed: false, at: 130)
        #expect(gauge.waiting == 0)
        gauge.enter(1000, at: 1_000_000)
        #expect((10...14).contains(gauge.pause(at: 1_000_000)))
    }

    @Test("What failed was not served, and a clock that is put back does no harm")
    func failures() {
        let gauge = LoadGauge()
        gauge.enter(100, at: 1000)
        gauge.leave(50, isServed: false, at: 1005)
        gauge.enter(50, at: 10)
        #expect((5...7).contains(gauge.pause(at: 10)))
    }
}
