import DAPMessages
import DAPRoles

/// A batch of a leader-selected task.
struct LeaderBatch {
    let id: BatchID
    /// POSIX seconds.
    let openedAt: UInt64
    /// How many collection jobs failed with it.
    var failures = 0
    /// Whether it takes no more reports.
    var isSealed = false

    init(id: BatchID, openedAt: UInt64) {
        self.id = id
        self.openedAt = openedAt
    }

    var selector: BatchSelector { .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: id)) }
}

/// Batches of either mode.
extension MemoryStore {
    /// Whether a collection job has closed or collected the batch of a bucket.
    func isClosed(_ bucket: BatchBucketID, task: TaskID) -> Bool {
        isCollected(bucket, task: task) || closedBatches(of: task).contains { $0.contains(bucket) }
    }

    /// Whether the batch of a bucket has been collected.
    func isCollected(_ bucket: BatchBucketID, task: TaskID) -> Bool {
        leaderTasks[task]?.collected.contains { $0.contains(bucket) } ?? false
    }

    /// The batches that are closed on behalf of unfinished jobs.
    func closedBatches(of task: TaskID) -> [BatchSelector] {
        collectionJobs.values.filter { $0.taskID == task }.compactMap(\.batch)
    }

    /// The bucket that a report is counted in. One that waits in a leader-selected task is not counted in any.
    func bucket(of report: StoredReport) -> BatchBucketID {
        if case .inJob(let number) = report.state, let batchID = aggregationJobs[number]?.batchID {
            return .batch(batchID)
        }
        return .time(report.metadata.time)
    }

    /// How far the reports of a batch have come.
    func progress(of batch: BatchSelector, task taskID: TaskID) -> BatchProgress {
        guard let task = leaderTasks[taskID] else { return BatchProgress(aggregated: 0, pending: 0) }
        let pending = task.reports.count { $0.uploaded != nil && batch.contains(bucket(of: $0)) }
        return BatchProgress(
            aggregated: task.buckets.within(batch).map(\.reportCount).reduce(0, +), pending: UInt64(pending))
    }
}

/// Leader-selected batches.
extension MemoryStore {
    /// The batch that the next job belongs to, or nil when that is a new one; and how many reports it has room for.
    func nextBatch(of task: TaskID, _ filling: BatchFilling) -> (id: BatchID?, room: Int) {
        let targetSize = max(1, filling.targetSize)
        for batch in openBatches(of: task) where !batch.isSealed && !isBlocked(batch) {
            let lastTime = leaderTasks[task]?.buckets[.batch(batch.id)]?.times.upperBound
            if let lastTime, lastTime < filling.freshSince { continue }
            let size = size(of: batch, task: task)
            if size < targetSize { return (batch.id, targetSize - Int(size)) }
        }
        return (nil, targetSize)
    }

    func openBatch(_ id: BatchID, task: TaskID, now: UInt64) {
        leaderTasks[task]?.batches.append(LeaderBatch(id: id, openedAt: now))
    }

    /// The batch that a collection job gets, if one meets the choice.
    func chooseBatch(of task: TaskID, _ choice: BatchChoice) -> BatchSelector? {
        let candidates = openBatches(of: task).filter { batch in
            if isBlocked(batch) { return false }
            if batch.isSealed { return true }
            let size = size(of: batch, task: task)
            return size >= choice.targetSize || (size >= choice.minimumSize && batch.openedAt <= choice.openedBefore)
        }
        guard let fewest = candidates.map(\.failures).min() else { return nil }
        return candidates.first { $0.failures == fewest }?.selector
    }

    func change(_ batch: BatchSelector, task: TaskID, _ change: (inout LeaderBatch) -> Void) {
        let position = leaderTasks[task]?.batches.firstIndex { $0.selector == batch }
        if let position, var batch = leaderTasks[task]?.batches[position] {
            change(&batch)
            leaderTasks[task]?.batches[position] = batch
        }
    }

    /// Whether it was opened before the store was noticed to be restored from a backup.
    private func isBlocked(_ batch: LeaderBatch) -> Bool {
        releases.block.map { batch.openedAt <= $0.restoredAt } ?? false
    }

    /// Oldest first.
    private func openBatches(of task: TaskID) -> [LeaderBatch] {
        leaderTasks[task]?.batches.filter { !isClosed(.batch($0.id), task: task) } ?? []
    }

    private func size(of batch: LeaderBatch, task: TaskID) -> UInt64 {
        let progress = progress(of: batch.selector, task: task)
        return progress.aggregated + progress.pending
    }
}
