public import DAPMessages
public import DAPRoles
public import MetricCatalog

/// Asks for the windows of a metric, a few at a time, keeps what is released, and says what became of each.
public struct CollectionRun {
    /// Windows asked for at the same time.
    public static let concurrentWindows = 4

    /// What became of the windows.
    public struct Outcome {
        /// What there is to show, in order of time; also results that were there before, if windows were named.
        public internal(set) var results: [CollectedResult] = []
        /// Windows that have too few reports, in order of time.
        public internal(set) var tooSmall: [TimeWindow] = []
        /// Windows that came to nothing for another reason, in order of time.
        public internal(set) var failed: [(window: TimeWindow, failure: CommandFailure)] = []
        /// Windows that were not asked for, after a failure that would have met them too.
        public internal(set) var notAsked = 0
        /// How many results are new.
        public internal(set) var newCount = 0
        /// How many windows were collected by earlier runs, also those that are not shown.
        public internal(set) var earlierWindows: UInt64 = 0
    }

    private let metric: Metric
    private let taskID: TaskID
    private let log: ResultsLog
    private let ask: @Sendable (TimeWindow) async throws -> CollectionResult

    /// - Parameter ask: collects a window from the leader.
    public init(
        metric: Metric, taskID: TaskID, log: ResultsLog,
        ask: @escaping @Sendable (TimeWindow) async throws -> CollectionResult
    ) {
        self.metric = metric
        self.taskID = taskID
        self.log = log
        self.ask = ask
    }

    /// Collects what is missing.
    ///
    /// - Throws: when a result cannot be kept. It has not been shown then, and asking again gives it again.
    public func collect(_ selection: WindowSelection, tell: (_ done: Int, _ of: Int) -> Void) async throws -> Outcome {
        var outcome = Outcome()
        // Windows of one task's results have nothing in common, so this is far from overflowing.
        outcome.earlierWindows = log.results(task: taskID).reduce(0) { $0 &+ $1.window.count }
        let missing = sort(selection, into: &outcome)
        try await ask(missing, into: &outcome, tell: tell)
        outcome.results.sort { $0.window.start < $1.window.start }
        outcome.tooSmall.sort { $0.start < $1.start }
        outcome.failed.sort { $0.window.start < $1.window.start }
        return outcome
    }

    /// Puts aside what has been released before; gives the windows that are to be asked for.
    private func sort(_ selection: WindowSelection, into outcome: inout Outcome) -> [TimeWindow] {
        var missing: [TimeWindow] = []
        for window in selection.windows {
            let earlier = log.overlapping(task: taskID, window: window)
            if earlier.isEmpty {
                missing.append(window)
            } else if !selection.isNamed {
                continue
            } else if let result = log.result(task: taskID, window: window) {
                outcome.results.append(result)
            } else {
                let windows = earlier.map(\.window.text).joined(separator: ", ")
                let failure = CommandFailure(
                    .badData, "has been collected before with other bounds: \(windows)",
                    hint: "every report is released once; ask for those bounds to see the results again")
                outcome.failed.append((window, failure))
            }
        }
        return missing
    }

    /// What the leader said to a window.
    ///
    /// Not a tuple: optimised Swift 6.3 loses the first element of a tuple that is returned with an awaited second one
    /// from both arms of a do-catch.
    private struct Answer: Sendable {
        let window: TimeWindow
        let released: Result<CollectionResult, any Error>
    }

    private static func result(
        of ask: @Sendable (TimeWindow) async throws -> CollectionResult, _ window: TimeWindow
    ) async -> Result<CollectionResult, any Error> {
        do { return .success(try await ask(window)) } catch { return .failure(error) }
    }

    private func ask(
        _ windows: [TimeWindow], into outcome: inout Outcome, tell: (_ done: Int, _ of: Int) -> Void
    ) async throws {
        var rest = windows[...]
        var done = 0
        try await withThrowingTaskGroup(of: Answer.self) { group in
            func askNext() {
                guard let window = rest.popFirst() else { return }
                group.addTask { [ask] in Answer(window: window, released: await Self.result(of: ask, window)) }
            }
            for _ in 0..<Self.concurrentWindows { askNext() }
            while let answer = try await group.next() {
                done += 1
                if try !take(answer.released, of: answer.window, into: &outcome) {
                    outcome.notAsked += rest.count
                    rest = []
                }
                tell(done, windows.count)
                askNext()
            }
        }
    }

    /// - Returns: whether it makes sense to ask for further windows.
    private func take(
        _ answer: Result<CollectionResult, any Error>, of window: TimeWindow, into outcome: inout Outcome
    ) throws -> Bool {
        switch answer {
        case .success(let released):
            let result = CollectedResult(
                metric: metric.name, taskID: taskID, window: window, reportCount: released.reportCount,
                value: released.result,
                reportWindows: TimeWindow(
                    first: released.interval.start.value, count: released.interval.duration.value,
                    precision: metric.timePrecision),
                mechanism: metric.privacy?.mechanism)
            try log.append(result)
            outcome.results.append(result)
            outcome.newCount += 1
            return true
        case .failure(let error):
            if case .refused(let problem, _) = error as? CollectionFailure,
                ProblemType(urn: problem.type) == .invalidBatchSize
            {
                outcome.tooSmall.append(window)
                return true
            }
            let failure = CommandFailure(error)
            outcome.failed.append((window, failure))
            // Another window may have an allowance that is left, or cost nothing more.
            return [.badData, .notReady, .budgetExceeded].contains(failure.status)
        }
    }
}
