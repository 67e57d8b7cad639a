public import DAPMessages
public import DAPRoles

/// What a helper has of a task.
struct HelperTask {
    var jobs: [AggregationJobID: [UInt8]] = [:]
    var reports: Set<ReportID> = []
    var buckets: [Time: BatchBucket] = [:]
    var shares: [AggregateShareID: (interval: Interval, response: [UInt8])] = [:]

    func error(_ report: ReportMetadata) -> ReportError? {
        if reports.contains(report.reportID) { return .reportReplayed }
        return shares.values.contains { $0.interval.contains(report.time) } ? .batchCollected : nil
    }
}

extension MemoryStore: HelperStore {
    /// The stored response to an aggregation job request.
    public func aggregationJobResponse(task: TaskID, id: AggregationJobID) async throws -> [UInt8]? {
        helperTasks[task]?.jobs[id]
    }

    /// Looks up which reports could not be committed. One that was seen and is collected counts as replayed.
    public func commitErrors(task: TaskID, reports: [ReportMetadata]) async throws -> [ReportError?] {
        reports.map { helperTasks[task]?.error($0) }
    }

    /// Commits a whole job or nothing.
    public func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        var task = helperTasks[job.taskID] ?? HelperTask()
        if let response = task.jobs[job.id] { return .existing(response) }
        var conflicts: [ReportID: ReportError] = [:]
        for report in job.committed {
            if let error = task.error(report) { conflicts[report.reportID] = error }
            task.reports.insert(report.reportID)
        }
        guard conflicts.isEmpty else { return .conflicts(conflicts) }
        task.buckets = try task.buckets.adding(job.additions, merge: merge)
        task.jobs[job.id] = job.response
        helperTasks[job.taskID] = task
        return .committed
    }

    /// The stored response to an aggregate share request.
    public func aggregateShareResponse(task: TaskID, id: AggregateShareID) async throws -> [UInt8]? {
        helperTasks[task]?.shares[id]?.response
    }

    /// Collects a batch *unless a part of it was collected*.
    public func collectBatch(
        task taskID: TaskID, id: AggregateShareID, interval: Interval,
        answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> HelperCollectionOutcome {
        var task = helperTasks[taskID] ?? HelperTask()
        if let share = task.shares[id] { return .existing(share.response) }
        if task.shares.values.contains(where: { $0.interval.overlaps(interval) }) { return .overlap }
        let response = try answer(task.buckets.within(interval))
        task.shares[id] = (interval, response)
        helperTasks[taskID] = task
        return .collected(response)
    }
}
