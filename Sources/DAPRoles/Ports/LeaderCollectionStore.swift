public import DAPMessages
public import DifferentialPrivacy

/// The leader's collection jobs (DAP §4.6). A batch is *closed* on behalf of a job from `closeBatch` on until the job
/// fails or lets it go, and *collected* for ever once the job is finished. Of a time-interval task's batches those that
/// are closed or collected never overlap; a leader-selected batch belongs to one job at most.
public protocol LeaderCollectionStore: Sendable {
    /// Creates a collection job, or finds the one that the same request bytes created and nobody deleted.
    ///
    /// A failed job that is asked for again starts anew under the same ID.
    /// - Parameter candidateID: the ID when a job is created, fresh for each call.
    func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], query: Query, now: UInt64
    ) async throws -> CollectionJobCreation

    /// The state of a job, or nil when there is none of that ID in the task.
    func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState?

    /// Forgets a job: an unfinished one is abandoned; of a finished one the answer goes, and the batch stays collected
    /// (DAP §4.6.3). The same request bytes then make a new job.
    ///
    /// The helper may have collected a batch that is closed. So an unfinished time-interval job with a closed batch goes on
    /// to its end, where the same bytes find it; a leader-selected batch takes no more reports, and `closeBatch` gives it
    /// out whatever the choice.
    ///
    /// - Returns: false when there is no such job.
    func deleteCollectionJob(task: TaskID, id: CollectionJobID) async throws -> Bool

    /// Leases the unfinished job that has been due longest.
    func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork?

    /// How far the reports of a batch have come.
    func batchProgress(task: TaskID, batch: BatchSelector) async throws -> BatchProgress

    /// Closes a batch for the job. Of a time-interval task it is the queried interval: from now on `insertReports`
    /// refuses reports for it. Of a leader-selected task it is one that meets the choice: from now on no report is
    /// put into it. Repeating it does no harm.
    ///
    /// Of several leader-selected batches it is the one that the fewest jobs have failed with, and then the oldest.
    /// - Parameter choice: for a leader-selected task; ignored otherwise.
    /// - Returns: anything but `closed` means that nothing changed.
    func closeBatch(_ lease: JobLease, choice: BatchChoice) async throws -> BatchClosing

    /// The non-empty buckets of a batch, in order of time.
    func buckets(task: TaskID, batch: BatchSelector) async throws -> [BatchBucket]

    /// Reads the batch that is closed for a job and reserves what its release costs *if the account covers it*, in one
    /// transaction: from here on the reservation counts as spent for every other release. It ends with the job, or
    /// when the batch is opened again. Repeating it replaces the job's reservation, which the statement leaves out.
    ///
    /// `reserve` may be run more than once; only its last result is kept; when it throws, nothing changes.
    /// - Returns: the buckets, in order of time; nil when the lease was lost or no batch is closed.
    func reserveRelease(
        _ lease: JobLease, account: PrivacyAccount, reserve: @Sendable (ReleasableBatch) throws -> PrivacyDebit
    ) async throws -> [BatchBucket]?

    /// Finishes a job *if its batch is closed and drained*: reads the buckets and the account, stores the answer made from
    /// them, keeps its debit in place of the job's reservation, marks the batch collected and erases the sums that it was
    /// made from, all in one transaction. `answer` may be run more than once; only its last result is kept.
    ///
    /// - Parameter account: which account pays; the statement leaves out the job's own reservation.
    /// - Returns: false when the lease was lost or something is still to be aggregated; then nothing changed.
    func finishCollectionJob(
        _ lease: JobLease, account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> Bool

    /// Fails a job with a problem, opens its batch again and ends its reservation. Nothing happens when the lease was
    /// lost.
    func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws

    /// Opens the batch of a leader-selected job again, which the helper has not been asked for: it takes reports again.
    /// The job stays, without a location, and takes another batch later. Nothing happens in a time-interval task.
    /// Nothing happens when the lease was lost.
    func reopenBatch(_ lease: JobLease) async throws

    /// Ends the lease; the job is due again at `dueAt`. Nothing happens when the lease was lost.
    ///
    /// - Parameter location: where the helper is working on the aggregate share; nil when it has to be asked for.
    func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws
}

/// Which leader-selected batches may be collected.
public struct BatchChoice: Sendable, Equatable {
    /// A batch with so many reports, aggregated or pending, is full.
    public let targetSize: UInt64
    /// One that is not full needs at least so many …
    public let minimumSize: UInt64
    /// … and to have been opened at this time or before, in POSIX seconds.
    public let openedBefore: UInt64

    /// A choice.
    public init(targetSize: UInt64, minimumSize: UInt64, openedBefore: UInt64) {
        self.targetSize = targetSize
        self.minimumSize = minimumSize
        self.openedBefore = openedBefore
    }
}

/// What a request for a collection job led to.
public enum CollectionJobCreation: Sendable, Equatable {
    /// The job with that ID now exists, or existed.
    case job(CollectionJobID, CollectionJobState)
    /// A part of the queried interval has been collected by another job.
    case overlap
    /// The task has `LeaderLimits.unfinishedCollectionJobs` unfinished jobs already.
    case tooMany
}

/// Where a collection job stands.
public enum CollectionJobState: Sendable, Equatable {
    /// Not yet answered.
    case pending
    /// Answered: an encoded `CollectionJobResp`.
    case finished([UInt8])
    /// Failed.
    case failed(StoredProblem)
}

/// A problem document to be given out later: its `type` URI and `detail`.
public struct StoredProblem: Sendable, Equatable {
    /// The type URI, DAP's or another.
    public let type: String
    /// A plain sentence.
    public let detail: String

    /// A problem.
    public init(type: String, detail: String) {
        self.type = type
        self.detail = detail
    }
}

/// A collection job to work on.
public struct CollectionJobWork: Sendable {
    /// The lease.
    public let lease: JobLease
    /// The job's task.
    public let taskID: TaskID
    /// The encoded `CollectionJobReq`.
    public let request: [UInt8]
    /// Its query.
    public let query: Query
    /// The batch that is closed on behalf of this job, if one is.
    public let batch: BatchSelector?
    /// Where the helper is working on the aggregate share, if it said so.
    public let location: String?

    /// A job with its request.
    public init(
        lease: JobLease, taskID: TaskID, request: [UInt8], query: Query, batch: BatchSelector?, location: String? = nil
    ) {
        self.lease = lease
        self.taskID = taskID
        self.request = request
        self.query = query
        self.batch = batch
        self.location = location
    }
}

/// What became of closing a batch.
public enum BatchClosing: Sendable, Equatable {
    /// This batch is closed on behalf of the job.
    case closed(BatchSelector)
    /// No leader-selected batch meets the choice yet.
    case noBatch
    /// Another unfinished job has closed a part of it.
    case closedByAnother
    /// Another job has collected a part of it: this one can never succeed.
    case collectedByAnother
    /// A part of it has expired (`GarbageStore`): this job can never succeed.
    case expired
    /// The lease was lost.
    case leaseLost
}

/// How far the reports of a batch have come.
public struct BatchProgress: Sendable, Equatable {
    /// Reports in buckets.
    public let aggregated: UInt64
    /// Reports waiting for a job or in an unfinished one.
    public let pending: UInt64

    /// The two numbers.
    public init(aggregated: UInt64, pending: UInt64) {
        self.aggregated = aggregated
        self.pending = pending
    }
}
