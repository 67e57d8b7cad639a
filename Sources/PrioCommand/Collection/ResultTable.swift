public import MetricCatalog

/// Results for people: a block for each window or batch, with bars; and if there are several, what they add up to.
public struct ResultTable {
    /// The widest bar, in characters.
    static let barWidth = 40

    private let metric: Metric

    /// A table of a metric's results.
    public init(metric: Metric) { self.metric = metric }

    /// The text.
    ///
    /// - Parameter results: in order of time; those of leader-selected batches in the order in which they were collected.
    /// - Throws: `CommandFailure` if the numbers of the results are too large to be added.
    public func text(_ results: [CollectedResult]) throws -> String {
        let titles = results.indices.map { title(of: results[$0].window, number: $0 + 1) }
        var blocks = zip(titles, results).map { title, result in
            block(
                title: title, reports: result.reportCount,
                lines: lines(result.values, reports: result.reportCount))
        }
        if results.count > 1 {
            let total = try ResultTotal(results)
            let isBatches = metric.batchMode == .leaderSelected
            blocks.append(
                block(
                    title: isBatches ? "\(results.count) batches together" : "\(total.windows) windows together",
                    reports: total.reports,
                    lines: lines(total.values, reports: total.reports) + series(results, titles)))
        }
        return blocks.joined(separator: "\n")
    }

    private func block(title: String, reports: UInt64, lines: [String]) -> String {
        let unit = metric.unit.map { " (\($0))" } ?? ""
        let head = ["\(metric.title)\(unit)", "\(title) · \(reports) \(reports == 1 ? "report" : "reports")"]
        return (head + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
    }

    /// Several batches may be from the same window, so they have numbers.
    private func title(of window: TimeWindow, number: Int) -> String {
        metric.batchMode == .leaderSelected ? "batch \(number) · \(title(of: window))" : title(of: window)
    }

    private func title(of window: TimeWindow) -> String {
        let start = "\(Timestamp(posixSeconds: window.start))"
        let end = "\(Timestamp(posixSeconds: window.end))"
        // Windows of whole days are the common case: their times of day say nothing.
        let isWholeDays = window.start.isMultiple(of: 86_400) && window.end.isMultiple(of: 86_400)
        guard isWholeDays else { return "\(start) to \(end)" }
        return window.end - window.start == 86_400 ? "\(start.prefix(10))" : "\(start.prefix(10)) to \(end.prefix(10))"
    }

    private func lines(_ values: [UInt128], reports: UInt64) -> [String] {
        switch metric.type {
        case .count:
            let yes = values.first ?? 0
            return [
                "yes  \(yes) of \(reports)  \(Percentage.text(yes, of: reports))  \(Bar.text(yes, of: UInt128(reports)))"
            ]
        case .sum:
            let total = values.first ?? 0
            return TextTable.lines([
                ["total", "\(total)", metric.unit ?? ""],
                ["mean", ResultMean.of(total, reports: reports).map(DecimalText.text) ?? "–", ""],
            ])
        case .histogram, .choice, .choices, .vector:
            let labels = ResultLabels.of(metric, count: values.count)
            let largest = values.max() ?? 0
            return TextTable.lines(
                zip(labels, values).map { label, value in
                    [label, "\(value)", share(of: value, reports: reports), Bar.text(value, of: largest)]
                })
        }
    }

    /// A place of a vector has a mean where a bucket has a percentage.
    private func share(of value: UInt128, reports: UInt64) -> String {
        if case .vector = metric.type {
            return ResultMean.of(value, reports: reports).map { "mean \(DecimalText.text($0))" } ?? "–"
        }
        return Percentage.text(value, of: reports)
    }

    /// How one number goes from window to window, or from batch to batch.
    private func series(_ results: [CollectedResult], _ titles: [String]) -> [String] {
        switch metric.type {
        case .histogram, .choice, .choices, .vector: return []
        case .count, .sum:
            let largest = results.compactMap(\.values.first).max() ?? 0
            return TextTable.lines(
                zip(titles, results).map { title, result in
                    let value = result.values.first ?? 0
                    return [title, "\(value)", Bar.text(value, of: largest)]
                })
        }
    }
}

/// The sum of several windows' results: of what has been released, so no new release.
struct ResultTotal {
    private(set) var windows: UInt64 = 0
    private(set) var reports: UInt64 = 0
    private(set) var values: [UInt128] = []

    init(_ results: [CollectedResult]) throws {
        for result in results {
            windows = try Self.sum(windows, result.window.count)
            reports = try Self.sum(reports, result.reportCount)
            if values.isEmpty {
                values = result.values
            } else {
                guard values.count == result.values.count else { throw Self.tooLarge }
                values = try zip(values, result.values).map { try Self.sum($0, $1) }
            }
        }
    }

    private static let tooLarge = CommandFailure(.badData, "the results cannot be added up")

    private static func sum<Number: FixedWidthInteger>(_ left: Number, _ right: Number) throws -> Number {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw tooLarge }
        return sum
    }
}
