/// A number with what is known of its error: that of the aggregators' noise only, unless it is said that sampling is
/// included.
public struct Estimate: Hashable, Sendable {
    /// The estimate, without bias: noise may take it below zero or beyond what is possible.
    public let value: Double
    /// The standard deviation of its error.
    public let standardDeviation: Double
    /// Where the true number is with 95% confidence; not cut off at what is possible.
    public let interval: ClosedRange<Double>

    /// How often the interval holds the true number.
    public static let confidence = 0.95
    /// How many standard deviations the interval of a normal error reaches to either side.
    static let normalReach = NormalDistribution.halfWidth(confidence: confidence)

    /// An estimate whose interval reaches so far to both sides.
    ///
    /// - Parameter halfWidth: not negative.
    public init(value: Double, standardDeviation: Double, halfWidth: Double) {
        self.value = value
        self.standardDeviation = standardDeviation
        interval = value - halfWidth...value + halfWidth
    }

    /// A number without error.
    public init(exactly value: Double) { self.init(value: value, standardDeviation: 0, halfWidth: 0) }

    /// An estimate with a normal error.
    init(value: Double, normalVariance variance: Double) {
        let deviation = variance.squareRoot()
        self.init(
            value: value, standardDeviation: deviation,
            halfWidth: deviation * Self.normalReach)
    }

    init(value: Double, standardDeviation: Double, interval: ClosedRange<Double>) {
        self.value = value
        self.standardDeviation = standardDeviation
        self.interval = interval
    }

    /// The variance of its error.
    var variance: Double { standardDeviation * standardDeviation }

    /// The estimate of `factor` times the number plus `offset`.
    ///
    /// - Parameter factor: finite.
    public func scaled(by factor: Double, plus offset: Double = 0) -> Estimate {
        let ends = (interval.lowerBound * factor + offset, interval.upperBound * factor + offset)
        return Estimate(
            value: value * factor + offset, standardDeviation: standardDeviation * abs(factor),
            interval: min(ends.0, ends.1)...max(ends.0, ends.1))
    }
}
