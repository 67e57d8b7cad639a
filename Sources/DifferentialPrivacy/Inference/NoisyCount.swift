/// One released number: a count or a sum over reports, with its noise.
public struct NoisyCount: Hashable, Sendable {
    /// What was released: noise may take it below zero.
    public let value: Int128
    /// The noise in it.
    public let noise: AddedNoise
    /// How it leads back to the sum of the true measurements.
    public let debiasing: Debiasing

    /// A released number.
    public init(value: Int128, noise: AddedNoise, debiasing: Debiasing = .identity) {
        self.value = value
        self.noise = noise
        self.debiasing = debiasing
    }

    /// The sum of the true measurements.
    public func estimate() -> Estimate {
        debiasing.trueSum(
            Estimate(
                value: Double(value), standardDeviation: noise.standardDeviation, halfWidth: noise.halfWidth()))
    }

    /// The mean measurement: the sum over the number of reports, which is public and exact.
    ///
    /// - Returns: nil without reports.
    public func mean(reports: UInt64) -> Estimate? {
        reports == 0 ? nil : estimate().scaled(by: 1 / Double(reports))
    }

    /// The share of the reports that a count is, as a fraction of 1.
    ///
    /// - Returns: nil without reports.
    public func share(of reports: UInt64) -> Estimate? { mean(reports: reports) }

    /// The variance that noise gives the estimate.
    var variance: Double { noise.variance / (debiasing.slope * debiasing.slope) }
}
