/// What a run came to, as a table.
struct ChaosSummary: Sendable {
    let counters: Counters
    let findings: Findings
    let seconds: UInt64
    let disk: SmallDisk.Way
    /// Of the proxies before the leader and the helper.
    let proxies: [Counters]
    /// By aggregator.
    let logs: [String: LogReview]

    /// Lines of two columns.
    var text: String {
        let faults = ProxyFault.allCases.map { fault in
            ("  \(fault.rawValue)", "\(proxies.reduce(0) { $0 + $1[fault.rawValue] })")
        }
        let slowest = Double(counters["slowest termination"]) / 1000
        let rows: [(String, String)] =
            [
                ("acknowledged", "\(counters["acknowledged"])"),
                ("unacknowledged", "\(counters["unacknowledged"])"),
                ("counted", "\(counters["counted"]) in \(counters["windows"]) windows, \(counters["batches"]) batches"),
                ("left over", "\(counters["left over"]) acknowledged reports in an unfinished batch"),
                (
                    "kills",
                    "\(counters["kills"]): leader \(counters["kills of the leader"]), "
                        + "helper \(counters["kills of the helper"])"
                ),
                ("terminations", "\(counters["terminations"]), the slowest in \(slowest) seconds"),
                (
                    "full disks",
                    "\(counters["full disks"]) (\(disk.text)): \(counters["recovered by themselves"]) recovered by "
                        + "themselves, \(counters["recovered after a start"]) after a start"
                ),
                ("failed starts", "\(counters["starts on a full disk that failed"]) on a full disk"),
                ("logged for that", "\(logs.values.reduce(0) { $0 + $1.expectedCount }) errors of the stores"),
                ("proxied requests", "\(proxies.reduce(0) { $0 + $1["requests"] })"),
            ] + faults + [("seconds", "\(seconds)")]
        let width = rows.reduce(0) { max($0, $1.0.count) } + 2
        var lines = rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 }
        for (name, log) in logs.sorted(by: { $0.key < $1.key }) {
            for (line, count) in log.others.sorted(by: { $0.key < $1.key }) {
                lines.append("the \(name) logged \(count) times: \(line)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension SmallDisk.Way {
    /// In words.
    var text: String {
        switch self {
        case .fileSystem(let mebibytes): "tmpfs of \(mebibytes) MiB"
        case .sizeLimit: "RLIMIT_FSIZE, as nothing can be mounted"
        }
    }
}
