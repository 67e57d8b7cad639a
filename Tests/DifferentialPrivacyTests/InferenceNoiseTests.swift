import DifferentialPrivacy
import Foundation
import Testing

/// How far noise takes a number, against the mass functions themselves.
@Suite struct InferenceNoiseTests {
    static let scales = [(1, 10), (1, 2), (1, 1), (5, 3), (2, 1), (8, 1)]
    static let variances = [(1, 20), (1, 3), (1, 1), (39, 10), (4, 1), (41, 10), (100, 1)]

    static let distributions: [NoiseDistribution] =
        scales.map { .laplace($0.0, over: $0.1) }
        + variances.map { .gaussian($0.0, over: $0.1) }

    @Test(arguments: distributions) func varianceIsTheSumOverTheMassFunction(_ distribution: NoiseDistribution) {
        let expected = MassTable(distribution).variance
        #expect(abs(distribution.variance - expected) <= 1e-12 * expected)
        #expect(AddedNoise(distribution, draws: 6).variance == 6 * distribution.variance)
    }

    @Test(arguments: distributions)
    func halfWidthIsTheLeastWholeNumberThatTheConvolutionAllows(_ distribution: NoiseDistribution) {
        let one = MassTable(distribution)
        var sum = one
        for draws in 1...5 {
            for confidence in [0.1, 0.5, 0.68, 0.9, 0.95, 0.99, 0.9999] {
                let width = distribution.halfWidth(draws: draws, confidence: confidence)
                #expect(width == width.rounded() && width >= 0)
                #expect(sum.probability(within: Int(width)) >= confidence - 1e-12, "\(draws) draws, \(confidence)")
                #expect(sum.probability(within: Int(width) - 1) < confidence + 1e-12, "\(draws) draws, \(confidence)")
            }
            if draws < 5 { sum = sum.convolved(with: one) }
        }
    }

    @Test func halfWidthOfManyDrawsAgreesWithTheConvolution() {
        for distribution in [
            NoiseDistribution.laplace(3, over: 4), .gaussian(3, over: 2),
            .gaussian(5),
        ] {
            var sum = MassTable(distribution)
            for _ in 0..<5 { sum = sum.convolved(with: sum) }
            for confidence in [0.5, 0.95, 0.999] {
                let width = distribution.halfWidth(draws: 32, confidence: confidence)
                #expect(sum.probability(within: Int(width)) >= confidence)
                #expect(sum.probability(within: Int(width) - 1) < confidence)
            }
        }
    }

    @Test(arguments: [3969, 4095, 4096, 4225, 250_000])
    func halfWidthOfAWideGaussianIsTheLeastWholeNumberOfItsMass(variance: Int) {
        let distribution = NoiseDistribution.gaussian(variance)
        let table = MassTable(distribution)
        for confidence in [0.01, 0.5, 0.95, 0.9999] {
            let width = Int(distribution.halfWidth(draws: 1, confidence: confidence))
            #expect(table.probability(within: width) >= confidence - 1e-12)
            #expect(table.probability(within: width - 1) < confidence + 1e-12)
        }
    }

    @Test(arguments: [9, 3969, 4095, 4096, 4225, 250_000])
    func tailsOfAGaussianAreTheSumsOfItsMass(variance: Int) {
        let table = MassTable(.gaussian(variance))
        let mass = DiscreteGaussianMass(variance: Double(variance))
        for deviations in [0, 0.3, 1, 2, 3, 5] {
            let h = (deviations * Double(variance).squareRoot()).rounded()
            let expected = table.masses.enumerated().reduce(0.0) { sum, entry in
                abs(table.start + entry.offset) > Int(h) ? sum + entry.element : sum
            }
            #expect(abs(mass.tail(beyond: h) - expected) < 2e-14, "beyond \(h)")
        }
    }

