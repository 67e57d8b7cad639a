import DifferentialPrivacy
import Foundation
import Testing

/// Many draws against the exact mass functions (Canonne, Kamath and Steinke 2020, Definitions 1 and 25).
///
/// All χ² tests together reject with a probability of 1% where everything is right; seeds are fixed, so they always do
/// the same.
struct SamplerDistributionTests {
    struct Case: CustomTestStringConvertible {
        let distribution: NoiseDistribution
        let draws: Int
        let seed: UInt64

        var testDescription: String { "\(distribution.word), \(draws) draws, seed \(seed)" }
    }

    static let laplace: [Case] = [
        (Rational(1), 1_000_000, 11), (Rational(10), 100_000, 12), (Rational(2, over: 3), 100_000, 13),
        (Rational(1, over: 5), 100_000, 14), (Rational(1_000_000_007, over: 3_000_001), 100_000, 15),
        (Rational(1 << 40, over: 3), 100_000, 16),
    ].map { Case(distribution: .laplace(scale: $0), draws: $1, seed: $2) }

    static let gaussian: [Case] = [
        (Rational(4), 1_000_000, 21), (Rational(1, over: 2), 50_000, 22), (Rational(1, over: 10), 50_000, 23),
        (Rational(100), 50_000, 24), (Rational(123_456_789, over: 1_000_003), 50_000, 25),
        (Rational(1 << 60), 50_000, 26),
    ].map { Case(distribution: .gaussian(variance: $0), draws: $1, seed: $2) }

    /// The level of each test, 1% divided by how many there are, as a quantile of the normal distribution.
    private static let quantile = 3.15

    @Test(arguments: laplace + gaussian)
    func drawsFollowTheMassFunction(testCase: Case) async {
        let draws = await testCase.distribution.draws(testCase.draws, seed: testCase.seed)
        let statistic = ChiSquared(draws, against: testCase.distribution)
        #expect(statistic.cells >= 3)
        #expect(statistic.value < statistic.critical(quantile: Self.quantile), "\(testCase): \(statistic)")
    }

    @Test func aScaleThatIsTwoPercentOffIsNoticed() async {
        let draws = await NoiseDistribution.laplace(scale: Rational(10)).draws(200_000, seed: 31)
        let other = ChiSquared(draws, against: .laplace(scale: Rational(102, over: 10)))
        #expect(other.value > other.critical(quantile: Self.quantile), "\(other)")
        let normal = await NoiseDistribution.gaussian(variance: Rational(100)).draws(100_000, seed: 32)
        let wider = ChiSquared(normal, against: .gaussian(variance: Rational(106)))
        #expect(wider.value > wider.critical(quantile: Self.quantile), "\(wider)")
    }

    @Test(arguments: [laplace[1], gaussian[3]])
    func drawsAreSymmetricAndTheirTailsAreAsThinAsTheyShouldBe(testCase: Case) async {
        let count = 60_000
        let draws = await testCase.distribution.draws(count, seed: testCase.seed + 100)
        let law = ExactLaw(testCase.distribution)
        // A binomial count is within four deviations but for 6 in 100,000.
        func isNear(_ observed: Int, _ probability: Double, of trials: Int) -> Bool {
            let deviation = (Double(trials) * probability * (1 - probability)).squareRoot()
            return abs(Double(observed) - Double(trials) * probability) <= 4 * deviation
        }
        let positive = draws.count { $0 > 0 }
        let negative = draws.count { $0 < 0 }
        #expect(isNear(positive, 0.5, of: positive + negative), "seed \(testCase.seed + 100)")
        for bound: Int128 in [20, 30, 40] {
            let beyond = draws.count { abs($0) > bound }
            let probability = 2 * law.below(-bound)
            #expect(isNear(beyond, probability, of: count), "seed \(testCase.seed + 100): \(beyond) beyond \(bound)")
        }
    }

