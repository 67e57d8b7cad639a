import BigInt
import DifferentialPrivacy
import Testing

struct RationalTests {
    @Test func fractionsAreKeptInLowestTerms() {
        let fraction = Rational(1_000_000_000, over: 400_000_000)
        #expect(fraction.numerator == 5 && fraction.denominator == 2)
        #expect(fraction == Rational(10, over: 4))
        #expect(Rational(0, over: 7) == Rational(0))
        #expect(Rational(.max, over: .max) == Rational(1))
    }

    @Test func valuesAreTheNearestFloatingPointNumbers() {
        #expect(Rational(1, over: 8).value == 0.125)
        #expect(Rational(1, over: 3).value == 1.0 / 3)
        #expect(Rational(1 << 100, over: 1 << 90).value == 1024)
        #expect(Rational(reducing: BigUInt(3) << 200, over: BigUInt(1) << 199).value == 6)
    }
}
