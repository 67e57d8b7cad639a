public import DAPMessages
public import DAPRoles
public import VDAF

extension MemoryStore: GarbageStore {
    /// Deletes some of what has expired. A job, or a batch with its jobs, goes as a whole, though it be above the
    /// limit.
    public func deleteExpired(
        task: TaskID, role: AggregatorRole, _ expiry: TaskExpiry, limit: Int
    ) async throws -> GarbageCount {
        var count = GarbageCount()
        switch role {
        case .leader:
            guard leaderTasks[task] != nil || collectionJobs.values.contains(where: { $0.taskID == task }) else {
                break
            }
            let end = max(leaderTasks[task]?.forgottenBefore ?? Time(0), expiry.units)
            leaderTasks[task, default: LeaderTask()].forgottenBefore = end
            deleteReports(task, expiry, limit, &count)
            deleteJobs(task, expiry, limit, &count)
            deleteBuckets(task, expiry, limit, &count)
            deleteBatches(task, expiry, limit, &count)
            deleteCollectionJobs(task, expiry, limit, &count)
        case .helper:
            guard helperTasks[task] != nil || deferredRequests.values.contains(where: { $0.request.taskID == task })
            else { break }
            var helperTask = helperTasks[task] ?? HelperTask()
            helperTask.forget(expiry, limit, &count)
            helperTasks[task] = helperTask
            let failed = deferredRequests.filter {
                $0.value.request.taskID == task && $0.value.problem != nil
                    && $0.value.schedule.dueAt < expiry.dueBefore
            }
            for number in failed.keys where count.take(limit) { deferredRequests[number] = nil }
        }
        return count
    }

    /// Whether nothing is taken for a leader's unit of time any more.
    func isForgotten(_ time: Time, task: TaskID) -> Bool {
        leaderTasks[task].map { time < $0.forgottenBefore } ?? false
    }

    /// Reports in no job.
    private func deleteReports(_ taskID: TaskID, _ expiry: TaskExpiry, _ limit: Int, _ count: inout GarbageCount) {
        guard let task = leaderTasks[taskID] else { return }
        var removed: Set<Int> = []
        for (position, report) in task.reports.enumerated() where report.metadata.time < expiry.units {
            switch report.state {
            case .inJob: continue
            case .waiting, .done:
                guard count.take(limit) else { break }
                removed.insert(position)
                if report.state == .waiting { count.unaggregatedReports += 1 }
            }
        }
        leaderTasks[taskID]?.remove(removed)
    }

    private func deleteJobs(_ task: TaskID, _ expiry: TaskExpiry, _ limit: Int, _ count: inout GarbageCount) {
        for (number, job) in aggregationJobs where job.taskID == task && job.batchID == nil {
            let times = reportTimes(of: number, task)
            guard job.schedule.leaseEnd <= expiry.now, times.allSatisfy({ $0 < expiry.units }),
                !times.contains(where: { time in closedBatches(of: task).contains { $0.contains(.time(time)) } }),
                count.take(limit)
            else { continue }
            deleteJob(number, task, &count)
        }
    }

    private func deleteBuckets(_ task: TaskID, _ expiry: TaskExpiry, _ limit: Int, _ count: inout GarbageCount) {
        let closed = closedBatches(of: task)
        for bucket in (leaderTasks[task]?.buckets ?? [:]).keys {
            guard case .time(let time) = bucket, time < expiry.units, !closed.contains(where: { $0.contains(bucket) }),
                count.take(limit)
            else { continue }
            leaderTasks[task]?.buckets[bucket] = nil
        }
    }

