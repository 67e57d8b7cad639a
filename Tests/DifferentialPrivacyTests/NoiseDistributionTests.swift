import DifferentialPrivacy
import Testing
import VDAF

/// Noise is as wide as the promise, the circuit and the contribution limit ask for, exactly.
struct NoiseDistributionTests {
    private func amount(_ decimal: String) throws -> PrivacyAmount { try #require(PrivacyAmount(decimal: decimal)) }

    @Test func laplaceScaleIsSensitivityOverEpsilonAndGrowsWithTheContributionLimit() throws {
        let sum = try Sensitivity(of: .sum(maxMeasurement: 255))
        for (epsilon, limit, scale) in [
            ("1", 1, Rational(255)), ("0.5", 1, Rational(510)), ("0.5", 4, Rational(2040)),
            ("0.000000001", 1, Rational(255_000_000_000)),
            ("0.123456789", 1, Rational(255_000_000_000, over: 123_456_789)),
        ] as [(String, UInt32, Rational)] {
            let mechanism = PrivacyMechanism.laplace(epsilon: try amount(epsilon))
            #expect(
                NoiseDistribution(mechanism, sensitivity: sum, contributionLimit: limit) == .laplace(scale: scale))
        }
    }

    @Test func gaussianVarianceIsTheSquareOverTwoRhoAndGrowsWithTheSquareOfTheContributionLimit() throws {
        let choices = try Sensitivity(of: .multihotCountVec(length: 20, chunkLength: 4, maxWeight: 3))
        for (rho, limit, variance) in [
            ("0.5", 1, Rational(6)), ("0.125", 1, Rational(24)), ("0.125", 3, Rational(216)),
            ("0.3", 1, Rational(10)), ("0.7", 2, Rational(120, over: 7)),
        ] as [(String, UInt32, Rational)] {
            let mechanism = PrivacyMechanism.gaussian(rho: try amount(rho))
            #expect(
                NoiseDistribution(mechanism, sensitivity: choices, contributionLimit: limit)
                    == .gaussian(variance: variance))
        }
    }

    @Test func theLargestParametersHaveADistributionThoughNotADrawableOne() throws {
        let widest = Sensitivity(l1: 1 << 96, l2Squared: (1 << 127) - 1)
        let laplace = NoiseDistribution(
            .laplace(epsilon: PrivacyAmount(billionths: 1)), sensitivity: widest, contributionLimit: .max)
        let gaussian = NoiseDistribution(
            .gaussian(rho: PrivacyAmount(billionths: 1)), sensitivity: widest, contributionLimit: .max)
        #expect(!laplace.isDrawable)
        #expect(gaussian.isDrawable)
        #expect(NoiseMechanism(gaussian).distribution == gaussian)
    }
}
