import DAPMessages
import DifferentialPrivacy
public import MetricCatalog

extension GroupTable {
    /// What is to be kept in mind.
    public var cautions: [String] {
        var lines: [String] = []
        let all = rows.compactMap(\.comparison)
        if !all.isEmpty {
            let made = "\(comparisons) \(comparisons == 1 ? "comparison" : "comparisons")"
            lines.append(
                "\(made): where there is no difference, about one in twenty shows one by chance (p below 0.05)")
        }
        if all.contains(where: { !(0...1).contains($0.share.value) || !(0...1).contains($0.baseShare.value) }) {
            lines.append("a share below 0 % or above 100 % is noise")
        }
        if all.contains(where: Self.isDisputed) {
            lines.append(
                "where the difference's interval says otherwise than p, p counts: it takes the two shares as one")
        }
        if rows.contains(where: { $0.comparison == nil }) {
            lines.append("–: a number is hidden, or the group is not clearly larger than the noise")
        }
        return lines
    }

    /// Whether p and the interval of the difference disagree on whether there is one at the level of 5 %. Near it they
    /// can: the test's variance is that of one share for both groups, the interval's that of a share of each. The test
    /// decides, as it does in `SampleSize`.
    private static func isDisputed(_ comparison: GroupComparison) -> Bool {
        (comparison.p < 0.05) == comparison.difference.interval.contains(0)
    }

    /// A block for each group, with a line for each option.
    public func table(_ metric: Metric) throws -> String {
        let given = cost?.text.map { ", \($0)" } ?? ""
        let noise = try MetricNoise(metric).promise.map { " and the noise of both aggregators, \($0)\(given)" } ?? ""
        let together =
            metric.batchMode == .leaderSelected
            ? (releases == 1 ? "1 batch" : "\(releases) batches together")
            : (windows == 1 ? "1 window" : "\(windows) windows together")
        var blocks = [
            """
            \(metric.title)
            groups compared with \(base) · \(together) · \(reports) \(reports == 1 ? "report" : "reports")
            intervals of 95 % hold chance\(noise)

            """
        ]
        for group in rows.map(\.group).uniqued() {
            let header = ["", group, base, "difference", "95 %", "z", "p", "lift", "95 %"]
            let lines = rows.filter { $0.group == group }.map(Self.columns)
            blocks.append(TextTable.lines([header] + lines).map { "  \($0)\n" }.joined())
        }
        blocks.append(cautions.map { $0 + "\n" }.joined())
        return blocks.joined(separator: "\n")
    }

    private static func columns(_ row: Row) -> [String] {
        guard let comparison = row.comparison else {
            return [row.option] + [String](repeating: "–", count: 8)
        }
        return [
            row.option, Percentage.text(comparison.share.value), Percentage.text(comparison.baseShare.value),
            "\(points(comparison.difference.value)) points", pointRange(comparison.difference.interval),
            DecimalText.text(comparison.z), comparison.p < 0.0001 ? "<0.0001" : fourDecimals(comparison.p),
            comparison.lift.map { signed($0.value) } ?? "–", comparison.lift.map { range($0.interval) } ?? "–",
        ]
    }

    private static func signed(_ share: Double) -> String {
        (share > 0 ? "+" : "") + Percentage.text(share)
    }

    private static func range(_ interval: ClosedRange<Double>) -> String {
        "\(signed(interval.lowerBound)) to \(signed(interval.upperBound))"
    }

    /// A difference of two shares in percentage points.
    private static func points(_ difference: Double) -> String {
        (difference > 0 ? "+" : "") + DecimalText.text(100 * difference, decimals: 1)
    }

    private static func pointRange(_ interval: ClosedRange<Double>) -> String {
        "\(points(interval.lowerBound)) to \(points(interval.upperBound))"
    }

    /// A probability.
    private static func fourDecimals(_ p: Double) -> String {
        let scaled = Int((min(max(p, 0), 1) * 10_000).rounded())
        return "\(scaled / 10_000)." + String(scaled % 10_000 + 10_000).dropFirst()
    }

    /// One object; numbers that there are none of are null. Shares, differences and lifts are fractions of 1.
    public func json(_ metric: Metric) throws -> String {
        func number(_ value: Double?) -> String { value.map(NumberText.text) ?? "null" }
        func interval(_ estimate: Estimate?) -> String { estimate.map { ResultJSON.array($0.interval) } ?? "null" }
        let comparisons = rows.map { row in
            let comparison = row.comparison
            return ResultJSON.object([
                ("group", ResultJSON.string(row.group)), ("option", ResultJSON.string(row.option)),
                ("share", number(comparison?.share.value)), ("share_interval_95", interval(comparison?.share)),
                ("base_share", number(comparison?.baseShare.value)),
                ("base_share_interval_95", interval(comparison?.baseShare)),
                ("difference", number(comparison?.difference.value)),
                ("difference_interval_95", interval(comparison?.difference)), ("z", number(comparison?.z)),
                ("p", number(comparison?.p)), ("lift", number(comparison?.lift?.value)),
                ("lift_interval_95", interval(comparison?.lift)),
            ])
        }
        let noise = try ResultJSON.members(of: MetricNoise(metric), cost)
        return ResultJSON.object([
            ("metric", ResultJSON.string(metric.name)), ("compared_with", ResultJSON.string(base)),
            ("report_count", "\(reports)"),
            ("interval", ResultJSON.object([("start", "\"\(bounds.start)\""), ("end", "\"\(bounds.end)\"")])),
            ("releases", "\(releases)"), ("noise", ResultJSON.object(noise)),
            ("comparison_count", "\(self.comparisons)"), ("comparisons", ResultJSON.array(comparisons)),
        ]) + "\n"
    }

    private var bounds: (start: String, end: String) {
        ("\(Timestamp(posixSeconds: interval.lowerBound))", "\(Timestamp(posixSeconds: interval.upperBound))")
    }

    /// A line for each comparison (RFC 4180); what there is none of is empty. The interval and the report count are those
    /// of all groups and results together.
    public func csv(_ metric: Metric) -> String {
        var lines = [
            "metric,start,end,report_count,compared_with,group,option,share,base_share,difference,low,high,z,p,lift,lift_low,lift_high"
        ]
        for row in rows {
            let comparison = row.comparison
            let numbers = [
                comparison?.share.value, comparison?.baseShare.value, comparison?.difference.value,
                comparison?.difference.interval.lowerBound, comparison?.difference.interval.upperBound, comparison?.z,
                comparison?.p, comparison?.lift?.value, comparison?.lift?.interval.lowerBound,
                comparison?.lift?.interval.upperBound,
            ]
            let head = [metric.name, bounds.start, bounds.end, "\(reports)"]
            let fields = head + [base, row.group, row.option] + numbers.map { $0.map(NumberText.text) ?? "" }
            lines.append(fields.map(ResultCSV.field).joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}

extension [String] {
    /// Each once, in the order of their first places.
    fileprivate func uniqued() -> [String] {
        reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
