public import DAPMessages

/// The leader's collection jobs (DAP §4.6). An interval is *closed* from `closeBatch` on until its job fails, and
/// *collected* for ever once its job is finished; closed and collected intervals of a task never overlap.
public protocol LeaderCollectionStore: Sendable {
    /// Creates a collection job, or finds the one that the same request bytes created.
    ///
    /// A failed job that is asked for again starts anew under the same ID.
    /// - Parameter candidateID: the ID when a job is created.
    func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], interval: Interval, now: UInt64
    ) async throws -> CollectionJobCreation

    /// The state of a job, or nil when there is none of that ID in the task.
    func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState?

    /// Leases the unfinished job that has been due longest.
    func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork?

    /// How far the reports of an interval have come.
    func batchProgress(task: TaskID, interval: Interval) async throws -> BatchProgress

    /// Closes the job's interval: from now on `insertReports` refuses reports for it. Repeating it does no harm.
    ///
    /// - Returns: anything but `closed` means that nothing changed.
    func closeBatch(_ lease: JobLease) async throws -> BatchClosing

    /// The non-empty buckets within an interval, in order of time.
    func buckets(task: TaskID, interval: Interval) async throws -> [BatchBucket]

    /// Finishes a job *if its batch is closed and drained*: reads the buckets, stores the answer made from them and marks
    /// the interval collected, all in one transaction. `answer` may be run more than once; only its last result is kept.
    ///
    /// - Returns: false when the lease was lost or something is still to be aggregated; then nothing changed.
    func finishCollectionJob(
        _ lease: JobLease, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> Bool

    /// Fails a job with a problem and opens its batch again. Nothing happens when the lease was lost.
    func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws

    /// Ends the lease; the job is due again at `dueAt`. Nothing happens when the lease was lost.
    func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64) async throws
}

/// What a request for a collection job led to.
public enum CollectionJobCreation: Sendable, Equatable {
    /// The job with that ID now exists, or existed.
    case job(CollectionJobID, CollectionJobState)
    /// A part of the interval has been collected by another job.
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
    /// The queried interval.
    public let interval: Interval
    /// Whether the interval is closed on behalf of this job.
    public let isClosed: Bool

    /// A job with its request.
    public init(lease: JobLease, taskID: TaskID, request: [UInt8], interval: Interval, isClosed: Bool) {
        self.lease = lease
        self.taskID = taskID
        self.request = request
        self.interval = interval
        self.isClosed = isClosed
    }
}

/// What became of closing a batch.
public enum BatchClosing: Sendable, Equatable {
    /// It is closed on behalf of this job.
    case closed
    /// Another unfinished job has closed a part of it.
    case closedByAnother
    /// Another job has collected a part of it: this one can never succeed.
    case collectedByAnother
    /// The lease was lost.
    case leaseLost
}

/// How far the reports of an interval have come.
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
