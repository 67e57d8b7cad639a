import DAPMessages
public import Logging

/// Answers the requests that a helper keeps for later (DAP §3.1), each once.
///
/// Any number of drivers may share a store; leases keep them apart, and a response is committed together with what
/// it says, so nothing is computed anew once it is answered. It runs until its task is cancelled.
public struct HelperDriver: Sendable {
    /// Requests worked on at the same time.
    private static let concurrentRequests = 2
    /// Pause between looks for work when there was none, in milliseconds.
    private static let idlePause: UInt64 = 200
    /// How long a lease lasts, in seconds: longer than the largest job takes.
    private static let leaseDuration: UInt64 = 60

    private let handler: HelperHandler
    private let logger: Logger

    /// A driver of the handler's store.
    public init(handler: HelperHandler, logger: Logger) {
        self.handler = handler
        self.logger = logger
    }

    private var loop: WorkLoop { WorkLoop(clock: handler.clock, idlePause: Self.idlePause, logger: logger) }

    /// Works until the surrounding task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.concurrentRequests {
                group.addTask { await loop.run("a deferred request") { try await turn() } }
            }
        }
    }

    /// Answers one request, if one is due.
    ///
    /// - Returns: whether there was something to do.
    /// - Throws: the store's error, or `CancellationError`; then the request is given back for others to go on with.
    public func stepDeferredRequest() async throws -> Bool { try await turn().hasWorked() }

    private func turn() async throws -> Turn {
        let now = handler.clock.now()
        let leased = try await shielded { [store = handler.store] in
            try await store.leaseDeferredRequest(now: now, leaseEnd: now + Self.leaseDuration)
        }
        guard let work = leased else { return .idle }
        handler.answers.enter(1, at: now)
        do {
            try await answer(work)
            handler.answers.leave(1, isServed: true, at: handler.clock.now())
        } catch {
            handler.answers.leave(1, isServed: false, at: handler.clock.now())
            return try await loop.giveBack(work.lease, after: error) { [store = handler.store] lease, dueAt in
                try await store.releaseDeferredRequest(lease, dueAt: dueAt)
            }
        }
        return .worked
    }

    private func answer(_ work: DeferredWork) async throws {
        let request = work.request
        guard let task = try? handler.tasks.task(request.taskID) else {
            // The catalog no longer has the task; its data stay until somebody decides.
            let dueAt = handler.clock.now() + Backoff.longest
            try await handler.store.releaseDeferredRequest(work.lease, dueAt: dueAt)
            return
        }
        do {
            // Both were decoded and checked before they were kept.
            switch request.resource {
            case .aggregationJob(let id):
                let decoded = try AggregationJobInitReq(decoding: request.body)
                _ = try await handler.aggregate(decoded, id: id, lease: work.lease, task: task)
            case .aggregateShare(let id):
                let decoded = try AggregateShareReq(decoding: request.body)
                _ = try await handler.collect(decoded, id: id, lease: work.lease, task: task)
            }
        } catch let abort as DAPAbort {
            try await handler.store.failDeferredRequest(
                work.lease, problem: StoredProblem(type: abort.type ?? "about:blank", detail: abort.detail))
        }
    }
}
