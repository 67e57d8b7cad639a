public import Logging

/// Forgets what has expired of an aggregator's tasks (`GarbageStore`), little by little.
///
/// It works in bounded steps with pauses between them, so that uploads and jobs get at the store first. Any number of
/// collectors may share a store. It runs until its task is cancelled.
public struct GarbageCollector: Sendable {
    /// How a collector paces itself.
    public struct Pace: Sendable {
        /// Rows that a step deletes, about.
        public var rowsPerStep = 500
        /// Pause after a step, in milliseconds.
        public var stepPause: UInt64 = 50
        /// Steps for one task before the next task gets its turn.
        public var stepsPerTask = 100
        /// Pause when nothing is left to forget, in milliseconds.
        public var idlePause: UInt64 = 20_000

        /// The usual pace: about 5,000 to 9,000 rows in a second.
        public init() {}
    }

    private let tasks: TaskRegistry
    private let store: any GarbageStore
    private let clock: any WallClock
    private let pace: Pace
    private let logger: Logger

    /// A collector of all that expires of the tasks.
    public init(
        tasks: TaskRegistry, store: any GarbageStore, clock: any WallClock, pace: Pace = Pace(), logger: Logger
    ) {
        self.tasks = tasks
        self.store = store
        self.clock = clock
        self.pace = pace
        self.logger = logger
    }

    /// Works until the surrounding task is cancelled.
    public func run() async {
        let loop = WorkLoop(clock: clock, idlePause: pace.idlePause, logger: logger)
        await loop.run("forgetting what has expired") { Turn(try await collect()) }
    }

    /// Walks all tasks once.
    ///
    /// - Returns: whether there was something to forget.
    /// - Throws: the last task's error when the store failed for some tasks and nothing was to forget of the others;
    ///   `CancellationError`.
    public func collect() async throws -> Bool {
        var hasWorked = false
        var failure: (any Error)?
        for task in tasks.tasks {
            do {
                if try await collect(task) { hasWorked = true }
            } catch {
                try Task.checkCancellation()
                failure = error
                logger.error(
                    "a task's expired data could not be forgotten",
                    metadata: ["task": "\(task.id)", "error": "\(error)"])
            }
        }
        // While the others have something to forget, they need not wait.
        if !hasWorked, let failure { throw failure }
        return hasWorked
    }

    private func collect(_ task: AggregatorTask) async throws -> Bool {
        var total = GarbageCount()
        defer { log(total, task) }
        for _ in 0..<pace.stepsPerTask {
            let expiry = TaskExpiry(of: task, now: clock.now())
            let count = try await store.deleteExpired(
                task: task.id, role: task.role, expiry, limit: pace.rowsPerStep)
            guard count.rows > 0 else { break }
            total.rows += count.rows
            total.unaggregatedReports += count.unaggregatedReports
            try await clock.sleep(milliseconds: pace.stepPause)
        }
        return total.rows > 0
    }

    private func log(_ count: GarbageCount, _ task: AggregatorTask) {
        guard count.rows > 0 else { return }
        logger.debug("forgot what has expired", metadata: ["task": "\(task.id)", "rows": "\(count.rows)"])
        guard count.unaggregatedReports > 0 else { return }
        logger.warning(
            "reports expired before they were aggregated",
            metadata: ["task": "\(task.id)", "reports": "\(count.unaggregatedReports)"])
    }
}
