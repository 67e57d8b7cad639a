/// Which differences between two groups of equal size show, and how many reports they take.
///
/// A lift shows when a two-sided z-test at the significance level finds it with the wanted power (Fleiss, Levin and Paik
/// 2003, chapter 4, without the correction for continuity), with the noise's variance added to the sampling's as in
/// `GroupComparison`.
public struct SampleSize: Hashable, Sendable {
    /// The option's share of the group that the other is compared with.
    public let baseShare: Double
    private let error: ShareError
    private let testDeviations: Double
    private let powerDeviations: Double

    /// Groups are at most so large.
    public static let largestGroup: UInt64 = 1_000_000_000_000_000

    /// - Parameters:
    ///   - baseShare: the option's share of the group that the other is compared with, above 0 and below 1.
    ///   - options: how many options a group has, at least 1.
    ///   - noise: the noise in each released number.
    ///   - significance: how often a difference is found where there is none, above 0 and below 1.
    ///   - power: how often one is found where there is one, above 0 and below 1.
    public init(
        baseShare: Double, options: Int, noise: AddedNoise, significance: Double = 0.05, power: Double = 0.8
    ) {
        precondition(baseShare > 0 && baseShare < 1 && options >= 1, "a share of some options")
        precondition(significance > 0 && significance < 1 && power > 0 && power < 1, "two probabilities")
        self.baseShare = baseShare
        error = ShareError(option: noise.variance, others: noise.variance * Double(options - 1))
        testDeviations = NormalDistribution.quantile(upperTail: significance / 2)
        powerDeviations = NormalDistribution.quantile(upperTail: 1 - power)
    }

    /// The reports of each group that show a lift (0.1 where the share is a tenth larger than the base's).
    ///
    /// - Returns: nil when none do: a lift of 0, one beyond shares of 0 and 1, or one for more than `largestGroup`.
    public func reports(detecting lift: Double) -> UInt64? {
        guard isPossible(lift), shows(lift, reports: Double(Self.largestGroup)) else { return nil }
        return UInt64(WholeNumber.least { shows(lift, reports: $0) })
    }

    /// The smallest lift above 0 that groups of so many reports show.
    ///
    /// - Returns: nil when there is none.
    public func lift(detectedBy reports: UInt64) -> Double? {
        var (low, high) = (0.0, 1 / baseShare - 1)
        guard shows(high, reports: Double(reports)) else { return nil }
        for _ in 0..<Self.bisections {
            let middle = (low + high) / 2
            if shows(middle, reports: Double(reports)) { high = middle } else { low = middle }
        }
        return high
    }

    private func isPossible(_ lift: Double) -> Bool {
        lift != 0 && lift > -1 && baseShare * (1 + lift) <= 1
    }

    private func shows(_ lift: Double, reports: Double) -> Bool {
        guard reports >= max(1, NoisyGroup.clearDeviations * (error.option + error.others).squareRoot()) else {
            return false
        }
        let share = baseShare * (1 + lift)
        let none = 2 * error.variance(share: (baseShare + share) / 2, reports: reports)
        let some = error.variance(share: baseShare, reports: reports) + error.variance(share: share, reports: reports)
        return abs(share - baseShare)
            >= testDeviations * none.squareRoot() + powerDeviations * some.squareRoot()
    }

    private static let bisections = 60
}
