import DAPMessages
import TLSCodec
import Testing

@Suite struct TimeTests {
    let tenSeconds: TimePrecision

    init() throws { tenSeconds = try TimePrecision(seconds: 10) }

    @Test func aPrecisionOfZeroIsRefused() {
        #expect(throws: CodecError(.invalidValue, "")) { try TimePrecision(seconds: 0) }
        #expect(throws: CodecError(.invalidValue, "")) { try TimePrecision(decoding: hex("0000000000000000")) }
    }

    /// The examples of DAP §4.1.1.
    @Test func theDraftsExamplesAreReproduced() throws {
        #expect(Time(posixSeconds: 1_234_567_890, precision: tenSeconds) == Time(123_456_789))
        #expect(try Time(123_456_789).posixSeconds(precision: tenSeconds) == 1_234_567_890)
        #expect(try Duration(11).seconds(precision: tenSeconds) == 110)
        let interval = Interval(start: Time(123_456_789), duration: Duration(11))
        #expect(try interval.end.posixSeconds(precision: tenSeconds) == 1_234_568_000)
        let thousandSeconds = try TimePrecision(seconds: 1000)
        #expect(Time(posixSeconds: 1_729_629_081, precision: thousandSeconds) == Time(1_729_629))
    }

    @Test func posixSecondsAreRoundedDown() {
        #expect(Time(posixSeconds: 9, precision: tenSeconds) == Time(0))
        #expect(Time(posixSeconds: 10, precision: tenSeconds) == Time(1))
        #expect(Time(posixSeconds: 19, precision: tenSeconds) == Time(1))
        #expect(Time(posixSeconds: .max, precision: tenSeconds) == Time(.max / 10))
    }

    @Test func arithmeticBeyond64BitsThrows() throws {
        #expect(throws: CodecError(.invalidValue, "")) { try Time(.max).posixSeconds(precision: tenSeconds) }
        #expect(throws: CodecError(.invalidValue, "")) { try Duration(.max).seconds(precision: tenSeconds) }
        #expect(throws: CodecError(.invalidValue, "")) { try Time(.max).adding(Duration(1)) }
        #expect(try Time(.max - 1).adding(Duration(1)) == Time(.max))
    }

    @Test func timesAndDurationsAreOrdered() {
        #expect(Time(1) < Time(2))
        #expect(Duration(1) < Duration(2))
        #expect(!(Time(2) < Time(2)))
    }

    @Test func encodingsAreEightBytesBigEndian() throws {
        #expect(try Time(17_419_860).encoded() == hex("0000000001 09ce54"))
        #expect(try Duration(1).encoded() == hex("0000000000000001"))
        #expect(try TimePrecision(seconds: 3600).encoded() == hex("0000000000000e10"))
        #expect(
            try Interval(start: Time(16_595_440), duration: Duration(1)).encoded()
                == hex("0000000000fd39f0 0000000000000001"))
    }
}

@Suite struct IntervalTests {
    @Test func theStartIsInsideAndTheEndIsNot() {
        let interval = Interval(start: Time(5), duration: Duration(3))
        #expect([4, 5, 6, 7, 8].map { interval.contains(Time($0)) } == [false, true, true, true, false])
        #expect(!Interval(start: Time(5), duration: Duration(0)).contains(Time(5)))
    }

    @Test func theEndThrowsWhenItDoesNotFit() throws {
        #expect(try Interval(start: Time(5), duration: Duration(3)).end == Time(8))
        #expect(throws: CodecError(.invalidValue, "")) {
            try Interval(start: Time(.max), duration: Duration(1)).end
        }
    }

    @Test func anIntervalBeyondTheEndOfTimeStillContains() {
        let interval = Interval(start: Time(.max - 1), duration: Duration(.max))
        #expect(interval.contains(Time(.max)))
        #expect(!interval.contains(Time(.max - 2)))
    }

    @Test func withinMeansNeitherStartingBeforeNorEndingAfter() {
        let outer = Interval(start: Time(10), duration: Duration(5))
        func isWithin(_ start: UInt64, _ duration: UInt64) -> Bool {
            Interval(start: Time(start), duration: Duration(duration)).isWithin(outer)
        }
        #expect(isWithin(10, 5))
        #expect(isWithin(11, 4))
        #expect(isWithin(14, 1))
        #expect(isWithin(15, 0))
        #expect(!isWithin(9, 5))
        #expect(!isWithin(10, 6))
        #expect(!isWithin(14, 2))
        #expect(!isWithin(16, 0))
        #expect(!isWithin(11, .max))
    }

    @Test func withinAgreesWithWideArithmetic() {
        for seed in 1...500 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            // Few bits around both ends of the range, so that all relations occur.
            func edge() -> UInt64 { generator.next() & 1 == 0 ? generator.next() & 3 : .max - generator.next() & 3 }
            let inner = Interval(start: Time(edge()), duration: Duration(edge()))
            let outer = Interval(start: Time(edge()), duration: Duration(edge()))
            func end(_ interval: Interval) -> UInt128 {
                UInt128(interval.start.value) + UInt128(interval.duration.value)
            }
            #expect(
                inner.isWithin(outer) == (inner.start >= outer.start && end(inner) <= end(outer)), "seed \(seed)")
        }
    }

    @Test func theSmallestIntervalReachesFromTheFirstTimeThroughTheLast() throws {
        #expect(try Interval(from: Time(3), through: Time(3)) == Interval(start: Time(3), duration: Duration(1)))
        #expect(try Interval(from: Time(3), through: Time(7)) == Interval(start: Time(3), duration: Duration(5)))
        #expect(throws: CodecError(.invalidValue, "")) { try Interval(from: Time(4), through: Time(3)) }
        #expect(throws: CodecError(.invalidValue, "")) { try Interval(from: Time(0), through: Time(.max)) }
    }
}
