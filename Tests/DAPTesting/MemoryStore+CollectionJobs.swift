public import DAPMessages
public import DAPRoles
public import DifferentialPrivacy

/// A leader's collection job.
struct CollectionJob {
    let taskID: TaskID
    let id: CollectionJobID
    let request: [UInt8]
    let query: Query
    var state = CollectionJobState.pending
    /// The batch that is closed on behalf of this job. A job that is finished or failed has none.
    var batch: BatchSelector?
    /// The batch that this job has collected.
    var collected: BatchSelector?
    /// What its release costs, set aside.
    var reservation: PrivacyDebit?
    var location: String?
    var schedule: Schedule

    init(taskID: TaskID, id: CollectionJobID, request: [UInt8], query: Query, dueAt: UInt64) {
        self.taskID = taskID
        self.id = id
        self.request = request
        self.query = query
        schedule = Schedule(dueAt: dueAt)
    }

    var isPending: Bool { state == .pending }

    var isFailed: Bool {
        if case .failed = state { return true }
        return false
    }

    mutating func end(_ state: CollectionJobState) {
        self.state = state
        batch = nil
        reservation = nil
        schedule.release(dueAt: schedule.dueAt)
    }
}

extension MemoryStore: LeaderCollectionStore {
    /// Creates a collection job, finds it, or starts it anew.
    public func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], query: Query, now: UInt64
    ) async throws -> CollectionJobCreation {
        let ofTask = collectionJobs.filter { $0.value.taskID == task }
        let existing = ofTask.first { $0.value.request == request }
        if let existing, !existing.value.isFailed { return .job(existing.value.id, existing.value.state) }
        if let batch = query.batch, isPartlyCollected(batch, task: task) { return .overlap }
        guard ofTask.values.count(where: \.isPending) < LeaderLimits.unfinishedCollectionJobs else { return .tooMany }
        let id = existing?.value.id ?? candidateID
        collectionJobs[existing?.key ?? nextJob()] = CollectionJob(
            taskID: task, id: id, request: request, query: query, dueAt: now)
        return .job(id, .pending)
    }

    /// The state of a job.
    public func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        collectionJobs.values.first { $0.taskID == task && $0.id == id }?.state
    }

    /// Forgets a job. What it has collected is on record with the task.
    public func deleteCollectionJob(task: TaskID, id: CollectionJobID) async throws -> Bool {
        guard let number = collectionJobs.first(where: { $0.value.taskID == task && $0.value.id == id })?.key else {
            return false
        }
        if let job = collectionJobs[number], let batch = job.batch {
            // The helper may have collected it: the job goes on to its end.
            guard job.query == .leaderSelected else { return true }
            change(batch, task: task) { $0.isSealed = true }
        }
        collectionJobs[number] = nil
        return true
    }

    /// Leases the unfinished job that has been due longest.
    public func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        let due = collectionJobs.filter { $0.value.isPending && $0.value.schedule.isDue(now) }
        guard let (number, job) = due.min(by: { ($0.value.schedule.dueAt, $0.key) < ($1.value.schedule.dueAt, $1.key) })
        else { return nil }
        let lease = collectionJobs[number]?.schedule.lease(job: number, token: nextToken(), end: leaseEnd)
        return lease.map { lease in
            CollectionJobWork(
                lease: lease, taskID: job.taskID, request: job.request, query: job.query, batch: job.batch,
                location: job.location)
        }
    }

    /// How far the reports of a batch have come.
    public func batchProgress(task: TaskID, batch: BatchSelector) async throws -> BatchProgress {
        progress(of: batch, task: task)
    }

    /// Closes a batch for the job.
    public func closeBatch(_ lease: JobLease, choice: BatchChoice) async throws -> BatchClosing {
        guard let job = leased(lease) else { return .leaseLost }
        if let batch = job.batch { return .closed(batch) }
        guard let batch = job.query.batch ?? chooseBatch(of: job.taskID, choice) else { return .noBatch }
        if isPartlyCollected(batch, task: job.taskID) { return .collectedByAnother }
        if let start = batch.start, isForgotten(start, task: job.taskID) { return .expired }
        if closedBatches(of: job.taskID).contains(where: { $0.overlaps(batch) }) { return .closedByAnother }
        collectionJobs[lease.job]?.batch = batch
        releases.count(.leader, job.taskID)
        return .closed(batch)
    }

    /// The non-empty buckets of a batch.
    public func buckets(task: TaskID, batch: BatchSelector) async throws -> [BatchBucket] {
        leaderTasks[task]?.buckets.within(batch) ?? []
    }

    /// Reserves what a job's release costs.
    public func reserveRelease(
        _ lease: JobLease, account: PrivacyAccount, reserve: @Sendable (ReleasableBatch) throws -> PrivacyDebit
    ) async throws -> [BatchBucket]? {
        guard let job = leased(lease), let batch = job.batch else { return nil }
        let content = content(of: batch, lease, task: job.taskID, account)
        collectionJobs[lease.job]?.reservation = try reserve(content)
        return content.buckets
    }

    /// Finishes a job *if its batch is closed and drained*.
    public func finishCollectionJob(
        _ lease: JobLease, account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> Bool {
        guard let job = leased(lease), let batch = job.batch, progress(of: batch, task: job.taskID).pending == 0 else {
            return false
        }
        let release = try answer(content(of: batch, lease, task: job.taskID, account))
        leaderTasks[job.taskID, default: LeaderTask()].collected.append(batch)
        leaderTasks[job.taskID]?.buckets.eraseShares(of: batch)
        collectionJobs[lease.job]?.end(.finished(release.response))
        collectionJobs[lease.job]?.collected = batch
        if let debit = release.debit { debits.append(debit) }
        return true
    }

    /// Fails a job and opens its batch again.
    public func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        guard let job = leased(lease) else { return }
        if let batch = job.batch { change(batch, task: job.taskID) { $0.failures += 1 } }
        collectionJobs[lease.job]?.end(.failed(problem))
    }

    /// Opens a leader-selected batch again. What the helper is working on is of that batch, so its location goes too.
    public func reopenBatch(_ lease: JobLease) async throws {
        guard let job = leased(lease), job.query == .leaderSelected else { return }
        if let batch = job.batch { change(batch, task: job.taskID) { $0.isSealed = false } }
        collectionJobs[lease.job]?.batch = nil
        collectionJobs[lease.job]?.location = nil
        collectionJobs[lease.job]?.reservation = nil
    }

    /// Ends the lease.
    public func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        guard leased(lease) != nil else { return }
        collectionJobs[lease.job]?.location = location
        collectionJobs[lease.job]?.schedule.release(dueAt: dueAt)
    }

    /// What is in a job's batch, and what an account says about its release.
    private func content(
        of batch: BatchSelector, _ lease: JobLease, task: TaskID, _ account: PrivacyAccount?
    ) -> ReleasableBatch {
        let buckets = leaderTasks[task]?.buckets.within(batch) ?? []
        return ReleasableBatch(buckets: buckets, statement: statement(account, of: buckets, without: lease.job))
    }

    private func leased(_ lease: JobLease) -> CollectionJob? {
        collectionJobs[lease.job].flatMap { $0.schedule.token == lease.token ? $0 : nil }
    }

    private func isPartlyCollected(_ batch: BatchSelector, task: TaskID) -> Bool {
        leaderTasks[task]?.collected.contains { $0.overlaps(batch) } ?? false
    }
}

extension Query {
    /// The batch that it names; nil when the leader selects one.
    fileprivate var batch: BatchSelector? {
        guard case .timeInterval(let config) = self else { return nil }
        return .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: config.batchInterval))
    }
}
