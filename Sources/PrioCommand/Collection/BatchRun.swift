public import DAPMessages
public import DAPRoles
public import MetricCatalog

/// Takes one leader-selected batch of a metric after another, until none is ready (DAP §5.2).
///
/// ```
/// ask ──▶ a batch ──▶ keep it, unless it is kept already ──▶ delete its job ──▶ ask
///  └────▶ none is ready: the end
/// ```
/// The leader answers with the same batch until its job is deleted. So nothing is lost when a run ends anywhere, and
/// nothing is kept twice: the answer is recognised by its job.
public struct BatchRun {
    /// Batches that one run asks for.
    public static let mostBatches = 1000
    /// Seconds to wait for a batch after the first, at most: one that is ready takes a second or two.
    public static let laterPatience: UInt64 = 5

    /// What the leader releases.
    public struct Released: Sendable {
        /// How many reports are in the batch.
        public let reportCount: UInt64
        /// The smallest interval with all of their times, in units of the metric's time precision.
        public let interval: Interval
        /// The sum or sums.
        public let value: AggregateValue
        /// The collection job's URL; nil when the leader named none.
        public let jobURL: String?

        /// A batch.
        public init(reportCount: UInt64, interval: Interval, value: AggregateValue, jobURL: String?) {
            self.reportCount = reportCount
            self.interval = interval
            self.value = value
            self.jobURL = jobURL
        }
    }

    /// Why a run ended.
    public enum Ending: Equatable, Sendable {
        /// No batch was ready in time. The job that was asked for stays, and the next run finds it.
        case noneReady
        /// There were `mostBatches`.
        case manyCollected
        /// Something else.
        case failed(CommandFailure)
    }

    /// What a run came to.
    public struct Outcome: Sendable {
        /// All batches of the metric's task, those of earlier runs too, in the order in which they were collected.
        public let results: [CollectedResult]
        /// Why no more.
        public let ending: Ending
    }

    private let metric: Metric
    private let taskID: TaskID
    private let log: ResultsLog
    private let ask: @Sendable (_ patience: UInt64) async throws -> Released
    private let delete: @Sendable (_ jobURL: String) async throws -> Void

    /// - Parameters:
    ///   - ask: asks the leader for the next batch and waits for so many seconds.
    ///   - delete: deletes a collection job, so that the next request is for another batch.
    public init(
        metric: Metric, taskID: TaskID, log: ResultsLog,
        ask: @escaping @Sendable (_ patience: UInt64) async throws -> Released,
        delete: @escaping @Sendable (_ jobURL: String) async throws -> Void
    ) {
        self.metric = metric
        self.taskID = taskID
        self.log = log
        self.ask = ask
        self.delete = delete
    }

    /// Collects what is ready.
    ///
    /// - Parameters:
    ///   - patience: seconds to wait for the first batch.
    ///   - tell: is told how many batches there are so far, before each request.
    /// - Throws: when a result cannot be kept. It has not been shown then, and asking again gives it again.
    public func collect(patience: UInt64, tell: (_ collected: Int) -> Void) async throws -> Outcome {
        var deleted: Set<String> = []
        var uncovered: CommandFailure?
        var wasRefused = false
        for request in 0..<Self.mostBatches {
            tell(deleted.count)
            let batch: Batch
            do {
                batch = try self.batch(await ask(request == 0 ? patience : min(patience, Self.laterPatience)))
            } catch {
                let failure = CommandFailure(error)
                // The leader puts a batch that an account does not cover behind the others, which cost less perhaps.
                if failure.status == .budgetExceeded, !wasRefused {
                    (uncovered, wasRefused) = (failure, true)
                    continue
                }
                guard failure.status == .notReady else { return outcome(.failed(failure)) }
                return outcome(uncovered.map { .failed($0) } ?? .noneReady)
            }
            wasRefused = false
            if !log.results.contains(batch.result) {
                try log.append(batch.result)
            } else if deleted.contains(batch.jobURL) {
                return outcome(
                    .failed(CommandFailure(.other, "the leader gives a batch again although its job was deleted")))
            }
            do { try await delete(batch.jobURL) } catch { return outcome(.failed(CommandFailure(error))) }
            deleted.insert(batch.jobURL)
        }
        return outcome(.manyCollected)
    }

    private func outcome(_ ending: Ending) -> Outcome {
        Outcome(results: log.results(task: taskID), ending: ending)
    }

    /// What is kept of a batch, and the job to delete then.
    private struct Batch {
        let result: CollectedResult
        let jobURL: String
    }

    private func batch(_ released: Released) throws(CollectionFailure) -> Batch {
        // Without it the job cannot be deleted, and the same batch would come for ever.
        guard let jobURL = released.jobURL, let jobID = Self.jobID(in: jobURL) else {
            throw .unreadable("the leader answered without saying where the collection job is")
        }
        let (start, length) = (released.interval.start.value, released.interval.duration.value)
        guard let window = TimeWindow(first: start, count: length, precision: metric.timePrecision),
            window.end <= Timestamp.last
        else { throw .unreadable("the leader answered with an interval that ends after the year 9999") }
        let result = CollectedResult(
            metric: metric.name, taskID: taskID, window: window, reportCount: released.reportCount,
            value: released.value, jobID: jobID, reportWindows: window, mechanism: metric.privacy?.mechanism)
        return Batch(result: result, jobURL: jobURL)
    }

    /// The last part of the URL's path.
    private static func jobID(in url: String) -> String? {
        url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").last.map(String.init)
    }
}
