public import DifferentialPrivacy
public import MetricCatalog

/// What a promise does to a metric's results, told beforehand: how wide the intervals will be, and which differences
/// between groups will show.
public struct NoiseForecast {
    /// What is asked about differences between two groups of the same size.
    public struct Question: Equatable, Sendable {
        /// The relative difference to be found: 0.1 for a share that is a tenth larger.
        public let lift: Double
        /// The share that it is relative to, above 0 and below 1.
        public let share: Double

        /// A question.
        public init(lift: Double, share: Double) {
            self.lift = lift
            self.share = share
        }
    }

    /// What there is to say about differences.
    public struct Differences: Equatable, Sendable {
        /// What was asked.
        public let question: Question
        /// Reports that each of two groups needs; nil when no number of them suffices.
        public let reportsPerGroup: UInt64?
        /// Reports that a group has when all groups have the same number of them.
        public let groupReports: UInt64
        /// The smallest lift that so many show; nil when they show none.
        public let smallestLift: Double?
    }

    /// The promise.
    public let policy: PrivacyPolicy
    /// Reports of a window.
    public let reports: UInt64
    /// Both aggregators' noise in each number of a window: its standard deviation.
    public let standardDeviation: Double
    /// How far the 95% interval of each number reaches to both sides.
    public let halfWidth: Double
    /// Windows that the catalog's lifetime limit covers, released one by one; nil when it has none in the currency of
    /// the noise.
    public let lifetimeWindows: UInt64?
    /// Windows that the catalog's limit for all metrics together covers, if no other metric releases anything; nil when
    /// there is none in a currency of the noise.
    public let privacyLimitWindows: UInt64?
    /// About differences, if they were asked for.
    public let differences: Differences?
    private let metric: Metric

    /// The share that one number's half width is of the reports; of a sum or a vector, the half width of the mean.
    public var relativeHalfWidth: Double { halfWidth / Double(max(reports, 1)) }

    /// - Parameters:
    ///   - mechanism: nil for what the catalog promises.
    ///   - reports: at least 1.
    /// - Throws: `CommandFailure` when nothing is promised, or a question about groups does not fit the metric;
    ///   `VDAFError` when the metric's sums are too large for any noise.
    public init(_ metric: Metric, mechanism: PrivacyMechanism?, reports: UInt64, question: Question?) throws {
        let policy =
            mechanism.map {
                PrivacyPolicy(
                    mechanism: $0, deltaExponent: metric.privacy?.deltaExponent ?? CatalogLimits.usualDeltaExponent,
                    lifetimeLimit: .unlimited, contributionLimit: metric.contributionLimit)
            } ?? metric.privacy
        guard let policy else {
            throw CommandFailure(
                .usage, "the catalog promises nothing about \(metric.name)",
                hint: "--epsilon or --rho asks what a promise would do")
        }
        let noise = try MetricNoise(metric, policy: policy).added(releases: 1)
        self.metric = metric
        self.policy = policy
        self.reports = reports
        standardDeviation = noise.standardDeviation
        halfWidth = noise.halfWidth()
        lifetimeWindows = Self.lifetime(of: metric, policy).map { $0.billionths / policy.mechanism.amount.billionths }
        privacyLimitWindows = Self.windows(coveredBy: metric.privacy?.catalogLimit, policy.mechanism)
        differences = try question.map { question in
            let groups = try GroupTable.groups(of: metric)
            let size = SampleSize(
                baseShare: question.share, options: groups.map(\.options.count).max() ?? 1, noise: noise)
            let groupReports = reports / UInt64(groups.count)
            return Differences(
                question: question, reportsPerGroup: size.reports(detecting: question.lift),
                groupReports: groupReports, smallestLift: size.lift(detectedBy: groupReports))
        }
    }

    private static func lifetime(of metric: Metric, _ policy: PrivacyPolicy) -> PrivacyAmount? {
        guard policy.mechanism.amount > .zero else { return nil }
        return metric.privacy.flatMap {
            $0.mechanism.currency == policy.mechanism.currency ? $0.lifetimeLimit : nil
        }
    }

