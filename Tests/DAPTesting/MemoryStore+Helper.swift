public import DAPMessages
public import DAPRoles

/// What a helper has of a task.
struct HelperTask {
    /// The answers that nobody has deleted.
    var responses: [HelperResource: [UInt8]] = [:]
    /// The last time and the batch of each job that was committed, and whether it has committed reports.
    var jobs: [AggregationJobID: (lastTime: Time, batchID: BatchID?, hasCommitted: Bool)] = [:]
    /// The times of the reports that were committed.
    var reports: [ReportID: Time] = [:]
    var buckets: [BatchBucketID: BatchBucket] = [:]
    /// What has been collected, by aggregate shares that were deleted since too.
    var collected: [BatchSelector] = []
    /// The batches of aggregate shares.
    var shares: [AggregateShareID: BatchSelector] = [:]
    /// Nothing is taken for what is before.
    var forgottenBefore = Time(0)

    /// Why a report cannot be committed.
    func error(_ report: ReportMetadata, batchID: BatchID?) -> ReportError? {
        if reports[report.reportID] != nil { return .reportReplayed }
        let bucket = batchID.map(BatchBucketID.batch) ?? .time(report.time)
        if collected.contains(where: { $0.contains(bucket) }) { return .batchCollected }
        return report.time < forgottenBefore ? .reportDropped : nil
    }
}

extension MemoryStore: HelperAggregationStore {
    /// How far an aggregation job has come.
    public func aggregationJob(task: TaskID, id: AggregationJobID) async throws -> HelperAnswer? {
        answer(task, .aggregationJob(id))
    }

    /// Looks up which reports could not be committed. One that was seen and is collected counts as replayed.
    public func commitErrors(
        task: TaskID, batchID: BatchID?, reports: [ReportMetadata]
    ) async throws -> [ReportError?] {
        reports.map { helperTasks[task]?.error($0, batchID: batchID) }
    }

    /// Commits a whole job or nothing.
    public func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        let resource = HelperResource.aggregationJob(job.id)
        var task = helperTasks[job.taskID] ?? HelperTask()
        if let response = task.responses[resource] { return .existing(response) }
        if let lease = job.lease, !isHeld(lease, job.taskID, resource) { return .abandoned }
        var conflicts: [ReportID: ReportError] = [:]
        for report in job.committed {
            if let error = task.error(report, batchID: job.batchID) { conflicts[report.reportID] = error }
            task.reports[report.reportID] = report.time
        }
        guard conflicts.isEmpty else { return .conflicts(conflicts) }
        task.buckets = try task.buckets.adding(job.additions, merge: merge)
        task.responses[resource] = job.response
        task.jobs[job.id] = (job.lastTime, job.batchID, !job.committed.isEmpty)
        helperTasks[job.taskID] = task
        forgetDeferredRequest(job.taskID, resource)
        return .committed
    }

    /// Forgets a job's response *unless it has committed reports*, or its deferred request.
    public func deleteAggregationJob(task: TaskID, id: AggregationJobID) async throws -> Bool {
        if helperTasks[task]?.jobs[id]?.hasCommitted == true { return true }
        return delete(task, .aggregationJob(id))
    }
}

extension MemoryStore: HelperCollectionStore {
    /// How far an aggregate share has come.
    public func aggregateShare(task: TaskID, id: AggregateShareID) async throws -> HelperAnswer? {
        answer(task, .aggregateShare(id))
    }

    /// Collects a batch *unless a part of it was collected*.
    public func collectBatch(
        task taskID: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?,
        account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome {
        let resource = HelperResource.aggregateShare(id)
        var task = helperTasks[taskID] ?? HelperTask()
        if let response = task.responses[resource] { return .existing(response) }
        if let lease, !isHeld(lease, taskID, resource) { return .abandoned }
        if task.collected.contains(where: { $0.overlaps(batch) }) { return .overlap }
        if let start = batch.start, start < task.forgottenBefore { return .expired }
        let buckets = task.buckets.within(batch)
        let release = try answer(ReleasableBatch(buckets: buckets, statement: statement(account, of: buckets)))
        task.responses[resource] = release.response
        task.collected.append(batch)
        task.buckets.eraseShares(of: batch)
        if let debit = release.debit { debits.append(debit) }
        releases.count(.helper, taskID)
        task.shares[id] = batch
        helperTasks[taskID] = task
        forgetDeferredRequest(taskID, resource)
        return .collected(release.response)
    }

    /// Forgets an aggregate share's response, or its deferred request.
    public func deleteAggregateShare(task: TaskID, id: AggregateShareID) async throws -> Bool {
        delete(task, .aggregateShare(id))
    }
}

extension MemoryStore {
    /// How far a resource has come: it is answered, or its request is deferred, or neither.
    func answer(_ task: TaskID, _ resource: HelperResource) -> HelperAnswer? {
        if let response = helperTasks[task]?.responses[resource] { return .answered(response) }
        return deferredRequest(task, resource).map { $0.value.problem.map(HelperAnswer.failed) ?? .pending }
    }

    private func delete(_ task: TaskID, _ resource: HelperResource) -> Bool {
        guard answer(task, resource) != nil else { return false }
        helperTasks[task]?.responses[resource] = nil
        forgetDeferredRequest(task, resource)
        return true
    }
}
