import DAPMessages
import DifferentialPrivacy

extension Catalog {
    /// The catalog as a file that reads back as an equal catalog. Every metric has its own least batch size, time
    /// precision, retention and promise; comments and layout of the file it came from are gone.
    public func yaml() -> String {
        var lines = [
            "# The metrics that are collected, and the parties that collect them. Client, leader, helper and collector",
            "# must use the same file: a difference in what is measured, by whom or for whom is a different task.",
        ]
        leaderURL.map { lines.append("leader_url: \(YAMLText.scalar($0))") }
        helperURL.map { lines.append("helper_url: \(YAMLText.scalar($0))") }
        // Only a key put in by hand can lack an encoding; task(for:) reports it.
        if let config = collectorHpkeConfig, let encoded = try? config.encoded() {
            lines.append("collector_hpke_config: \(YAMLText.scalar(Base64URL.encode(encoded)))")
        }
        switch privacyLimit {
        case nil: break
        case .epsilon(let limit): lines.append("privacy_limit: {epsilon: \(limit)}")
        case .rho(let limit): lines.append("privacy_limit: {rho: \(limit)}")
        }
        lines.append("metrics:")
        for metric in metrics {
            lines += Self.lines(of: metric)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(of metric: Metric) -> [String] {
        var fields = [
            ("name", YAMLText.scalar(metric.name)),
            ("title", YAMLText.scalar(metric.title)),
            ("description", YAMLText.scalar(metric.summary)),
        ]
        metric.unit.map { fields.append(("unit", YAMLText.scalar($0))) }
        fields.append(("version", "\(metric.version)"))
        fields.append(("type", metric.type.word))
        switch metric.type {
        case .count: break
        case .sum(let max): fields.append(("max", "\(max)"))
        case .histogram(let edges): fields.append(("edges", YAMLText.list(edges.map(Metric.written))))
        case .choice(let options): fields.append(("options", YAMLText.list(options.map(YAMLText.scalar))))
        case .choices(let options, let atMost):
            fields.append(("options", YAMLText.list(options.map(YAMLText.scalar))))
            fields.append(("at_most", "\(atMost)"))
        case .vector(let length, let max):
            fields.append(("length", "\(length)"))
            fields.append(("max", "\(max)"))
        }
        fields.append(("min_batch_size", "\(metric.minBatchSize)"))
        fields.append(("time_precision", WindowLength.text(metric.timePrecision)))
        fields.append(("report_retention", WindowLength.text(metric.reportRetention)))
        if metric.batchMode != .timeInterval { fields.append(("batch_mode", metric.batchMode.word)) }
        if let period = metric.period {
            fields.append(("starts", YAMLText.scalar("\(Timestamp(posixSeconds: period.lowerBound))")))
            fields.append(("ends", YAMLText.scalar("\(Timestamp(posixSeconds: period.upperBound))")))
        }
        if metric.contributionLimit != 1 { fields.append(("contribution_limit", "\(metric.contributionLimit)")) }
        if let privacy = metric.privacy {
            fields.append(("privacy", text(of: privacy)))
        } else {
            fields.append(("suppress_below", "\(metric.suppressBelow)"))
        }
        return fields.enumerated().map { index, field in
            "\(index == 0 ? "  - " : "    ")\(field.0): \(field.1)"
        }
    }
}

extension Catalog {
    private static func text(of policy: PrivacyPolicy) -> String {
        let key = policy.mechanism.currency == .epsilon ? "epsilon" : "rho"
        return """
            {mechanism: \(policy.mechanism.word), \(key): \(policy.mechanism.amount), \
            delta: 1e-\(policy.deltaExponent), lifetime: \(policy.lifetimeLimit)}
            """
    }
}

/// Values as YAML text that every reader takes the same way.
enum YAMLText {
    /// What several versions of YAML read as something other than text.
    private static let reserved: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

    /// One text value: as it is if it is plainly a text, otherwise in double quotes.
    static func scalar(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// A list on one line.
    static func list(_ values: [String]) -> String {
        "[\(values.joined(separator: ", "))]"
    }

    /// Begins with a letter, continues with what has no meaning in YAML, and is no reserved word.
    private static func isPlain(_ text: String) -> Bool {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8
        guard let first = text.utf8.first, let last = text.utf8.last, letters.contains(first) else { return false }
        // A colon with a letter, digit or slash behind it does not end a key.
        let followed = zip(text.utf8, text.utf8.dropFirst()).allSatisfy { byte, next in
            byte != UInt8(ascii: ":") || "/0123456789".utf8.contains(next)
        }
        return followed && last != UInt8(ascii: " ") && last != UInt8(ascii: ":")
            && text.utf8.allSatisfy { letters.contains($0) || "0123456789 ._/:-".utf8.contains($0) }
            && !reserved.contains(text.lowercased())
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\u{20}"..."\u{7e}", "\u{a1}"..."\u{d7ff}", "\u{e000}"..."\u{fefe}":
                quoted.unicodeScalars.append(scalar)
            // YAML does not allow every other character as it is, but all by number.
            default:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}