    @Test func drawsInARowAreUncorrelated() async {
        for distribution in [NoiseDistribution.laplace(scale: Rational(10)), .gaussian(variance: Rational(100))] {
            let draws = await distribution.draws(60_000, seed: 41).map(Double.init)
            let square = draws.reduce(0) { $0 + $1 * $1 }
            let product = zip(draws, draws.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(product / square) < 4 / Double(draws.count).squareRoot(), "seed 41, \(distribution.word)")
        }
    }
}

/// A distribution's exact mass, in floating-point numbers.
struct ExactLaw {
    private let distribution: NoiseDistribution
    /// Of a Gaussian: the sum of all weights.
    private let total: Double

    /// From this variance on the discrete distribution function is the continuous one at the half, to 10^-9.
    private static let smooth = 1e7

    init(_ distribution: NoiseDistribution) {
        self.distribution = distribution
        guard case .gaussian(let variance) = distribution, variance.value < Self.smooth else {
            total = 1
            return
        }
        let reach = (40 * variance.value.squareRoot()).rounded(.up)
        total = stride(from: -reach, through: reach, by: 1).reduce(0) { $0 + exp(-$1 * $1 / (2 * variance.value)) }
    }

    /// P(X < x).
    func below(_ x: Int128) -> Double {
        if x > 0 { return 1 - below(1 - x) }
        switch distribution {
        case .laplace(let scale):
            // The geometric sum of q^k (1 − q) / (1 + q) for k > −x.
            let q = exp(-1 / scale.value)
            return exp(-Double(1 - x) / scale.value) / (1 + q)
        case .gaussian(let variance):
            guard variance.value < Self.smooth else {
                return erfc((0.5 - Double(x)) / (2 * variance.value).squareRoot()) / 2
            }
            let reach = (40 * variance.value.squareRoot()).rounded(.up)
            return stride(from: Double(1 - x), through: reach, by: 1)
                .reduce(0) { $0 + exp(-$1 * $1 / (2 * variance.value)) } / total
        }
    }
}

/// Pearson's statistic of draws against a law: cells of whole numbers with at least 25 expected draws in each.
struct ChiSquared: CustomStringConvertible {
    let value: Double
    let cells: Int

    var description: String { "χ² \(value) with \(cells) cells" }

    init(_ draws: [Int128], against distribution: NoiseDistribution) {
        let law = ExactLaw(distribution)
        let count = Double(draws.count)
        let deviation = distribution.variance.squareRoot()
        // About 60 cells within five deviations: single numbers where there are fewer.
        let width = max(1, Int128(deviation / 6))
        let outermost = Int128((5 * deviation).rounded(.up)) / width * width
        var bounds: [Int128] = []
        var (probabilities, last) = ([Double](), 0.0)
        for bound in stride(from: -outermost, through: outermost + 1, by: Int128.Stride(width)) {
            let below = law.below(bound)
            guard (below - last) * count >= 25, (1 - below) * count >= 25 else { continue }
            bounds.append(bound)
            probabilities.append(below - last)
            last = below
        }
        probabilities.append(1 - last)
        var observed = [Int](repeating: 0, count: probabilities.count)
        for draw in draws { observed[bounds.partitioningIndex(above: draw)] += 1 }
        cells = observed.count
        value = zip(observed, probabilities).reduce(0) { sum, cell in
            let expected = cell.1 * count
            return sum + (Double(cell.0) - expected) * (Double(cell.0) - expected) / expected
        }
    }

    /// The value that is passed with the probability of a normal quantile (Wilson and Hilferty 1931).
    func critical(quantile: Double) -> Double {
        let freedom = Double(cells - 1)
        let part = 2 / (9 * freedom)
        return freedom * pow(1 - part + quantile * part.squareRoot(), 3)
    }
}

extension [Int128] {
    /// How many of the ascending bounds are at most `number`: the cell that it lies in.
    fileprivate func partitioningIndex(above number: Int128) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
