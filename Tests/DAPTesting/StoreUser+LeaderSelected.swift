import DAPMessages
import DAPRoles
import Synchronization

/// Gives fresh batch IDs: 1, 2, ... as `StoreSamples` numbers them. A store may take more of them than it keeps.
final class BatchIDSource: Sendable {
    private let last = Atomic<Int>(0)

    func next() -> BatchID { StoreSamples.batchID(last.add(1, ordering: .relaxed).newValue) }
}

/// Dealings with a leader-selected task.
extension StoreUser {
    /// Puts whatever waits into jobs, unless a minimum is given, and those into batches.
    @discardableResult
    func fill(
        to target: Int, minimum: Int = 1, maximum: Int = LeaderLimits.reportsPerJob, uploadedBefore: UInt64 = 0,
        freshSince: UInt64 = 0, now: UInt64 = now
    ) async throws -> Int {
        try await store.createAggregationJobs(
            task: task, minimumSize: minimum, maximumSize: maximum, uploadedBefore: uploadedBefore,
            filling: BatchFilling(targetSize: target, freshSince: Time(freshSince)) { [batchIDs] in batchIDs.next() },
            now: now)
    }

    /// Uploads reports, puts them into jobs of batches and leases those.
    func uploadAndLease(
        _ numbers: Range<Int>, target: Int, maximum: Int = LeaderLimits.reportsPerJob
    ) async throws -> [AggregationJobWork] {
        try await upload(numbers, time: 10)
        try await fill(to: target, maximum: maximum)
        return try await leaseAll()
    }

    /// Uploads reports and aggregates them.
    ///
    /// - Returns: the batches that they went into, in the order of the jobs.
    @discardableResult
    func aggregate(_ numbers: Range<Int>, target: Int) async throws -> [BatchID] {
        let works = try await uploadAndLease(numbers, target: target)
        for work in works { try require(try await finish(work), "a leased job can be finished") }
        return try works.map { try $0.batch }
    }

    func progress(_ batch: BatchID) async throws -> BatchProgress {
        try await store.batchProgress(task: task, batch: StoreSamples.batch(batch))
    }

    func buckets(_ batch: BatchID) async throws -> [BatchBucket] {
        try await store.buckets(task: task, batch: StoreSamples.batch(batch))
    }

    /// Creates a collection job and lets it take a batch.
    ///
    /// - Returns: the job, and the batch that it got.
    func closeAny(
        _ number: Int, _ choice: BatchChoice = StoreSamples.anyChoice
    ) async throws -> (work: CollectionJobWork, batch: BatchID) {
        let work = try await startCollection(number, .leaderSelected)
        try requireEqual(work.batch, nil, "a new job's batch")
        return (work, try await take(work, choice))
    }

    /// Lets a job take a batch.
    func take(_ work: CollectionJobWork, _ choice: BatchChoice = StoreSamples.anyChoice) async throws -> BatchID {
        let closing = try await store.closeBatch(work.lease, choice: choice)
        return try requireValue(closing.batchID, "batch taken, but \(closing)")
    }

    /// Collects the batch that is next.
    @discardableResult
    func collectAny(_ number: Int, _ choice: BatchChoice = StoreSamples.anyChoice) async throws -> BatchID {
        let (work, batch) = try await closeAny(number, choice)
        try await finish(work)
        return batch
    }
}

extension AggregationJobWork {
    /// The batch of a job that has one.
    var batch: BatchID { get throws { try requireValue(batchID, "batch that the job belongs to") } }
}

extension BatchClosing {
    /// The leader-selected batch that was closed.
    var batchID: BatchID? {
        guard case .closed(.leaderSelected(let config)) = self else { return nil }
        return config.batchID
    }
}
