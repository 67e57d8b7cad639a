import DifferentialPrivacy
public import MetricCatalog

extension GroupTable {
    /// What is to be kept in mind with several comparisons.
    public var caution: String {
        let made = "\(comparisons) \(comparisons == 1 ? "comparison" : "comparisons")"
        return "\(made): where there is no difference, about one in twenty shows one by chance (p below 0.05)"
    }

    /// A block for each group, with a line for each option.
    public func table(_ metric: Metric) throws -> String {
        let noise = try MetricNoise(metric).promise.map { " and the noise of both aggregators, \($0)" } ?? ""
        let unit = metric.batchMode == .leaderSelected ? "batch" : "window"
        let together = releases == 1 ? "1 \(unit)" : "\(releases) \(unit == "batch" ? "batches" : "windows") together"
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
        blocks.append(caution + "\n")
        if rows.contains(where: { $0.comparison == nil }) {
            blocks.append("–: a number is hidden, or the group is not clearly larger than the noise\n")
        }
        return blocks.joined(separator: "\n")
    }

    private static func columns(_ row: Row) -> [String] {
        guard let comparison = row.comparison else {
            return [row.option] + [String](repeating: "–", count: 8)
        }
        return [
            row.option, Percentage.text(comparison.share.value), Percentage.text(comparison.baseShare.value),
            signed(comparison.difference.value), range(comparison.difference.interval),
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
        let noise = try ResultJSON.members(of: MetricNoise(metric))
        return ResultJSON.object([
            ("metric", ResultJSON.string(metric.name)), ("compared_with", ResultJSON.string(base)),
            ("report_count", "\(reports)"), ("releases", "\(releases)"), ("noise", ResultJSON.object(noise)),
            ("comparison_count", "\(self.comparisons)"), ("comparisons", ResultJSON.array(comparisons)),
        ]) + "\n"
    }

    /// A line for each comparison (RFC 4180); what there is none of is empty.
    public func csv(_ metric: Metric) -> String {
        var lines = [
            "metric,compared_with,group,option,share,base_share,difference,low,high,z,p,lift,lift_low,lift_high"
        ]
        for row in rows {
            let comparison = row.comparison
            let numbers = [
                comparison?.share.value, comparison?.baseShare.value, comparison?.difference.value,
                comparison?.difference.interval.lowerBound, comparison?.difference.interval.upperBound, comparison?.z,
                comparison?.p, comparison?.lift?.value, comparison?.lift?.interval.lowerBound,
                comparison?.lift?.interval.upperBound,
            ]
            let fields = [metric.name, base, row.group, row.option] + numbers.map { $0.map(NumberText.text) ?? "" }
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
