public import MetricCatalog

/// Results as JSON: an array with an object for each window or batch. A leader-selected batch has a number, from 1 in the
/// order of collection: several may be from one window. Whole numbers are written in full, whatever their size.
public enum ResultJSON {
    /// The text, with a line end behind it. `[]` if there are no results.
    public static func text(_ results: [CollectedResult], metric: Metric) -> String {
        guard !results.isEmpty else { return "[]\n" }
        let objects = results.enumerated().map { index, result in object(result, metric, batch: index + 1) }
        return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    private static func object(_ result: CollectedResult, _ metric: Metric, batch: Int) -> String {
        let start = Timestamp(posixSeconds: result.window.start)
        let end = Timestamp(posixSeconds: result.window.end)
        let value =
            switch result.value {
            case .integer(let value): "\(value)"
            case .vector(let values): "[\(values.map { "\($0)" }.joined(separator: ", "))]"
            }
        var members = [
            ("metric", string(result.metric)),
            ("report_count", "\(result.reportCount)"),
            ("interval", "{\"start\": \"\(start)\", \"end\": \"\(end)\"}"),
            ("result", value),
        ]
        if metric.batchMode == .leaderSelected { members.insert(("batch", "\(batch)"), at: 1) }
        metric.labels.map { members.append(("labels", "[\($0.map(string).joined(separator: ", "))]")) }
        if case .sum = metric.type, let mean = ResultMean.of(result) {
            members.append(("mean", "\(mean)"))
        }
        return "  {" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
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

/// The mean of a sum.
enum ResultMean {
    /// The total by the number of reports; nil without reports, or for several sums.
    static func of(_ result: CollectedResult) -> Double? {
        guard case .integer(let total) = result.value else { return nil }
        return of(total, reports: result.reportCount)
    }

    static func of(_ total: UInt128, reports: UInt64) -> Double? {
        reports > 0 ? Double(total) / Double(reports) : nil
    }
}
