import BigInt
import DifferentialPrivacy
import Testing

/// Fixed-width numbers draw what rational numbers of any size draw from the same words, word for word.
struct SamplerEquivalenceTests {
    /// Numerator and denominator of as many bits.
    private func fraction(_ numeratorBits: Int, over denominatorBits: Int, _ words: inout WordStream) -> Rational {
        Rational(
            max(1, words.number(bits: numeratorBits)), over: max(1, words.number(bits: denominatorBits)))
    }

    @Test(arguments: [
        (1, 1), (3, 2), (8, 8), (20, 3), (3, 20), (32, 30), (54, 54), (55, 10), (90, 40), (118, 60), (119, 3),
    ])
    func laplaceDrawsTheSameForRandomScales(bits: (numerator: Int, denominator: Int)) {
        let seed = UInt64(bits.numerator) << 8 | UInt64(bits.denominator)
        var parameters = WordStream(testSeed: seed)
        for round in 0..<12 {
            let scale = fraction(bits.numerator, over: bits.denominator, &parameters)
            let laplace = DiscreteLaplace(scale: scale)
            var left = WordStream(testSeed: seed << 16 | UInt64(round))
            var right = WordStream(testSeed: seed << 16 | UInt64(round))
            for _ in 0..<8 {
                let expected = RationalSampler.laplace(scale: scale, from: &right)
                #expect(
                    BigInt(laplace.sample(from: &left)) == expected,
                    "seed \(seed), scale \(scale.numerator)/\(scale.denominator)")
            }
            #expect(left.next() == right.next(), "as many words taken")
        }
    }

    @Test(arguments: [
        (1, 1), (1, 6), (4, 2), (10, 10), (31, 30), (60, 1), (91, 31), (100, 4), (110, 20), (126, 90), (3, 126),
    ])
    func gaussianDrawsTheSameForRandomVariances(bits: (numerator: Int, denominator: Int)) {
        let seed = UInt64(bits.numerator) << 8 | UInt64(bits.denominator)
        var parameters = WordStream(testSeed: seed)
        for round in 0..<10 {
            let variance = fraction(bits.numerator, over: bits.denominator, &parameters)
            let gaussian = DiscreteGaussian(variance: variance)
            var left = WordStream(testSeed: seed << 16 | UInt64(round))
            var right = WordStream(testSeed: seed << 16 | UInt64(round))
            for _ in 0..<6 {
                let expected = RationalSampler.gaussian(variance: variance, from: &right)
                #expect(
                    BigInt(gaussian.sample(from: &left)) == expected,
                    "seed \(seed), variance \(variance.numerator)/\(variance.denominator)")
            }
            #expect(left.next() == right.next(), "as many words taken")
        }
    }

    /// Numerators that share factors with ⌊σ⌋ + 1, and squares of it: where most cancels.
    @Test func gaussianDrawsTheSameWhereParametersShareDivisors() {
        for (numerator, denominator) in [
            (12, 1), (36, 1), (144, 1), (100, 3), (2, 9), (8, 25), (1 << 40, 1), (1 << 60, 3), (720_720, 7), (30, 49),
            (1, 1), (3, 1), (8, 1), (15, 4), (899, 1), (900, 1), (1023 * 1023, 1), (1, 1_000_000),
        ] as [(UInt128, UInt128)] {
            let variance = Rational(numerator, over: denominator)
            let gaussian = DiscreteGaussian(variance: variance)
            let seed = UInt64(truncatingIfNeeded: numerator << 8 | denominator)
            var left = WordStream(testSeed: seed)
            var right = WordStream(testSeed: seed)
            for _ in 0..<30 {
                let expected = RationalSampler.gaussian(variance: variance, from: &right)
                #expect(BigInt(gaussian.sample(from: &left)) == expected, "variance \(numerator)/\(denominator)")
            }
            #expect(left.next() == right.next(), "as many words taken")
        }
    }

    @Test func withoutScaleOrVarianceThereIsNoNoise() {
        var words = WordStream(testSeed: 1)
        #expect(DiscreteLaplace(scale: Rational(0)).sample(from: &words) == 0)
        #expect(DiscreteGaussian(variance: Rational(0)).sample(from: &words) == 0)
    }

    @Test func noiseBeyond128BitsIsCutOffAndIsSaidNotToBeDrawable() {
        let scale = Rational(reducing: BigUInt(1) << 200, over: 1)
        let laplace = NoiseDistribution.laplace(scale: scale)
        let gaussian = NoiseDistribution.gaussian(variance: Rational(reducing: BigUInt(1) << 400, over: 1))
        var words = WordStream(testSeed: 2)
        for distribution in [laplace, gaussian] {
            let noise = NoiseMechanism(distribution).draw(count: 4, from: &words)
            #expect(noise.allSatisfy { $0 == .max || $0 == -.max })
            #expect(!distribution.isDrawable)
        }
        #expect(NoiseDistribution.laplace(scale: Rational(1 << 120)).isDrawable)
        #expect(!NoiseDistribution.laplace(scale: Rational((1 << 121) + 1, over: 2)).isDrawable)
        #expect(NoiseDistribution.gaussian(variance: Rational(reducing: BigUInt(1) << 240, over: 1)).isDrawable)
        #expect(!NoiseDistribution.gaussian(variance: Rational(reducing: (BigUInt(1) << 240) + 1, over: 1)).isDrawable)
    }

    @Test func aMechanismDrawsAfreshFromASeedOfTheRandomSource() {
        struct Counter: RandomNumberGenerator {
            var count: UInt64 = 0
            mutating func next() -> UInt64 {
                count += 1
                return count
            }
        }
        let mechanism = NoiseMechanism(.laplace(scale: Rational(1 << 40)))
        var random = Counter()
        let first = mechanism.draw(count: 50, using: &random)
        #expect(random.count == 4, "256 bits")
        let second = mechanism.draw(count: 50, using: &random)
        #expect(first.count == 50 && Set(first + second).count == 100)
        var words = WordStream(
            seed: (1...4).flatMap { word in (0..<8).map { $0 == 0 ? UInt8(word) : 0 } })
        #expect(mechanism.draw(count: 50, from: &words) == first)
    }
}