    private func deleteBatches(_ taskID: TaskID, _ expiry: TaskExpiry, _ limit: Int, _ count: inout GarbageCount) {
        for batch in leaderTasks[taskID]?.batches ?? [] {
            let jobs = aggregationJobs.filter { $0.value.taskID == taskID && $0.value.batchID == batch.id }
            let bucket = leaderTasks[taskID]?.buckets[.batch(batch.id)]
            let times = jobs.keys.flatMap { reportTimes(of: $0, taskID) } + (bucket.map { [$0.times.upperBound] } ?? [])
            guard !times.isEmpty, times.allSatisfy({ $0 < expiry.units }),
                jobs.values.allSatisfy({ $0.schedule.leaseEnd <= expiry.now }),
                !closedBatches(of: taskID).contains(batch.selector),
                !collectionJobs.values.contains(where: { job in
                    job.taskID == taskID && job.collected == batch.selector && job.isFresh(expiry.now)
                }),
                count.take(limit)
            else { continue }
            for number in jobs.keys { deleteJob(number, taskID, &count) }
            leaderTasks[taskID]?.buckets[.batch(batch.id)] = nil
            leaderTasks[taskID]?.batches.removeAll { $0.id == batch.id }
            leaderTasks[taskID]?.collected.removeAll { $0 == batch.selector }
            collectionJobs = collectionJobs.filter { $0.value.taskID != taskID || $0.value.collected != batch.selector }
        }
    }

    private func deleteCollectionJobs(_ task: TaskID, _ expiry: TaskExpiry, _ limit: Int, _ count: inout GarbageCount) {
        leaderTasks[task]?.collected.removeAll { $0.hasEnded(before: expiry.units) }
        for (number, job) in collectionJobs where job.taskID == task && !job.isPending {
            let hasExpired =
                switch job.query {
                case .timeInterval(let config):
                    config.batchInterval.hasEnded(before: expiry.units) && !job.isFresh(expiry.now)
                case .leaderSelected: job.isFailed && job.schedule.dueAt < expiry.dueBefore
                }
            if hasExpired, count.take(limit) { collectionJobs[number] = nil }
        }
    }

    private func reportTimes(of job: Int64, _ task: TaskID) -> [Time] {
        (leaderTasks[task]?.reports ?? []).filter { $0.state == .inJob(job) }.map(\.metadata.time)
    }

    private func deleteJob(_ job: Int64, _ taskID: TaskID, _ count: inout GarbageCount) {
        guard let reports = leaderTasks[taskID]?.reports else { return }
        let removed = Set(reports.indices.filter { reports[$0].state == .inJob(job) })
        leaderTasks[taskID]?.remove(removed)
        count.rows += removed.count
        count.unaggregatedReports += removed.count
        aggregationJobs[job] = nil
    }
}

extension HelperTask {
    fileprivate mutating func forget(_ expiry: TaskExpiry, _ limit: Int, _ count: inout GarbageCount) {
        forgottenBefore = max(forgottenBefore, expiry.units)
        for (id, time) in reports where time < expiry.units && count.take(limit) { reports[id] = nil }
        for (id, job) in jobs where job.lastTime < expiry.units {
            let youngest = job.batchID.flatMap { buckets[.batch($0)]?.times.upperBound }
            guard youngest.map({ $0 < expiry.units }) ?? true, count.take(limit) else { continue }
            jobs[id] = nil
            responses[.aggregationJob(id)] = nil
        }
        for (id, bucket) in buckets where bucket.times.upperBound < expiry.units && count.take(limit) {
            buckets[id] = nil
            guard case .batch(let batchID) = id else { continue }
            forgetShares { $0 == StoreSamples.batch(batchID) }
        }
        let ended = collected.count { $0.hasEnded(before: expiry.units) }
        forgetShares { $0.hasEnded(before: expiry.units) }
        count.rows += ended
    }

    private mutating func forgetShares(_ isForgotten: (BatchSelector) -> Bool) {
        collected.removeAll(where: isForgotten)
        for (id, batch) in shares where isForgotten(batch) {
            shares[id] = nil
            responses[.aggregateShare(id)] = nil
        }
    }
}

extension GarbageCount {
    /// Counts a row, unless there are as many as the limit allows.
    fileprivate mutating func take(_ limit: Int) -> Bool {
        guard rows < limit else { return false }
        rows += 1
        return true
    }
}

extension CollectionJob {
    /// Whether its answer may be on the way.
    fileprivate func isFresh(_ now: UInt64) -> Bool { schedule.dueAt + GarbageLimits.answerGrace > now }
}

extension BatchSelector {
    /// Whether a time-interval batch ends at a time or before.
    fileprivate func hasEnded(before time: Time) -> Bool {
        guard case .timeInterval(let config) = self else { return false }
        return config.batchInterval.hasEnded(before: time)
    }
}

extension Interval {
    fileprivate func hasEnded(before time: Time) -> Bool { (try? end).map { $0 <= time } ?? false }
}
