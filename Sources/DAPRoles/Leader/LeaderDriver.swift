public import DAPMessages
public import HPKE
public import Logging

/// Drives the leader's jobs: creates aggregation jobs, verifies with the helper, answers collection jobs.
///
/// Each piece of work is load → step → commit → send over a machine. Any number of drivers may share a
/// store; leases keep them apart. It runs until its task is cancelled and then gives its leases back.
public struct LeaderDriver: Sendable {
    /// How a driver paces itself.
    public struct Pace: Sendable {
        /// A job is created at once when so many reports wait.
        public var minimumJobSize = 256
        /// … or when one has waited for so many seconds.
        public var maximumWait: UInt64 = 1
        /// Pause between looks for work when there was none, in milliseconds.
        public var idlePause: UInt64 = 200
        /// Leader-selected batches are filled to so many reports, or to the task's minimum if that is more …
        public var batchTargetSize: UInt64 = 0
        /// … and given out with fewer, but no fewer than the minimum, so many seconds after they were begun.
        public var batchMaximumAge: UInt64 = 3600
        /// Aggregation jobs worked on at the same time.
        public var concurrentJobs = 2
        /// How long a lease lasts, in seconds: longer than the transport waits for an answer.
        public var leaseDuration: UInt64 = 45

        /// The usual pace.
        public init() {}

        func batchTarget(of task: AggregatorTask) -> UInt64 { max(batchTargetSize, task.configuration.minBatchSize) }
    }

    let tasks: TaskRegistry
    let store: any LeaderStore
    let transport: any Transport
    let helperToken: @Sendable (TaskID) -> SecretBytes?
    let clock: any WallClock
    let random: RandomSource
    let pace: Pace
    let logger: Logger
    let releases: ReleaseWatch?
    /// The tasks that no aggregation jobs could be created for.
    let failingTasks = TaskBackoff()

    /// - Parameters:
    ///   - helperToken: the bearer token that the helper of a task knows the leader by.
    ///   - releases: watches for backups that were restored; nil where there are none.
    public init(
        tasks: TaskRegistry, store: any LeaderStore, transport: any Transport,
        helperToken: @escaping @Sendable (TaskID) -> SecretBytes?, clock: any WallClock, random: RandomSource,
        pace: Pace = Pace(), logger: Logger, releases: ReleaseWatch? = nil
    ) {
        self.tasks = tasks
        self.store = store
        self.transport = transport
        self.helperToken = helperToken
        self.clock = clock
        self.random = random
        self.pace = pace
        self.logger = logger
        self.releases = releases
    }

    /// Works until the surrounding task is cancelled.
    public func run() async {
        let loop = WorkLoop(clock: clock, idlePause: pace.idlePause, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await loop.run("creating aggregation jobs") { try await creationTurn() } }
            for _ in 0..<pace.concurrentJobs {
                group.addTask { await loop.run("an aggregation job") { try await aggregationTurn() } }
            }
            group.addTask { await loop.run("a collection job") { try await collectionTurn() } }
        }
    }

    /// Asks the helper of a task; without an answer it counts as unavailable. What the two know of each other's releases
    /// goes along.
    ///
    /// - Throws: `CancellationError` when the driver is being stopped, which is no failure of the helper's; the store's
    ///   error.
    func ask(_ request: TransportRequest, of task: TaskID, expecting mediaType: MediaType) async throws -> PeerReply {
        var request = request
        request.releases = try await releases?.notice(of: task)
        let reply = await transport.ask(request, expecting: mediaType)
        if let notice = reply.releases { try await releases?.hear(notice, of: task) }
        if case .unavailable = reply.answer { try Task.checkCancellation() }
        return reply
    }

    /// Ends a lease after an error.
    func giveBack(
        _ lease: JobLease, after error: any Error, longest: UInt64 = WorkLoop.longestFailurePause,
        release: @escaping @Sendable (_ lease: JobLease, _ dueAt: UInt64) async throws -> Void
    ) async throws -> Turn {
        try await WorkLoop(clock: clock, idlePause: pace.idlePause, logger: logger)
            .giveBack(lease, after: error, longest: longest, release: release)
    }
}
