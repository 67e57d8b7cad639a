import DAPMessages
import DifferentialPrivacy
public import MetricCatalog

/// Results as JSON: an array with an object for each window or batch. Whole numbers are written in full, whatever their
/// size. Every metric has the same members, in this order:
/// ```
/// metric              the metric's name
/// batch               only of a leader-selected metric: its number, from 1 in the order of collection, as several may
///                     be from one window
/// report_count        exact and public
/// interval            {"start", "end"} of the window or windows
/// result              a number, or an array for histogram, choice, choices and vector; with noise, where noise is
///                     promised, and then perhaps below zero; null for a number that is suppressed
/// standard_deviation  of the noise of both aggregators in each number: 0 without
/// interval_95         [low, high] of each number, in the form of `result`
/// noise               {"mechanism": "none"}, or with "epsilon" of a window and for Gaussian noise "rho" and "delta";
///                     "windows" from the first report to the last, and "release_epsilon" and for Gaussian noise
///                     "release_rho": what the result gave away of a client who reported in each of them
/// suppressed_below    the catalog's floor, where numbers are suppressed; 0 where none can be
/// labels              of histogram, choice and choices: what the numbers of `result` stand for
/// mean                of sum (a number) and vector (an array)
/// mean_interval_95    [low, high] of each mean
/// quartiles           of a histogram: {"percent", "bucket", "low", "high"} for 25, 50 and 75, by labels
/// ```
public enum ResultJSON {
    /// The text, with a line end behind it. `[]` if there are no results.
    ///
    /// - Throws: `VDAFError` when the metric's sums are too large for any noise.
    public static func text(_ results: [CollectedResult], metric: Metric) throws -> String {
        guard !results.isEmpty else { return "[]\n" }
        let summaries = try ResultSummaries(metric)
        let objects = try results.enumerated().map { index, result in
            try self.result(result, summaries.of(result), summaries.noise, metric, batch: index + 1)
        }
        return "[\n" + objects.map { "  \($0)" }.joined(separator: ",\n") + "\n]\n"
    }

    private static func result(
        _ result: CollectedResult, _ summary: ResultSummary, _ noise: MetricNoise, _ metric: Metric, batch: Int
    ) -> String {
        let start = Timestamp(posixSeconds: result.window.start)
        let end = Timestamp(posixSeconds: result.window.end)
        var isArray = false
        if case .vector = result.value { isArray = true }
        func each(_ texts: [String]) -> String { isArray ? array(texts) : texts.first ?? "null" }
        let intervals = summary.cells.map { cell in
            cell.value.map(summary.interval).map { array(["\($0.lowerBound)", "\($0.upperBound)"]) } ?? "null"
        }
        var members = [("metric", string(result.metric))]
        if metric.batchMode == .leaderSelected { members.append(("batch", "\(batch)")) }
        members += [
            ("report_count", "\(result.reportCount)"),
            ("interval", object([("start", "\"\(start)\""), ("end", "\"\(end)\"")])),
            ("result", each(summary.cells.map { $0.value.map { "\($0)" } ?? "null" })),
            ("standard_deviation", NumberText.text(summary.standardDeviation)),
            ("interval_95", each(intervals)),
            ("noise", object(Self.members(of: noise, ReleaseCost([result], policy: metric.privacy)))),
            ("suppressed_below", "\(CellSuppression(metric).floor)"),
        ]
        metric.labels.map { members.append(("labels", array($0.map(string)))) }
        if !summary.means.isEmpty {
            members.append(("mean", each(summary.means.map { NumberText.text($0.value) })))
            members.append(("mean_interval_95", each(summary.means.map { array($0.interval) })))
        }
        if !summary.quartiles.isEmpty {
            let quartiles = summary.quartiles.map {
                object([
                    ("percent", "\($0.percent)"), ("bucket", string($0.bucket)), ("low", string($0.interval.low)),
                    ("high", string($0.interval.high)),
                ])
            }
            members.append(("quartiles", array(quartiles)))
        }
        return object(members)
    }

    /// The members that tell of the noise, and of what was released with it.
    static func members(of noise: MetricNoise, _ cost: ReleaseCost? = nil) -> [(String, String)] {
        var members = [("mechanism", string(noise.word))]
        noise.epsilon.map { members.append(("epsilon", NumberText.text($0))) }
        noise.rho.map { members.append(("rho", "\($0)")) }
        noise.delta.map { members.append(("delta", $0)) }
        if let cost {
            members += [("windows", "\(cost.windows)"), ("release_epsilon", NumberText.text(cost.epsilon))]
            cost.rho.map { members.append(("release_rho", "\($0)")) }
        }
        return members
    }

    /// An object on one line; the values are JSON already.
    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(string($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    /// An array on one line; the values are JSON already.
    static func array(_ values: [String]) -> String { "[\(values.joined(separator: ", "))]" }

    /// `[low, high]`.
    static func array(_ interval: ClosedRange<Double>) -> String {
        array([NumberText.text(interval.lowerBound), NumberText.text(interval.upperBound)])
    }

    /// A text as a JSON string (RFC 8259 §7).
    static func string(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
