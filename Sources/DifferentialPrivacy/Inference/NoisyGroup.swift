/// One group of a joint choice: the counts of its options, of which each of its reports has one.
///
/// How many reports the group has is known from those counts alone, with the noise of all.
public struct NoisyGroup: Hashable, Sendable {
    /// The released counts, in the options' order.
    public let counts: [NoisyCount]
    /// The estimated reports of each option.
    private let values: [Double]
    /// The variance that noise gives them.
    private let variances: [Double]

    /// A group with the counts of its options.
    public init(counts: [NoisyCount]) {
        self.counts = counts
        values = counts.map { $0.debiasing.trueSum(Double($0.value)) }
        variances = counts.map(\.variance)
    }

    /// How many reports the group has.
    public var size: Estimate {
        Estimate(value: total, normalVariance: variances.reduce(0, +))
    }

    /// Whether the group is clearly larger than its noise, so that shares of it mean something: at least
    /// `clearDeviations` standard deviations, and one report.
    public var isClear: Bool {
        total >= max(1, Self.clearDeviations * variances.reduce(0, +).squareRoot())
    }

    /// With so many standard deviations what the delta method neglects is some hundredths of a share.
    public static let clearDeviations = 5.0

    /// An option's share of the group, as a fraction of 1, with sampling and noise in its error.
    ///
    /// - Returns: nil when there is no such option or the group is not clear.
    public func share(of option: Int) -> Estimate? {
        guard let share = fraction(of: option) else { return nil }
        return Estimate(value: share, normalVariance: shareVariance(of: option, at: share))
    }

    /// The estimated reports of all options.
    var total: Double { values.reduce(0, +) }

    /// An option's share; nil as in `share(of:)`.
    func fraction(of option: Int) -> Double? {
        values.indices.contains(option) && isClear ? values[option] / total : nil
    }

    /// The variance of an option's share, if the true share is `share`.
    ///
    /// - Parameter option: one of the options of a clear group.
    func shareVariance(of option: Int, at share: Double) -> Double {
        let others = variances.reduce(0, +) - variances[option]
        return ShareError(option: variances[option], others: max(others, 0)).variance(share: share, reports: total)
    }

    /// An option's estimated reports.
    ///
    /// - Parameter option: one of the options.
    func reports(of option: Int) -> Double { values[option] }
}

/// The error of a share whose numerator and denominator are both noisy.
///
/// The share is a / (a + b) with a the reports of the option and b those of the others. Its variance is the binomial one,
/// p(1 − p) / n, and by the delta method (Casella and Berger 2002, §5.5.4) that of the noise, whose derivatives are
/// (1 − p) / n by a and −p / n by b.
struct ShareError: Hashable, Sendable {
    /// The variance of the noise in the option's count.
    let option: Double
    /// The variance of the noise in the sum of the other counts.
    let others: Double

    /// The variance of a share, at a true one and a number of reports above 0.
    func variance(share: Double, reports: Double) -> Double {
        // Noise takes an estimated share beyond 0 and 1.
        let share = min(max(share, 0), 1)
        let rest = 1 - share
        return share * rest / reports + (rest * rest * option + share * share * others) / (reports * reports)
    }
}
