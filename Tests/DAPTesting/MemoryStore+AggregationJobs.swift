public import DAPMessages
public import DAPRoles

/// A leader's aggregation job.
struct AggregationJob {
    let taskID: TaskID
    /// Its batch in a leader-selected task.
    let batchID: BatchID?
    let createdAt: UInt64
    var schedule: Schedule
    var isPrepared = false
    var location: String?

    init(taskID: TaskID, batchID: BatchID?, dueAt: UInt64) {
        self.taskID = taskID
        self.batchID = batchID
        createdAt = dueAt
        schedule = Schedule(dueAt: dueAt)
    }
}

extension MemoryStore: LeaderAggregationStore {
    /// Puts unaggregated reports into new jobs, the most refused ones first.
    public func createAggregationJobs(
        task taskID: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, filling: BatchFilling?,
        now: UInt64
    ) async throws -> Int {
        let maximumSize = min(max(1, maximumSize), LeaderLimits.reportsPerJob)
        guard let task = leaderTasks[taskID] else { return 0 }
        var created = 0
        for refusals in Set(task.reports.filter { $0.isWaiting(now: now) }.map(\.refusals)).sorted(by: >) {
            let size = max(1, maximumSize >> (3 * refusals))
            while created < LeaderLimits.jobsPerCreation {
                let waiting = waiting(taskID, refusals: refusals, now: now)
                if waiting.isEmpty { break }
                let next = filling.map { nextBatch(of: taskID, $0) }
                if waiting.count < minimumSize, !fills(next?.room, size: size, waiting: waiting.count) {
                    stamp(waiting, taskID, now: now)
                    guard waiting.contains(where: { isUrgent($0, taskID, uploadedBefore: uploadedBefore) }) else {
                        break
                    }
                }
                let batchID = next?.id ?? filling?.newBatchID()
                if let batchID, next?.id == nil { openBatch(batchID, task: taskID, now: now) }
                let number = nextJob()
                aggregationJobs[number] = AggregationJob(taskID: taskID, batchID: batchID, dueAt: now)
                for position in waiting.prefix(min(size, next?.room ?? size)) {
                    leaderTasks[taskID]?.reports[position].join(number)
                }
                created += 1
            }
        }
        return created
    }

    /// Whether one job fills its batch.
    private func fills(_ room: Int?, size: Int, waiting: Int) -> Bool {
        room.map { $0 <= min(size, waiting) } ?? false
    }

    private func waiting(_ taskID: TaskID, refusals: Int, now: UInt64) -> [Int] {
        guard let reports = leaderTasks[taskID]?.reports else { return [] }
        return reports.indices.filter { reports[$0].isWaiting(now: now) && reports[$0].refusals == refusals }
    }

    private func stamp(_ positions: [Int], _ taskID: TaskID, now: UInt64) {
        for position in positions where leaderTasks[taskID]?.reports[position].waitingSince == nil {
            leaderTasks[taskID]?.reports[position].waitingSince = now
        }
    }

    private func isUrgent(_ position: Int, _ taskID: TaskID, uploadedBefore: UInt64) -> Bool {
        guard let report = leaderTasks[taskID]?.reports[position] else { return false }
        if let since = report.waitingSince, since <= uploadedBefore { return true }
        return isClosed(bucket(of: report), task: taskID)
    }

    /// Leases the open job that has been due longest.
    public func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork? {
        let due = aggregationJobs.filter { $0.value.schedule.isDue(now) }
        guard let (number, job) = due.min(by: { ($0.value.schedule.dueAt, $0.key) < ($1.value.schedule.dueAt, $1.key) })
        else { return nil }
        let lease = aggregationJobs[number]?.schedule.lease(job: number, token: nextToken(), end: leaseEnd)
        return lease.map { lease in
            AggregationJobWork(
                lease: lease, taskID: job.taskID, batchID: job.batchID, isPrepared: job.isPrepared,
                location: job.location, createdAt: job.createdAt,
                reports: reports(of: number, job.taskID).compactMap { leaderTasks[job.taskID]?.reports[$0].uploaded })
        }
    }

    /// Fixes the job's report list. A list that is fixed stays as it is.
    public func prepareAggregationJob(_ lease: JobLease, rejected: [ReportID: ReportError]) async throws -> Bool {
        guard let job = leased(lease) else { return false }
        if job.isPrepared { return true }
        var remaining = 0
        for position in reports(of: lease.job, job.taskID) {
            if let error = rejection(position, job.taskID, rejected) {
                leaderTasks[job.taskID]?.reports[position].finish(error)
            } else {
                remaining += 1
            }
        }
        aggregationJobs[lease.job]?.isPrepared = true
        if remaining == 0 { aggregationJobs[lease.job] = nil }
        return true
    }

    /// Finishes a job. Additions to a collected or expired bucket are dropped, and the job's reports in it are
    /// rejected.
    public func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        now: UInt64, merge: AggregateShareMerge
    ) async throws -> Bool {
        guard let job = leased(lease), let task = leaderTasks[job.taskID] else { return false }
        var refused: [BatchBucketID: ReportError] = [:]
        for bucket in additions.map(\.id) { refused[bucket] = refusal(bucket, task: job.taskID) }
        let buckets = try task.buckets.adding(additions.filter { refused[$0.id] == nil }, merge: merge)
        leaderTasks[job.taskID]?.buckets = buckets
        for position in reports(of: lease.job, job.taskID) {
            let report = task.reports[position]
            if let error = rejected[report.metadata.reportID] {
                leaderTasks[job.taskID]?.reports[position].finish(error)
            } else if returned.contains(report.metadata.reportID) {
                leaderTasks[job.taskID]?.reports[position].rest(now: now)
            } else {
                leaderTasks[job.taskID]?.reports[position].finish(refused[bucket(of: report)])
            }
        }
        if let batchID = job.batchID, rejected.values.contains(.batchCollected) {
            change(StoreSamples.batch(batchID), task: job.taskID) { $0.isSealed = true }
        }
        aggregationJobs[lease.job] = nil
        return true
    }

    /// Ends the lease.
    public func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        guard leased(lease) != nil else { return }
        aggregationJobs[lease.job]?.location = location
        aggregationJobs[lease.job]?.schedule.release(dueAt: dueAt)
    }

    /// Takes a refused job apart.
    public func dissolveAggregationJob(_ lease: JobLease, now: UInt64) async throws -> Bool {
        guard let job = leased(lease) else { return false }
        let positions = reports(of: lease.job, job.taskID)
        for position in positions {
            leaderTasks[job.taskID]?.reports[position].refuse(isAlone: positions.count == 1, now: now)
        }
        aggregationJobs[lease.job] = nil
        return true
    }

    private func refusal(_ bucket: BatchBucketID, task: TaskID) -> ReportError? {
        if isCollected(bucket, task: task) { return .batchCollected }
        guard case .time(let time) = bucket, isForgotten(time, task: task), !isClosed(bucket, task: task) else {
            return nil
        }
        return .reportDropped
    }

    private func leased(_ lease: JobLease) -> AggregationJob? {
        aggregationJobs[lease.job].flatMap { $0.schedule.token == lease.token ? $0 : nil }
    }

    private func reports(of job: Int64, _ taskID: TaskID) -> [Int] {
        guard let reports = leaderTasks[taskID]?.reports else { return [] }
        return reports.indices.filter { reports[$0].state == .inJob(job) }
    }

    private func rejection(_ position: Int, _ taskID: TaskID, _ rejected: [ReportID: ReportError]) -> ReportError? {
        leaderTasks[taskID].flatMap { rejected[$0.reports[position].metadata.reportID] }
    }
}
