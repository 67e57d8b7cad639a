public import DAPMessages

/// What a leader keeps. Every method is one transaction, durable when it returns, and safe to call
/// concurrently from any number of processes that share the store.
///
/// A method that throws may or may not have taken effect (a commit can fail to report that it
/// succeeded); callers repeat it, and every method is written so that a repetition does no harm.
public protocol LeaderStore: LeaderReportStore, LeaderAggregationStore, LeaderCollectionStore, GarbageStore,
    PrivacyStore
{}

/// The leader's uploaded reports.
public protocol LeaderReportStore: Sendable {
    /// Stores each report *if unseen, its batch is open and its unit of time has not expired*, all in one transaction.
    ///
    /// - Parameter reports: at most `LeaderLimits.uploadBatch`, of any tasks, perhaps with repetitions.
    /// - Returns: one outcome per report, in order.
    func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion]
}

/// A report that passed the checks at upload.
public struct UploadedReport: Sendable, Equatable {
    /// Its task.
    public let taskID: TaskID
    /// Its ID, time and public extensions.
    public let metadata: ReportMetadata
    /// The encoded public share.
    public let publicShare: [UInt8]
    /// The leader's encoded input share, already decrypted.
    public let leaderInputShare: StoredSecret
    /// The helper's envelope, as it came.
    public let helperEncryptedInputShare: HpkeCiphertext

    /// A report with its parts.
    public init(
        taskID: TaskID, metadata: ReportMetadata, publicShare: [UInt8], leaderInputShare: StoredSecret,
        helperEncryptedInputShare: HpkeCiphertext
    ) {
        self.taskID = taskID
        self.metadata = metadata
        self.publicShare = publicShare
        self.leaderInputShare = leaderInputShare
        self.helperEncryptedInputShare = helperEncryptedInputShare
    }
}

/// What became of a report that was to be stored.
public enum ReportInsertion: Sendable, Equatable {
    /// It is stored and will be aggregated or rejected.
    case inserted
    /// Its ID was seen before in the task.
    case replayed
    /// Its batch has been collected or is being collected.
    case batchClosed
    /// Its unit of time has expired (`GarbageStore`).
    case expired
}

/// The leader's aggregation jobs (DAP §4.5).
public protocol LeaderAggregationStore: Sendable {
    /// Puts unaggregated reports of a task into new jobs.
    ///
    /// Reports go oldest first, and each is in at most one job. A report that was in `n` jobs that the helper
    /// refused as a whole goes into jobs of at most `maximumSize >> (3·n)`, at least 1, reports, so that
    /// a culprit ends up alone. Jobs are created while at least `minimumSize` reports of equal `n` are waiting,
    /// or while one of them was uploaded at or before `uploadedBefore`, or while one belongs to a closed batch.
    /// Reports that rest take part again when their rest is over.
    ///
    /// With a `filling` each job belongs to one batch (DAP §5.2): the task's oldest open one with room, or a new one. It
    /// has room for `targetSize` reports less those that are aggregated in it or in unfinished jobs of it, and a job
    /// takes no more than there is room for. Jobs are also created while so many reports are waiting that
    /// one fills its batch.
    ///
    /// - Returns: how many jobs were created, at most `LeaderLimits.jobsPerCreation`.
    func createAggregationJobs(
        task: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, filling: BatchFilling?, now: UInt64
    ) async throws -> Int

    /// Leases the open job that has been due longest, so that nobody else works on it before the lease ends.
    ///
    /// - Parameters:
    ///   - now: POSIX seconds; jobs due later and jobs under a lease that ends later are left alone.
    ///   - leaseEnd: POSIX seconds.
    func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork?

    /// Fixes the job's report list before its first request: takes out those that the leader itself rejects, for good.
    ///
    /// A job without remaining reports is finished by it.
    /// - Returns: false when the lease was lost; then nothing changed.
    func prepareAggregationJob(_ lease: JobLease, rejected: [ReportID: ReportError]) async throws -> Bool

