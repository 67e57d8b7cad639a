public import MetricCatalog

extension CollectionReport {
    /// A report on what became of the windows that were asked for.
    public init(outcome: CollectionRun.Outcome, selection: WindowSelection, metric: Metric) {
        let windows = WindowsReport(outcome: outcome, selection: selection, metric: metric)
        self.init(notes: windows.notes, failure: windows.failure)
    }
}

/// What is said about windows.
private struct WindowsReport {
    let outcome: CollectionRun.Outcome
    let selection: WindowSelection
    let metric: Metric

    /// What is not the reason of a failure.
    var notes: [String] {
        var notes: [String] = []
        // The failure that the command ends with comes last.
        var told = Set([failure?.message])
        for failed in outcome.failed {
            let message = Self.message(of: failed.failure, at: failed.window)
            if told.insert(message).inserted { notes.append("error: \(message)") }
        }
        if outcome.notAsked > 0 { notes.append("\(Self.windows(outcome.notAsked)) not asked for") }
        if !selection.isNamed {
            if !outcome.tooSmall.isEmpty, outcome.newCount > 0 { notes.append("\(tooSmall): skipped") }
            if selection.windows.isEmpty || (outcome.results.isEmpty && failure == nil) {
                notes.append("no window that has ended is left to collect" + (collectedBefore.map { "; \($0)" } ?? ""))
            }
        }
        return notes
    }

    /// How the command ends, unless with `done`.
    var failure: CommandFailure? {
        // What meets every window says more than what meets one.
        // Of those that say as much, the last: so the windows are told in order of time.
        if let worst = outcome.failed.reversed().max(by: { Self.weight($0.failure) < Self.weight($1.failure) }) {
            return CommandFailure(
                worst.failure.status, Self.message(of: worst.failure, at: worst.window), hint: worst.failure.hint)
        }
        guard !outcome.tooSmall.isEmpty, selection.isNamed || outcome.newCount == 0 else { return nil }
        return CommandFailure(
            .notReady, tooSmall,
            hint: selection.isNamed
                ? nil
                : collectedBefore ?? "an open window, or an older one, is collected when it is named by --from and --to"
        )
    }

    /// What an earlier run has of the metric; nil if nothing.
    private var collectedBefore: String? {
        guard outcome.earlierWindows > 0 else { return nil }
        let were = outcome.earlierWindows == 1 ? "1 window was" : "\(outcome.earlierWindows) windows were"
        let them = outcome.earlierWindows == 1 ? "it" : "them"
        return "\(were) collected before; --from and --to show \(them) again"
    }

    private var tooSmall: String {
        let fewer = "fewer than \(metric.minBatchSize) valid reports"
        guard selection.isNamed else { return "\(Self.windows(outcome.tooSmall.count)) with \(fewer)" }
        let listed = outcome.tooSmall.prefix(Self.listedWindows).map(\.text).joined(separator: ", ")
        let more = outcome.tooSmall.count > Self.listedWindows ? ", …" : ""
        return "\(Self.windows(outcome.tooSmall.count)) with \(fewer): \(listed)\(more)"
    }

    /// Windows that a line lists.
    private static let listedWindows = 5

    private static func message(of failure: CommandFailure, at window: TimeWindow) -> String {
        weight(failure) < 3 ? "\(window.text): \(failure.message)" : failure.message
    }

    private static func weight(_ failure: CommandFailure) -> Int {
        switch failure.status {
        case .notReady: 0
        case .badData: 1
        case .budgetExceeded: 2
        default: 3
        }
    }

    private static func windows(_ count: Int) -> String { "\(count) \(count == 1 ? "window" : "windows")" }
}
