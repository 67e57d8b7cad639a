/// All the noise in one released number: a sum of independent draws, one of each aggregator for each release in it.
public struct AddedNoise: Hashable, Sendable {
    /// What each draw comes from; nil where nothing is promised and no noise added.
    public let distribution: NoiseDistribution?
    /// How many draws there are, at least 0.
    public let draws: Int

    /// The variance of the sum, which is the sum of the variances.
    public let variance: Double
    /// `halfWidth()`, which all numbers with such noise have in common.
    private let usualHalfWidth: Double

    /// No noise.
    public static let none = AddedNoise(distribution: nil, draws: 0)

    /// The sum of so many draws.
    ///
    /// - Parameter draws: not negative; two for one release of two aggregators.
    public init(_ distribution: NoiseDistribution, draws: Int) { self.init(distribution: distribution, draws: draws) }

    private init(distribution: NoiseDistribution?, draws: Int) {
        precondition(draws >= 0, "draws are counted")
        self.distribution = distribution
        self.draws = draws
        variance = (distribution?.variance ?? 0) * Double(draws)
        usualHalfWidth = distribution?.halfWidth(draws: draws, confidence: Estimate.confidence) ?? 0
    }

    /// The standard deviation of the sum.
    public var standardDeviation: Double { variance.squareRoot() }

    /// The least whole number that the noise's absolute value does not pass with this probability.
    ///
    /// - Parameter confidence: above 0 and below 1.
    public func halfWidth(confidence: Double = Estimate.confidence) -> Double {
        confidence == Estimate.confidence
            ? usualHalfWidth : distribution?.halfWidth(draws: draws, confidence: confidence) ?? 0
    }

    /// The noise in the sum of so many numbers of which each has such noise.
    public func summed(over numbers: Int) -> AddedNoise {
        AddedNoise(distribution: distribution, draws: draws * numbers)
    }
}
