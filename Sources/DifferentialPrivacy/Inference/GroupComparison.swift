/// How the share of one option differs between two groups of a joint choice. All errors are of sampling and noise.
///
/// The groups are samples of different people. One comparison of twenty finds a difference by chance at p < 0.05.
public struct GroupComparison: Hashable, Sendable {
    /// The option's share of the group, as a fraction of 1.
    public let share: Estimate
    /// The option's share of the group it is compared with.
    public let baseShare: Estimate
    /// `share` less `baseShare`.
    public let difference: Estimate
    /// The difference in standard deviations, as they would be if there were none.
    public let z: Double
    /// How often chance alone makes so large a difference, to either side.
    public let p: Double
    /// The ratio of the shares, less 1; nil when the interval of one of them touches 0.
    public let lift: Estimate?

    /// Compares the shares of one option: the two-proportion z-test with a pooled share, and the interval of the
    /// difference with a share of each (Fleiss, Levin and Paik 2003, chapter 3), with the noise's variance added.
    ///
    /// - Parameter option: its index in both groups.
    /// - Returns: nil when there is no such option or a group is not clearly larger than its noise
    ///   (`NoisyGroup.isClear`).
    public init?(of group: NoisyGroup, against base: NoisyGroup, option: Int) {
        guard let share = group.share(of: option), let baseShare = base.share(of: option) else { return nil }
        self.share = share
        self.baseShare = baseShare
        let difference = share.value - baseShare.value
        self.difference = Estimate(value: difference, normalVariance: share.variance + baseShare.variance)
        let pooled = (group.reports(of: option) + base.reports(of: option)) / (group.total + base.total)
        let variance =
            group.shareVariance(of: option, at: pooled) + base.shareVariance(of: option, at: pooled)
        // Without noise a pooled share of 0 or 1 has no variance, and the shares are equal.
        z = variance > 0 ? difference / variance.squareRoot() : 0
        p = NormalDistribution.twoSidedTail(z)
        lift = Self.lift(share, baseShare)
    }

    /// The logarithm of a ratio is closer to normal than the ratio (Katz, Baptista, Azen and Pike 1978, method C).
    private static func lift(_ share: Estimate, _ base: Estimate) -> Estimate? {
        guard share.interval.lowerBound > 0, base.interval.lowerBound > 0 else { return nil }
        let ratio = share.value / base.value
        let deviation =
            (share.variance / (share.value * share.value) + base.variance / (base.value * base.value)).squareRoot()
        let reach = deviation * Estimate.normalReach
        return Estimate(
            value: ratio - 1, standardDeviation: ratio * deviation,
            interval: ratio * Mathematics.exp(-reach) - 1...ratio * Mathematics.exp(reach) - 1)
    }
}
