public import MetricCatalog

/// Results as CSV (RFC 4180): a line for each bucket, option or place of each window or batch.
///
/// The label is the bucket's or option's, the place of a vector from 1, `yes` for a count and `total` for a sum. A
/// leader-selected batch's lines end with its number, from 1 in the order of collection: several may be from one window.
public enum ResultCSV {
    /// The first line.
    public static func header(of metric: Metric) -> String {
        "metric,start,end,report_count,label,value" + (metric.batchMode == .leaderSelected ? ",batch" : "")
    }

    /// The text with its header.
    public static func text(_ results: [CollectedResult], metric: Metric) -> String {
        var lines = [header(of: metric)]
        for (index, result) in results.enumerated() {
            let batch = metric.batchMode == .leaderSelected ? ",\(index + 1)" : ""
            let start = Timestamp(posixSeconds: result.window.start)
            let end = Timestamp(posixSeconds: result.window.end)
            for (label, value) in zip(ResultLabels.of(metric, count: result.values.count), result.values) {
                lines.append("\(result.metric),\(start),\(end),\(result.reportCount),\(field(label)),\(value)\(batch)")
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// What each sum of a result is called.
enum ResultLabels {
    static func of(_ metric: Metric, count: Int) -> [String] {
        switch metric.type {
        case .count: ["yes"]
        case .sum: ["total"]
        case .histogram, .choice, .choices: metric.labels ?? []
        case .vector: (0..<count).map { "\($0 + 1)" }
        }
    }
}
