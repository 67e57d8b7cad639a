public import DAPMessages
public import DAPRoles

/// A leader's collection job.
struct CollectionJob {
    let taskID: TaskID
    let id: CollectionJobID
    let request: [UInt8]
    let interval: Interval
    var state = CollectionJobState.pending
    /// Stays true when the job is finished.
    var isClosed = false
    var schedule: Schedule

    var isPending: Bool { state == .pending }

    var isFinished: Bool {
        if case .finished = state { return true }
        return false
    }
}

extension MemoryStore: LeaderCollectionStore {
    /// Creates a collection job, finds it, or starts it anew.
    public func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], interval: Interval, now: UInt64
    ) async throws -> CollectionJobCreation {
        let ofTask = collectionJobs.filter { $0.value.taskID == task }
        let existing = ofTask.first { $0.value.request == request }
        if let existing, existing.value.isPending || existing.value.isFinished {
            return .job(existing.value.id, existing.value.state)
        }
        if ofTask.values.contains(where: { $0.isFinished && $0.interval.overlaps(interval) }) { return .overlap }
        guard ofTask.values.count(where: \.isPending) < LeaderLimits.unfinishedCollectionJobs else { return .tooMany }
        let id = existing?.value.id ?? candidateID
        collectionJobs[existing?.key ?? nextJob()] = CollectionJob(
            taskID: task, id: id, request: request, interval: interval, schedule: Schedule(dueAt: now))
        return .job(id, .pending)
    }

    /// The state of a job.
    public func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        collectionJobs.values.first { $0.taskID == task && $0.id == id }?.state
    }

    /// Leases the unfinished job that has been due longest.
    public func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        let due = collectionJobs.filter { $0.value.isPending && $0.value.schedule.isDue(now) }
        guard let (number, job) = due.min(by: { ($0.value.schedule.dueAt, $0.key) < ($1.value.schedule.dueAt, $1.key) })
        else { return nil }
        let lease = collectionJobs[number]?.schedule.lease(job: number, token: nextToken(), end: leaseEnd)
        return lease.map { lease in
            CollectionJobWork(
                lease: lease, taskID: job.taskID, request: job.request, interval: job.interval, isClosed: job.isClosed)
        }
    }

    /// How far the reports of an interval have come.
    public func batchProgress(task: TaskID, interval: Interval) async throws -> BatchProgress {
        BatchProgress(
            aggregated: leaderTasks[task]?.buckets.within(interval).map(\.reportCount).reduce(0, +) ?? 0,
            pending: UInt64(pendingReports(task, interval)))
    }

    /// Closes the job's interval.
    public func closeBatch(_ lease: JobLease) async throws -> BatchClosing {
        guard let job = leased(lease) else { return .leaseLost }
        let others = collectionJobs.filter { number, other in
            number != lease.job && other.taskID == job.taskID && other.interval.overlaps(job.interval)
        }
        if others.values.contains(where: \.isFinished) { return .collectedByAnother }
        if others.values.contains(where: \.isClosed) { return .closedByAnother }
        collectionJobs[lease.job]?.isClosed = true
        return .closed
    }

    /// The non-empty buckets within an interval.
    public func buckets(task: TaskID, interval: Interval) async throws -> [BatchBucket] {
        leaderTasks[task]?.buckets.within(interval) ?? []
    }

    /// Finishes a job *if its batch is closed and drained*.
    public func finishCollectionJob(
        _ lease: JobLease, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> Bool {
        guard let job = leased(lease), job.isClosed, pendingReports(job.taskID, job.interval) == 0 else { return false }
        let response = try answer(leaderTasks[job.taskID]?.buckets.within(job.interval) ?? [])
        collectionJobs[lease.job]?.state = .finished(response)
        collectionJobs[lease.job]?.schedule.release(dueAt: job.schedule.dueAt)
        return true
    }

    /// Fails a job and opens its batch again.
    public func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        guard let job = leased(lease) else { return }
        collectionJobs[lease.job]?.state = .failed(problem)
        collectionJobs[lease.job]?.isClosed = false
        collectionJobs[lease.job]?.schedule.release(dueAt: job.schedule.dueAt)
    }

    /// Ends the lease.
    public func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64) async throws {
        guard leased(lease) != nil else { return }
        collectionJobs[lease.job]?.schedule.release(dueAt: dueAt)
    }

    private func leased(_ lease: JobLease) -> CollectionJob? {
        collectionJobs[lease.job].flatMap { $0.schedule.token == lease.token ? $0 : nil }
    }

    private func pendingReports(_ task: TaskID, _ interval: Interval) -> Int {
        let reports = leaderTasks[task]?.reports ?? []
        return reports.count { $0.uploaded != nil && interval.contains($0.metadata.time) }
    }
}
