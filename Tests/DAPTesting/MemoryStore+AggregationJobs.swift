public import DAPMessages
public import DAPRoles

/// A leader's aggregation job.
struct AggregationJob {
    let taskID: TaskID
    var schedule: Schedule
    var isPrepared = false
}

extension MemoryStore: LeaderAggregationStore {
    /// Puts unaggregated reports into new jobs, the most refused ones first.
    public func createAggregationJobs(
        task taskID: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, now: UInt64
    ) async throws -> Int {
        let minimumSize = max(1, minimumSize)
        let maximumSize = min(max(1, maximumSize), LeaderLimits.reportsPerJob)
        guard let task = leaderTasks[taskID] else { return 0 }
        var created = 0
        for refusals in Set(task.reports.filter { $0.state == .waiting }.map(\.refusals)).sorted(by: >) {
            let size = max(1, maximumSize >> (3 * refusals))
            while created < LeaderLimits.jobsPerCreation {
                let waiting = waiting(taskID, refusals: refusals)
                if waiting.isEmpty { break }
                if waiting.count < minimumSize {
                    stamp(waiting, taskID, now: now)
                    guard waiting.contains(where: { isUrgent($0, taskID, uploadedBefore: uploadedBefore) }) else {
                        break
                    }
                }
                let number = nextJob()
                aggregationJobs[number] = AggregationJob(taskID: taskID, schedule: Schedule(dueAt: now))
                for position in waiting.prefix(size) { leaderTasks[taskID]?.reports[position].state = .inJob(number) }
                created += 1
            }
        }
        return created
    }

    private func waiting(_ taskID: TaskID, refusals: Int) -> [Int] {
        guard let reports = leaderTasks[taskID]?.reports else { return [] }
        return reports.indices.filter { reports[$0].state == .waiting && reports[$0].refusals == refusals }
    }

    private func stamp(_ positions: [Int], _ taskID: TaskID, now: UInt64) {
        for position in positions where leaderTasks[taskID]?.reports[position].waitingSince == nil {
            leaderTasks[taskID]?.reports[position].waitingSince = now
        }
    }

    private func isUrgent(_ position: Int, _ taskID: TaskID, uploadedBefore: UInt64) -> Bool {
        guard let report = leaderTasks[taskID]?.reports[position] else { return false }
        if let since = report.waitingSince, since <= uploadedBefore { return true }
        return isClosed(report.metadata.time, task: taskID)
    }

    /// Leases the open job that has been due longest.
    public func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork? {
        let due = aggregationJobs.filter { $0.value.schedule.isDue(now) }
        guard let (number, job) = due.min(by: { ($0.value.schedule.dueAt, $0.key) < ($1.value.schedule.dueAt, $1.key) })
        else { return nil }
        let lease = aggregationJobs[number]?.schedule.lease(job: number, token: nextToken(), end: leaseEnd)
        return lease.map { lease in
            AggregationJobWork(
                lease: lease, taskID: job.taskID, isPrepared: job.isPrepared,
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

    /// Finishes a job. Additions to a collected bucket are dropped, and the job's reports in it are rejected.
    public func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        merge: AggregateShareMerge
    ) async throws -> Bool {
        guard let job = leased(lease), let task = leaderTasks[job.taskID] else { return false }
        let collected = Set(additions.map(\.time).filter { isCollected($0, task: job.taskID) })
        let buckets = try task.buckets.adding(additions.filter { !collected.contains($0.time) }, merge: merge)
        leaderTasks[job.taskID]?.buckets = buckets
        for position in reports(of: lease.job, job.taskID) {
            let metadata = task.reports[position].metadata
            if let error = rejected[metadata.reportID] {
                leaderTasks[job.taskID]?.reports[position].finish(error)
            } else if returned.contains(metadata.reportID) {
                leaderTasks[job.taskID]?.reports[position].state = .waiting
            } else {
                leaderTasks[job.taskID]?.reports[position].finish(
                    collected.contains(metadata.time) ? .batchCollected : nil)
            }
        }
        aggregationJobs[lease.job] = nil
        return true
    }

    /// Ends the lease.
    public func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64) async throws {
        guard leased(lease) != nil else { return }
        aggregationJobs[lease.job]?.schedule.release(dueAt: dueAt)
    }

    /// Takes a refused job apart.
    public func dissolveAggregationJob(_ lease: JobLease) async throws -> Bool {
        guard let job = leased(lease) else { return false }
        let positions = reports(of: lease.job, job.taskID)
        for position in positions {
            if positions.count == 1 {
                leaderTasks[job.taskID]?.reports[position].finish(.reportDropped)
            } else {
                leaderTasks[job.taskID]?.reports[position].refusals += 1
                leaderTasks[job.taskID]?.reports[position].state = .waiting
            }
        }
        aggregationJobs[lease.job] = nil
        return true
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
