public import DAPMessages

/// The leader's side of a collector's requests (DAP §4.6.1).
public struct CollectionHandler: Sendable {
    /// Seconds after which a collector is told to ask again.
    public static let retryAfter: UInt64 = 1
    /// Seconds that a collector with too many unfinished jobs is told to wait. They wait for reports and for the helper,
    /// not for each other, so that nobody knows how long they will take.
    public static let busyRetryAfter: UInt64 = 30

    let tasks: TaskRegistry
    let store: any LeaderCollectionStore
    let clock: any WallClock
    let random: RandomSource

    /// A handler over a store.
    public init(
        tasks: TaskRegistry, store: any LeaderCollectionStore, clock: any WallClock, random: RandomSource
    ) {
        self.tasks = tasks
        self.store = store
        self.clock = clock
        self.random = random
    }

    /// Handles an encoded `CollectionJobReq`: creates a job, or finds the one that the same bytes created. In a
    /// leader-selected task that is the same job, and so the same batch, until the collector deletes it.
    ///
    /// - Returns: the job's ID and state; a job that is still pending is polled by `job(task:id:)`.
    /// - Throws: `DAPAbort` with the error the draft names for what is wrong.
    public func create(task id: TaskID, body: [UInt8]) async throws -> (CollectionJobID, CollectionJobState) {
        let task = try tasks.task(id)
        let query = try CollectionRequestRule.query(of: body, task: task)
        var random = random
        // Random: in a leader-selected task the same bytes make one job after the other.
        let creation = try await store.createCollectionJob(
            task: id, candidateID: random.identifier(), request: body, query: query, now: clock.now())
        switch creation {
        case .job(let jobID, let state): return (jobID, state)
        case .overlap: throw DAPAbort(.batchOverlap, "a part of the batch has been collected", task: id)
        case .tooMany:
            throw DAPAbort(
                .busy, "the task has too many unfinished collection jobs", task: id, retryAfter: Self.busyRetryAfter)
        }
    }

    /// The state of a job.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask`, or not found.
    public func job(task id: TaskID, id jobID: CollectionJobID) async throws -> CollectionJobState {
        _ = try tasks.task(id)
        guard let state = try await store.collectionJob(task: id, id: jobID) else {
            throw DAPAbort(.notFound, "there is no such collection job", task: id)
        }
        return state
    }

    /// Forgets a job (DAP §4.6.3). Its batch stays collected if it was; if not, it can be asked for again. A time-interval
    /// job that the helper may have been asked for goes on to its end, where the same bytes find it.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask`, or not found.
    public func delete(task id: TaskID, id jobID: CollectionJobID) async throws {
        _ = try tasks.task(id)
        guard try await store.deleteCollectionJob(task: id, id: jobID) else {
            throw DAPAbort(.notFound, "there is no such collection job", task: id)
        }
    }
}