    @Test(arguments: [3, 4, 5, 32]) func sumsAreThoseOfTheConvolutionFarOutToo(draws: Int) {
        for (distribution, sum) in [
            (NoiseDistribution.laplace(1, over: 5), LatticeSum(laplaceScale: 0.2, draws: draws)),
            (.laplace(3), LatticeSum(laplaceScale: 3, draws: draws)),
            (.gaussian(1, over: 20), LatticeSum(gaussianVariance: 0.05, draws: draws)),
            (.gaussian(7, over: 2), LatticeSum(gaussianVariance: 3.5, draws: draws)),
        ] {
            let one = MassTable(distribution)
            let table = (1..<draws).reduce(one) { table, _ in table.convolved(with: one) }
            for h in [0, 1, 2, 5, 10, 20, 40, 80, 160, 1_000_000] {
                let difference = sum.probability(within: Double(h)) - table.probability(within: h)
                #expect(abs(difference) < 1e-12, "within \(h) of \(distribution)")
            }
        }
    }

    /// With 95%: ln 20; the x with (2 + x)e^−x / 2 = 0.05; those of the tail sums of three and of four draws.
    @Test(arguments: [(1, 2.99573227355399), (2, 4.11300328071964), (3, 4.96859600018170), (4, 5.69257129716972)])
    func halfWidthOfWideLaplaceNoiseIsThatOfTheContinuousDistribution(draws: Int, expected: Double) {
        for exponent in [6, 12, 24, 36] {
            let scale = (0..<exponent).reduce(UInt128(1)) { product, _ in product * 10 }
            let width = NoiseDistribution.laplace(scale: Rational(scale)).halfWidth(draws: draws, confidence: 0.95)
            #expect(abs(width / Double(scale) - expected) < 2e-6, "10^\(exponent)")
        }
    }

    @Test func halfWidthOfWideGaussianNoiseIsThatOfTheContinuousDistribution() {
        for exponent in [8, 16, 36] {
            let variance = (0..<exponent).reduce(UInt128(1)) { product, _ in product * 10 }
            for draws in [1, 2, 730] {
                let width = NoiseDistribution.gaussian(variance: Rational(variance)).halfWidth(
                    draws: draws, confidence: 0.95)
                let deviation = (Double(variance) * Double(draws)).squareRoot()
                #expect(abs(width - 1.959963984540054 * deviation) <= 1 + 1e-12 * deviation)
            }
        }
    }

    @Test func halfWidthGrowsWithDrawsAndConfidence() {
        for distribution in Self.distributions {
            let byDraws = (0...40).map { distribution.halfWidth(draws: $0, confidence: 0.95) }
            #expect(zip(byDraws, byDraws.dropFirst()).allSatisfy { $0 <= $1 }, "\(distribution)")
            let byConfidence = stride(from: 0.05, to: 1, by: 0.05).map {
                distribution.halfWidth(draws: 4, confidence: $0)
            }
            #expect(zip(byConfidence, byConfidence.dropFirst()).allSatisfy { $0 <= $1 }, "\(distribution)")
        }
    }

    @Test func noNoiseHasNoWidth() {
        #expect(AddedNoise.none.variance == 0)
        #expect(AddedNoise.none.halfWidth() == 0)
        #expect(AddedNoise.none.summed(over: 7) == .none)
        let nothing = [
            NoiseDistribution.laplace(0), .gaussian(0),
            .laplace(1, over: 10_000),
        ]
        for distribution in nothing {
            #expect(distribution.variance == 0)
            #expect(distribution.halfWidth(draws: 4, confidence: 0.999) == 0)
        }
        #expect(NoiseDistribution.laplace(5).halfWidth(draws: 0, confidence: 0.95) == 0)
    }

    /// From a table of the normal distribution.
    @Test(arguments: [
        (0.5, 0.674489750196082), (0.9, 1.644853626951473), (0.95, 1.959963984540054), (0.99, 2.575829303548901),
        (0.999, 3.290526731491895), (0.999999, 4.891638475692933),
    ])
    func normalQuantilesAreThoseOfTheTables(confidence: Double, expected: Double) {
        #expect(abs(NormalDistribution.halfWidth(confidence: confidence) - expected) < 1e-9)
        #expect(abs(NormalDistribution.twoSidedTail(-expected) - (1 - confidence)) < 1e-14)
        #expect(abs(NormalDistribution.quantile(upperTail: (1 + confidence) / 2) + expected) < 1e-9)
    }
}
