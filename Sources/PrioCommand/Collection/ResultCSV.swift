import DAPMessages
import DifferentialPrivacy
public import MetricCatalog

/// Results as CSV (RFC 4180): a line for each bucket, option or place of each window or batch, and then its means and
/// quartiles. Every metric has the same columns:
/// ```
/// metric,start,end,report_count   the result
/// label                           the bucket's or option's, the place of a vector from 1, `yes` for a count, `total`
///                                 for a sum; `25 %`, `50 %` or `75 %` for a quartile
/// value                           a whole number, for a mean a decimal one, for a quartile the label of a bucket; with
///                                 noise, where noise is promised, and then perhaps below zero; empty if suppressed
/// standard_deviation              of the noise of both aggregators: 0 without; empty for a quartile
/// low,high                        the 95% interval: the value itself without noise
/// mechanism                       laplace, gaussian or none
/// epsilon                         ε of a window: of Laplace noise, or what ρ is at δ; empty without noise
/// rho,delta                       of Gaussian noise, otherwise empty
/// windows                         from the first of the result's reports to the last; empty without noise
/// release_epsilon,release_rho     what the result gave away of a client who reported in each of these windows, as
///                                 epsilon and rho are for one window: W · ε for Laplace noise, W² · ρ for Gaussian
/// suppressed                      yes for a number that is not shown, otherwise no
/// statistic                       sum, mean or quartile
/// batch                           only of a leader-selected metric: the batch's number, from 1 in the order of
///                                 collection, as several may be from one window
/// ```
public enum ResultCSV {
    /// The columns of every metric.
    public static let columns = [
        "metric", "start", "end", "report_count", "label", "value", "standard_deviation", "low", "high", "mechanism",
        "epsilon", "rho", "delta", "windows", "release_epsilon", "release_rho", "suppressed", "statistic",
    ]

    /// The first line.
    public static func header(of metric: Metric) -> String {
        (columns + (metric.batchMode == .leaderSelected ? ["batch"] : [])).joined(separator: ",")
    }

    /// The text with its header.
    ///
    /// - Throws: `VDAFError` when the metric's sums are too large for any noise.
    public static func text(_ results: [CollectedResult], metric: Metric) throws -> String {
        let summaries = try ResultSummaries(metric)
        var lines = [header(of: metric)]
        for (index, result) in results.enumerated() {
            let start = "\(Timestamp(posixSeconds: result.window.start))"
            let end = "\(Timestamp(posixSeconds: result.window.end))"
            let head = [result.metric, start, end, "\(result.reportCount)"]
            let tail = metric.batchMode == .leaderSelected ? ["\(index + 1)"] : []
            let cost = ReleaseCost([result], policy: metric.privacy)
            for row in rows(try summaries.of(result), summaries.noise) {
                lines.append((head + row.columns(summaries.noise, cost) + tail).map(field).joined(separator: ","))
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// What a line says of its own.
    private struct Row {
        let label: String
        var value = ""
        var deviation = ""
        var low = ""
        var high = ""
        var isSuppressed = false
        var statistic = "sum"

        func columns(_ noise: MetricNoise, _ cost: ReleaseCost?) -> [String] {
            [
                label, value, deviation, low, high, noise.word, noise.epsilon.map { NumberText.text($0) } ?? "",
                noise.rho.map { "\($0)" } ?? "", noise.delta ?? "", cost.map { "\($0.windows)" } ?? "",
                cost.map { NumberText.text($0.epsilon) } ?? "", cost?.rho.map { "\($0)" } ?? "",
                isSuppressed ? "yes" : "no", statistic,
            ]
        }
    }

    private static func rows(_ summary: ResultSummary, _ noise: MetricNoise) -> [Row] {
        let deviation = NumberText.text(summary.standardDeviation)
        let sums = summary.cells.map { cell in
            guard let value = cell.value else { return Row(label: cell.label, isSuppressed: true) }
            let interval = summary.interval(of: value)
            return Row(
                label: cell.label, value: "\(value)", deviation: deviation, low: "\(interval.lowerBound)",
                high: "\(interval.upperBound)")
        }
        let means = zip(summary.cells, summary.means).map { cell, mean in
            Row(
                label: cell.label, value: NumberText.text(mean.value),
                deviation: NumberText.text(mean.standardDeviation), low: NumberText.text(mean.interval.lowerBound),
                high: NumberText.text(mean.interval.upperBound), statistic: "mean")
        }
        let quartiles = summary.quartiles.map {
            Row(
                label: "\($0.percent) %", value: $0.bucket, low: $0.interval.low, high: $0.interval.high,
                statistic: "quartile")
        }
        return sums + means + quartiles
    }

    /// A field, in quotes where it needs them.
    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
