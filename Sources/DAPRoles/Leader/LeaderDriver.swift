import DAPMessages
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
        /// Aggregation jobs worked on at the same time.
        public var concurrentJobs = 2
        /// How long a lease lasts, in seconds: longer than the transport waits for an answer.
        public var leaseDuration: UInt64 = 45

        /// The usual pace.
        public init() {}
    }

    /// Failures in a row after which the pause no longer doubles.
    private static let countedFailures: UInt64 = 5
    /// Seconds that a job waits at most after the store failed.
    private static let longestFailurePause: UInt64 = 8

    let tasks: TaskRegistry
    let store: any LeaderStore
    let transport: any Transport
    let helperToken: SecretBytes
    let clock: any WallClock
    let random: RandomSource
    let pace: Pace
    let logger: Logger

    /// - Parameter helperToken: the bearer token that the helper knows the leader by.
    public init(
        tasks: TaskRegistry, store: any LeaderStore, transport: any Transport, helperToken: SecretBytes,
        clock: any WallClock, random: RandomSource, pace: Pace = Pace(), logger: Logger
    ) {
        self.tasks = tasks
        self.store = store
        self.transport = transport
        self.helperToken = helperToken
        self.clock = clock
        self.random = random
        self.pace = pace
        self.logger = logger
    }

    /// Works until the surrounding task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await repeatedly("creating aggregation jobs") { try await createAggregationJobs() } }
            for _ in 0..<pace.concurrentJobs {
                group.addTask { await repeatedly("an aggregation job") { try await stepAggregationJob() } }
            }
            group.addTask { await repeatedly("a collection job") { try await stepCollectionJob() } }
        }
    }

    /// Repeats a step: at once while there is work, after a pause when there is none, after longer ones while it fails.
    private func repeatedly(_ name: String, _ step: () async throws -> Bool) async {
        var failures: UInt64 = 0
        while !Task.isCancelled {
            var worked = false
            do {
                worked = try await step()
                failures = 0
            } catch {
                if Task.isCancelled { return }
                failures = min(failures + 1, Self.countedFailures)
                logger.error("\(name) failed", metadata: ["error": "\(error)"])
            }
            guard !worked else { continue }
            do { try await clock.sleep(milliseconds: pace.idlePause << failures) } catch { return }
        }
    }

    /// Asks the helper; without an answer it counts as unavailable.
    ///
    /// - Throws: `CancellationError` when the driver is being stopped, which is no failure of the helper's.
    func ask(_ request: TransportRequest, expecting mediaType: MediaType) async throws -> PeerAnswer {
        let answer = await transport.ask(request, expecting: mediaType)
        if case .unavailable = answer { try Task.checkCancellation() }
        return answer
    }

    /// Ends a lease after an error: at once when the driver is being stopped, else the job waits a little. When not even
    /// that succeeds, the lease ends by itself.
    func giveBack(
        _ lease: JobLease, after error: any Error,
        release: @escaping @Sendable (_ lease: JobLease, _ dueAt: UInt64) async throws -> Void
    ) async {
        let isStopping = Task.isCancelled || error is CancellationError
        let pause = Backoff.pause(attempt: lease.attempt, retryAfter: nil, limit: Self.longestFailurePause)
        let dueAt = clock.now() + (isStopping ? 0 : pause)
        do {
            try await shielded { try await release(lease, dueAt) }
        } catch {
            logger.error("a lease could not be given back", metadata: ["error": "\(error)"])
        }
    }
}
