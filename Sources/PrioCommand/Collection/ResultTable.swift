import DAPMessages
import DifferentialPrivacy
public import MetricCatalog

/// Results for people: a block for each window or batch, with bars; and if there are several, what they add up to.
/// Where there is noise, each number has the half width of its 95% interval behind it, as in `312  ±6`.
public struct ResultTable {
    /// The widest bar, in characters.
    static let barWidth = 40

    private let metric: Metric

    /// A table of a metric's results.
    public init(metric: Metric) { self.metric = metric }

    /// The text.
    ///
    /// - Parameter results: in order of time; those of leader-selected batches in the order in which they were
    ///   collected.
    /// - Throws: `CommandFailure` if the numbers of the results are too large to be added.
    public func text(_ results: [CollectedResult]) throws -> String {
        let summaries = try ResultSummaries(metric)
        let noise = NoiseText(noise: summaries.noise)
        let titles = results.indices.map { title(of: results[$0].window, number: $0 + 1) }
        let all = try results.map { try summaries.of($0) }
        var blocks = zip(titles, zip(all, results)).map { title, one in
            let (summary, result) = one
            return block(title: title, summary, noise: noise.line(summary, [result]), lines: lines(summary))
        }
        var isSuppressed = all.contains(where: \.isSuppressed)
        if results.count > 1 {
            let total = try summaries.together(results)
            let windows = try ResultTotal(results).windows
            let isBatches = metric.batchMode == .leaderSelected
            blocks.append(
                block(
                    title: isBatches ? "\(results.count) batches together" : "\(windows) windows together", total,
                    noise: noise.line(total, results), lines: lines(total) + series(all, titles)))
            isSuppressed = isSuppressed || total.isSuppressed
        }
        if all.contains(where: { $0.cells.contains { $0.value.map { $0 < 0 } ?? false } }) {
            blocks.append("below zero: noise; the true number is 0 or more\n")
        }
        if isSuppressed {
            blocks.append(
                "\(Self.hidden): fewer than \(metric.suppressBelow) people, or what would give such a number away\n")
        }
        return blocks.joined(separator: "\n")
    }

    /// In the place of a number that is not shown.
    static let hidden = "hidden"

    private func block(title: String, _ summary: ResultSummary, noise: String?, lines: [String]) -> String {
        let unit = metric.unit.map { " (\($0))" } ?? ""
        let reports = "\(summary.reports) \(summary.reports == 1 ? "report" : "reports")"
        let head = ["\(metric.title)\(unit)", "\(title) · \(reports)"] + [noise].compactMap(\.self)
        return (head + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
    }

    /// Several batches may be from the same window, so they have numbers.
    private func title(of window: TimeWindow, number: Int) -> String {
        metric.batchMode == .leaderSelected ? "batch \(number) · \(window.title)" : window.title
    }

    private func lines(_ summary: ResultSummary) -> [String] {
        switch metric.type {
        case .count:
            guard let yes = summary.cells.first?.value else { return ["yes  \(Self.hidden) of \(summary.reports)"] }
            let number = ([["\(yes)"], NoiseText.column(summary)].flatMap(\.self)).joined(separator: " ")
            let share = Percentage.text(yes, of: summary.reports)
            return ["yes  \(number) of \(summary.reports)  \(share)  \(Bar.text(yes, of: Int128(summary.reports)))"]
        case .sum:
            let total = summary.cells.first?.value.map { "\($0)" } ?? Self.hidden
            let mean = summary.means.first
            return TextTable.lines([
                ["total", total] + NoiseText.column(summary) + [metric.unit ?? ""],
                ["mean", mean.map { DecimalText.text($0.value) } ?? "–"]
                    + NoiseText.column(summary, of: mean) + [""],
            ])
        case .histogram, .choice, .choices, .vector:
            let largest = summary.cells.compactMap(\.value).max() ?? 0
            let rows = summary.cells.enumerated().map { index, cell in
                guard let value = cell.value else {
                    return [cell.label, Self.hidden] + NoiseText.column(summary).map { _ in "" } + ["", ""]
                }
                return [cell.label, "\(value)"] + NoiseText.column(summary)
                    + [share(of: value, at: index, summary), Bar.text(value, of: largest)]
            }
            return TextTable.lines(rows) + quartiles(summary)
        }
    }

    /// A place of a vector has a mean where a bucket has a percentage.
    private func share(of value: Int128, at index: Int, _ summary: ResultSummary) -> String {
        guard case .vector = metric.type else { return Percentage.text(value, of: summary.reports) }
        guard summary.means.indices.contains(index) else { return "–" }
        return "mean \(DecimalText.text(summary.means[index].value))"
    }

    private func quartiles(_ summary: ResultSummary) -> [String] {
        guard !summary.quartiles.isEmpty else { return [] }
        let texts = summary.quartiles.map { quartile in
            let (low, high) = quartile.interval
            return low == high ? quartile.bucket : "\(quartile.bucket) (\(low) to \(high))"
        }
        return ["quartiles: " + texts.joined(separator: " · ")]
    }

    /// How one number goes from window to window, or from batch to batch.
    private func series(_ summaries: [ResultSummary], _ titles: [String]) -> [String] {
        switch metric.type {
        case .histogram, .choice, .choices, .vector: return []
        case .count, .sum:
            let values = summaries.map { $0.cells.first?.value }
            let largest = values.compactMap(\.self).max() ?? 0
            return TextTable.lines(
                zip(titles, values).map { title, value in
                    [title, value.map { "\($0)" } ?? Self.hidden, value.map { Bar.text($0, of: largest) } ?? ""]
                })
        }
    }
}

/// What a table says of noise.
private struct NoiseText {
    let noise: MetricNoise

    /// The line below a block's title; nil without noise.
    func line(_ summary: ResultSummary, _ results: [CollectedResult]) -> String? {
        noise.promise.map { promise in
            let summed = results.count == 1 ? "" : " in \(results.count) releases"
            let cost = ReleaseCost(results, policy: noise.policy)?.text.map { ", \($0)" } ?? ""
            return """
                noise of both aggregators\(summed), \(promise)\(cost): 95 % of such results are within \
                ±\(DecimalText.whole(summary.halfWidth))
                """
        }
    }

    /// The column behind a number, which is there only with noise.
    static func column(_ summary: ResultSummary) -> [String] {
        summary.noise.draws > 0 ? ["±\(DecimalText.whole(summary.halfWidth))"] : []
    }

    /// The column behind a mean.
    static func column(_ summary: ResultSummary, of mean: Estimate?) -> [String] {
        guard summary.noise.draws > 0 else { return [] }
        return [mean.map { "±\(DecimalText.error(($0.interval.upperBound - $0.interval.lowerBound) / 2))" } ?? ""]
    }
}

extension TimeWindow {
    /// `2026-03-01` for a day, `2026-03-01 to 2026-03-08` for whole days, and otherwise with the times of day.
    var title: String {
        let (start, end) = (Timestamp.text(posixSeconds: start), Timestamp.text(posixSeconds: end))
        // Windows of whole days are the common case: their times of day say nothing.
        let isWholeDays = self.start.isMultiple(of: 86_400) && self.end.isMultiple(of: 86_400)
        guard isWholeDays else { return "\(start) to \(end)" }
        return self.end - self.start == 86_400
            ? "\(start.prefix(10))" : "\(start.prefix(10)) to \(end.prefix(10))"
    }
}
