import DAPMessages
import MetricCatalog
import PrioCommand

/// What `prio dev up` says when everything runs: where everything is, and what can be typed next.
struct NextSteps {
    let up: DevelopmentState
    let directory: DevelopmentDirectory

    func text(now: UInt64) -> String {
        var lines = [
            "Both aggregators are ready.",
            "",
            "  leader     \(AggregatorPorts.url(port: up.ports.leader))   log: \(directory.leader.log)",
            "  helper     \(AggregatorPorts.url(port: up.ports.helper))   log: \(directory.helper.log)",
            "  catalog    \(directory.catalog)",
            "  collector  \(directory.collector.key), \(directory.collector.token)",
            "  metrics    \(up.catalog.metrics.map(\.name).joined(separator: ", "))",
        ]
        lines += [noise, ""].compactMap(\.self)
        if let metric = up.catalog.metrics.first { lines += commands(for: metric, now: now) }
        return lines.joined(separator: "\n") + "\nCtrl-C stops both."
    }

    /// Which metrics have noise; nil if none has.
    private var noise: String? {
        let names = up.catalog.metrics.filter { $0.privacy != nil }.map(\.name)
        guard !names.isEmpty else { return nil }
        let which = names.count == up.catalog.metrics.count ? "all metrics" : names.joined(separator: ", ")
        let collector = ShellText.quoted(ProgramDirectory.companion("prio-collector"))
        return "  noise      \(which); the account: \(collector) budget --dir \(ShellText.quoted(directory.path))"
    }

    private func commands(for metric: Metric, now: UInt64) -> [String] {
        let client = ShellText.quoted(ProgramDirectory.companion("prio-client"))
        let collector = ShellText.quoted(ProgramDirectory.companion("prio-collector"))
        let answer = "\(client) submit \(metric.name) \(ShellText.quoted(metric.exampleAnswer))"
        let collect = "\(collector) collect \(metric.name) --dir \(ShellText.quoted(directory.path))"
        var lines: [String] = []
        if let period = metric.period {
            let (start, end) = (period.lowerBound, period.upperBound)
            lines.append("Answers are taken from \(Timestamp(posixSeconds: start)) to \(Timestamp(posixSeconds: end)).")
        }
        let unit = metric.batchMode == .leaderSelected ? "batch" : "window"
        lines += [
            "To answer (a \(unit) is released from \(metric.minBatchSize) answers on):",
            "  \(answer) --catalog \(ShellText.quoted(directory.catalog))",
        ]
        switch metric.batchMode {
        case .leaderSelected: lines += ["To collect the batches that are ready:", "  \(collect)"]
        case .timeInterval:
            lines += ["To collect the windows that have ended:", "  \(collect)"]
            if let window = TimeWindow(first: now / metric.timePrecision, precision: metric.timePrecision) {
                lines += [
                    "To collect the window of now, which closes it:",
                    "  \(collect) --from \(Timestamp(posixSeconds: window.start))"
                        + " --to \(Timestamp(posixSeconds: window.end))",
                ]
            }
        }
        return lines + [""]
    }
}

extension Metric {
    /// Something that the metric takes as an answer.
    var exampleAnswer: String {
        switch type {
        case .count: "yes"
        case .sum(let max): "\(min(max, 3))"
        case .histogram: "3"
        case .choice(let options): options[0]
        case .choices(let options, let atMost): options.prefix(min(atMost, 2)).joined(separator: ",")
        // A long list is no example to type.
        case .vector(let length, _): length > 8 ? "-" : Array(repeating: "1", count: length).joined(separator: ",")
        }
    }
}