    /// Finishes a job: adds output shares to their buckets *unless collected or expired*, records rejections, erases all
    /// of its reports' shares; the reports' IDs stay for replay checks.
    ///
    /// When reports are rejected as `batch_collected`, the helper has collected the job's leader-selected batch: it takes
    /// no more reports, and `closeBatch` gives it out whatever the choice.
    ///
    /// - Parameter returned: reports that were too early: each rests, for the `n`th time 2ⁿ seconds but at most
    ///   `LeaderLimits.longestRest`, and goes into a later job; at the `LeaderLimits.rests + 1`st time it is rejected
    ///   with `report_too_early`. A resting report still counts as pending.
    /// - Returns: false when the lease was lost; then nothing changed.
    func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        now: UInt64, merge: AggregateShareMerge
    ) async throws -> Bool

    /// Ends the lease; the job is due again at `dueAt`. Nothing happens when the lease was lost.
    ///
    /// - Parameter location: where the helper is working on the job; nil when the request has to be sent.
    func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws

    /// Takes a job apart that the helper definitely refused as a whole (nothing of it was aggregated there): its
    /// reports go back with one more refusal and rest, after the `n`th 60 · 8ⁿ⁻¹ seconds
    /// (`LeaderLimits.firstRestAfterRefusal`) but at most `LeaderLimits.longestRestAfterRefusal`. One that was refused
    /// alone, and has rested `LeaderLimits.restsAfterRefusals` times, is rejected with `report_dropped`.
    ///
    /// - Parameter now: POSIX seconds from which the reports rest.
    /// - Returns: false when the lease was lost; then nothing changed.
    func dissolveAggregationJob(_ lease: JobLease, now: UInt64) async throws -> Bool
}

/// The right to work on a job until the lease ends.
public struct JobLease: Sendable, Hashable {
    /// The store's number for the job.
    public let job: Int64
    /// Unique to this lease; a later lease of the same job has another.
    public let token: Int64
    /// Leases taken so far, this one included.
    public let attempt: Int

    /// A lease.
    public init(job: Int64, token: Int64, attempt: Int) {
        self.job = job
        self.token = token
        self.attempt = attempt
    }
}

/// An aggregation job to work on. Its ordered report list is its whole state: the leader's messages follow from it.
public struct AggregationJobWork: Sendable {
    /// The lease.
    public let lease: JobLease
    /// The job's task.
    public let taskID: TaskID
    /// The batch that the job belongs to in a leader-selected task; nil in a time-interval task.
    public let batchID: BatchID?
    /// Whether `prepareAggregationJob` has fixed the list: its request may have been sent.
    public let isPrepared: Bool
    /// Where the helper is working on the job, if it said so.
    public let location: String?
    /// POSIX seconds at which the job was created.
    public let createdAt: UInt64
    /// The reports, in the job's order.
    public let reports: [UploadedReport]

    /// A job with its reports.
    public init(
        lease: JobLease, taskID: TaskID, batchID: BatchID? = nil, isPrepared: Bool, location: String? = nil,
        createdAt: UInt64, reports: [UploadedReport]
    ) {
        self.lease = lease
        self.taskID = taskID
        self.batchID = batchID
        self.isPrepared = isPrepared
        self.location = location
        self.createdAt = createdAt
        self.reports = reports
    }
}

/// How a leader-selected task's batches are filled.
public struct BatchFilling: Sendable {
    /// How many reports a batch is filled to.
    public let targetSize: Int
    /// A batch whose last aggregated report is from before takes no more: the helper may be about to forget it.
    public let freshSince: Time
    /// Gives the ID of a new batch, fresh each time.
    public let newBatchID: @Sendable () -> BatchID

    /// A way of filling batches.
    public init(
        targetSize: Int, freshSince: Time = Time(0), newBatchID: @escaping @Sendable () -> BatchID
    ) {
        self.targetSize = targetSize
        self.freshSince = freshSince
        self.newBatchID = newBatchID
    }
}
