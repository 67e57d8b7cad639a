public import DifferentialPrivacy
public import MetricCatalog

/// What a result says, or several together: each number with its error, or that it is hidden; means and quantiles.
///
/// All outputs are made from it, so none shows what another hides.
public struct ResultSummary {
    /// One number of a result.
    public struct Cell: Equatable, Sendable {
        /// The bucket's or option's; `yes` for a count, `total` for a sum, from 1 on for a vector's places.
        public let label: String
        /// Nil when it is hidden.
        public let value: Int128?
    }

    /// One quartile of a histogram, by the labels of buckets.
    public struct Quartile: Equatable, Sendable {
        /// Which, in percent.
        public let percent: Int
        /// Where it is.
        public let bucket: String
        /// The lowest bucket and the highest that it may be in, with 95% confidence.
        public let interval: (low: String, high: String)

        /// Whether all is the same.
        public static func == (left: Quartile, right: Quartile) -> Bool {
            (left.percent, left.bucket, left.interval.low, left.interval.high)
                == (right.percent, right.bucket, right.interval.low, right.interval.high)
        }
    }

    /// How many reports, which is exact and public.
    public let reports: UInt64
    /// The numbers in order.
    public let cells: [Cell]
    /// The noise in each of them.
    public let noise: AddedNoise
    /// The standard deviation of the noise.
    public let standardDeviation: Double
    /// How far the interval of each number reaches to both sides: a whole number.
    public let halfWidth: Double
    /// The mean of a sum, or of each place of a vector; none otherwise, or without reports.
    public let means: [Estimate]
    /// Of a histogram; none when a bucket is hidden, which they would help to find out.
    public let quartiles: [Quartile]

    /// Whether a number is hidden.
    public var isSuppressed: Bool { cells.contains { $0.value == nil } }

    /// What results add up to.
    ///
    /// - Parameter results: at least one, of one metric.
    /// - Throws: `CommandFailure` when they are too large to be added up; `VDAFError` when the metric's sums are too
    ///   large for any noise.
    public init(_ results: [CollectedResult], metric: Metric) throws {
        let noise = try MetricNoise(metric).added(releases: results.count)
        try self.init(results, metric: metric, error: NoiseError(noise, in: metric))
    }

    /// The same with the noise's error, which takes some time to find out.
    init(_ results: [CollectedResult], metric: Metric, error: NoiseError) throws {
        let total = try ResultTotal(results)
        let suppression = CellSuppression(metric)
        var hidden = total.values.map { _ in false }
        for result in results {
            hidden = zip(hidden, suppression.hidden(result.values, reports: result.reportCount)).map { $0 || $1 }
        }
        reports = total.reports
        cells = zip(ResultLabels.of(metric, count: total.values.count), zip(total.values, hidden)).map {
            Cell(label: $0, value: $1.1 ? nil : $1.0)
        }
        noise = error.noise
        standardDeviation = error.standardDeviation
        halfWidth = error.halfWidth
        switch metric.type {
        case .sum, .vector:
            means = total.values.compactMap { value in
                guard total.reports > 0 else { return nil }
                let sum = Estimate(
                    value: Double(value), standardDeviation: error.standardDeviation, halfWidth: error.halfWidth)
                return sum.scaled(by: 1 / Double(total.reports))
            }
            quartiles = []
        case .histogram:
            means = []
            quartiles =
                hidden.contains(true)
                ? [] : Self.quartiles(total.values, reports: total.reports, labels: cells.map(\.label), error)
        case .count, .choice, .choices:
            means = []
            quartiles = []
        }
    }

    private static func quartiles(
        _ values: [Int128], reports: UInt64, labels: [String], _ error: NoiseError
    ) -> [Quartile] {
        guard labels.count == values.count, error.sumHalfWidths.count == values.count / 2 + 1,
            let quantiles = NoisyQuantiles(cells: values, reports: reports, halfWidths: error.sumHalfWidths)
        else { return [] }
        return [25, 50, 75].map { percent in
            let range = quantiles.bucket(of: Double(percent) / 100)
            return Quartile(
                percent: percent, bucket: labels[range.estimate],
                interval: (labels[range.interval.lowerBound], labels[range.interval.upperBound]))
        }
    }

    /// The interval of a number, in whole numbers.
    public func interval(of value: Int128) -> ClosedRange<Int128> {
        // Doubles beyond 2^100 are far beyond any noise that a field has room for.
        let reach = halfWidth < 0x1p100 ? Int128(halfWidth) : 1 << 100
        let (low, isBelow) = value.subtractingReportingOverflow(reach)
        let (high, isAbove) = value.addingReportingOverflow(reach)
        return (isBelow ? .min : low)...(isAbove ? .max : high)
    }
}

/// What noise does to each number of a result.
struct NoiseError {
    let noise: AddedNoise
    let standardDeviation: Double
    let halfWidth: Double
    /// The half widths of sums of 0, 1, 2 and more buckets of a histogram.
    let sumHalfWidths: [Double]

    init(_ noise: AddedNoise, in metric: Metric) {
        self.noise = noise
        standardDeviation = noise.standardDeviation
        halfWidth = noise.halfWidth()
        if case .histogram(let edges) = metric.type {
            sumHalfWidths = NoisyQuantiles.halfWidths(cells: edges.count + 1, noise: noise)
        } else {
            sumHalfWidths = []
        }
    }
}

/// The summaries of a metric's results, one by one and together.
struct ResultSummaries {
    let noise: MetricNoise
    private let metric: Metric
    private let single: NoiseError

    init(_ metric: Metric) throws {
        self.metric = metric
        noise = try MetricNoise(metric)
        single = NoiseError(noise.added(releases: 1), in: metric)
    }

    func of(_ result: CollectedResult) throws -> ResultSummary {
        try ResultSummary([result], metric: metric, error: single)
    }

    func together(_ results: [CollectedResult]) throws -> ResultSummary {
        try ResultSummary(results, metric: metric)
    }
}