    private static func windows(coveredBy limit: CatalogPrivacyLimit?, _ mechanism: PrivacyMechanism) -> UInt64? {
        let cost = mechanism.costPerWindow
        let (amount, price): (PrivacyAmount, PrivacyAmount?)
        switch limit {
        case .epsilon(let limit): (amount, price) = (limit, cost.epsilon)
        case .rho(let limit): (amount, price) = (limit, cost.rho)
        case nil: return nil
        }
        return price.flatMap { $0 > .zero ? amount.billionths / $0.billionths : nil }
    }

    /// What the reports are too few for; nil if nothing.
    public var note: String? {
        reports < metric.minBatchSize
            ? "a result is released from \(metric.minBatchSize) reports on, the catalog's min_batch_size" : nil
    }

    /// For people.
    public func table() throws -> String {
        let promise = try MetricNoise(metric, policy: policy).promise ?? ""
        let perClient = "\(policy.contributionLimit) \(policy.contributionLimit == 1 ? "report" : "reports")"
        var lines = [
            metric.title, "\(promise); at most \(perClient) of a client in a window",
            "with \(reports) \(reports == 1 ? "report" : "reports") in a window, 95 % of results will be within",
        ]
        let absolute = "±\(DecimalText.whole(halfWidth))"
        switch metric.type {
        case .sum, .vector:
            lines += TextTable.lines([
                ["  total", absolute, metric.unit ?? ""], ["  mean", "±\(DecimalText.error(relativeHalfWidth))", ""],
            ])
        case .count, .histogram, .choice, .choices:
            lines += TextTable.lines([
                ["  each number", absolute, "(\(Percentage.text(relativeHalfWidth)) of the reports)"]
            ])
        }
        if let lifetimeWindows, let lifetime = Self.lifetime(of: metric, policy) {
            let windows = "\(lifetimeWindows) \(lifetimeWindows == 1 ? "window" : "windows")"
            lines.append("the lifetime of \(policy.mechanism.currency.symbol) \(lifetime) covers \(windows)")
        }
        if let privacyLimitWindows {
            let windows = "\(privacyLimitWindows) \(privacyLimitWindows == 1 ? "window" : "windows")"
            lines.append("the catalog's privacy_limit covers \(windows), if no other metric releases anything")
        }
        if let differences { lines += Self.lines(differences) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ differences: Differences) -> [String] {
        let question = differences.question
        let needed = differences.reportsPerGroup.map { "takes \($0) reports in each group" } ?? "cannot be found"
        let found =
            differences.smallestLift.map { "show a lift of \(Percentage.text($0)) or more" } ?? "show no lift"
        return [
            "a lift of \(Percentage.text(question.lift)) of a share of \(Percentage.text(question.share)) \(needed)",
            "groups of \(differences.groupReports) reports \(found)",
            "(in four of five cases, and one in twenty where there is none; sampling is included)",
        ]
    }

    /// For programs: one object. Without a question about differences, its members are missing; `lifetime_windows`
    /// and `privacy_limit_windows` are null where the catalog has no such limit for the noise.
    public func json() throws -> String {
        var members = [
            ("metric", ResultJSON.string(metric.name)), ("report_count", "\(reports)"),
            ("noise", ResultJSON.object(ResultJSON.members(of: try MetricNoise(metric, policy: policy)))),
            ("contribution_limit", "\(policy.contributionLimit)"),
            ("lifetime_windows", lifetimeWindows.map { "\($0)" } ?? "null"),
            ("privacy_limit_windows", privacyLimitWindows.map { "\($0)" } ?? "null"),
            ("standard_deviation", NumberText.text(standardDeviation)),
            ("half_width_95", NumberText.text(halfWidth)),
            ("relative_half_width_95", NumberText.text(relativeHalfWidth)),
        ]
        if let differences {
            members += [
                ("share", NumberText.text(differences.question.share)),
                ("lift", NumberText.text(differences.question.lift)),
                ("reports_per_group", differences.reportsPerGroup.map { "\($0)" } ?? "null"),
                ("group_reports", "\(differences.groupReports)"),
                ("smallest_lift", differences.smallestLift.map(NumberText.text) ?? "null"),
            ]
        }
        return ResultJSON.object(members) + "\n"
    }
}
