public import DAPMessages

/// What a helper keeps. Every method is one transaction, durable when it returns, and safe to call concurrently.
///
/// A method that throws may or may not have taken effect; repeating it does no harm.
public protocol HelperStore: HelperAggregationStore, HelperCollectionStore, DeferredRequestStore, PrivacyStore {}

/// The helper's aggregation jobs (DAP §4.5).
public protocol HelperAggregationStore: Sendable {
    /// How far an aggregation job has come, or nil when there is none of that ID.
    func aggregationJob(task: TaskID, id: AggregationJobID) async throws -> HelperAnswer?

    /// Looks up, without promise, which reports could not be committed. Only `commitAggregationJob` decides.
    ///
    /// - Parameter batchID: the job's batch in a leader-selected task; nil in a time-interval task.
    /// - Returns: per report nil, `report_replayed`, `batch_collected`, or `report_dropped` when its unit of time has
    ///   expired (`GarbageStore`).
    func commitErrors(task: TaskID, batchID: BatchID?, reports: [ReportMetadata]) async throws -> [ReportError?]

    /// Commits a whole job *if every one of its reports can be committed*: report IDs for replay checks, additions to
    /// buckets, and the response, all in one transaction, or nothing. A deferred request for the job is done by it.
    func commitAggregationJob(_ job: HelperAggregationCommit, merge: AggregateShareMerge) async throws
        -> HelperAggregationOutcome

    /// Forgets a job's response *unless it has committed reports*, or its deferred request (DAP §4.5.5). A response with
    /// committed reports stays until they have expired (`GarbageStore`): a deletion may arrive after the job's request
    /// came again, and without the response the leader would hear that its reports are replayed.
    ///
    /// - Returns: false when there is no such job.
    func deleteAggregationJob(task: TaskID, id: AggregationJobID) async throws -> Bool
}

/// The helper's aggregate shares (DAP §4.6.4).
public protocol HelperCollectionStore: Sendable {
    /// How far an aggregate share has come, or nil when there is none of that ID.
    func aggregateShare(task: TaskID, id: AggregateShareID) async throws -> HelperAnswer?

    /// Collects a batch *unless a part of it was collected or has expired*: reads its buckets and the account, stores the
    /// answer made from them and its debit, marks the batch collected and erases the sums that it was made from, all in
    /// one transaction. `answer` may be run more than once; only its last result is kept; when it throws, nothing changes.
    /// A deferred request for the share is done by it.
    ///
    /// - Parameters:
    ///   - lease: of the deferred request that is being answered, if one is.
    ///   - account: which account pays; without one the statement is empty.
    func collectBatch(
        task: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?, account: PrivacyAccount?,
        answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome

    /// Forgets an aggregate share's response, or its deferred request. Its batch stays collected (DAP §4.6.5).
    ///
    /// - Returns: false when there is no such aggregate share, or its response has been deleted already.
    func deleteAggregateShare(task: TaskID, id: AggregateShareID) async throws -> Bool
}

/// The requests that a helper answers later (DAP §3.1).
public protocol DeferredRequestStore: Sendable {
    /// Keeps a request to be answered later *unless its resource exists*. A failed one starts anew.
    ///
    /// - Returns: how far the resource has come, `pending` when it was new; nil when the task has
    ///   `HelperLimits.deferredRequests` unanswered ones already.
    func deferRequest(_ request: DeferredRequest, now: UInt64) async throws -> HelperAnswer?

    /// Leases the unanswered request that has been due longest, so that nobody else works on it before the lease ends.
    func leaseDeferredRequest(now: UInt64, leaseEnd: UInt64) async throws -> DeferredWork?

    /// Keeps a problem as the answer; asking for the resource again by the same bytes starts anew.
    /// Nothing happens when the lease was lost.
    func failDeferredRequest(_ lease: JobLease, problem: StoredProblem) async throws

    /// Ends the lease; the request is due again at `dueAt`. Nothing happens when the lease was lost.
    func releaseDeferredRequest(_ lease: JobLease, dueAt: UInt64) async throws
}

/// The helper's named limits.
public enum HelperLimits {
    /// Unanswered deferred requests of one task.
    public static let deferredRequests = 1000
}

/// How far a request to the helper has come.
public enum HelperAnswer: Sendable, Equatable {
    /// Not yet answered.
    case pending
    /// Answered: the encoded representation.
    case answered([UInt8])
    /// Failed. Only aggregate shares fail after they were deferred.
    case failed(StoredProblem)
}

/// A resource of the helper's that a request creates.
public enum HelperResource: Hashable, Sendable {
    /// An aggregation job.
    case aggregationJob(AggregationJobID)
    /// An aggregate share.
    case aggregateShare(AggregateShareID)
}

/// A request that is answered later.
public struct DeferredRequest: Sendable, Equatable {
    /// Its task.
    public let taskID: TaskID
    /// What it creates; the ID follows from the body.
    public let resource: HelperResource
    /// The request's body, never empty.
    public let body: [UInt8]

    /// A request for a resource.
    public init(taskID: TaskID, resource: HelperResource, body: [UInt8]) {
        self.taskID = taskID
        self.resource = resource
        self.body = body
    }
}

/// A deferred request to work on.
public struct DeferredWork: Sendable {
    /// The lease.
    public let lease: JobLease
    /// The request.
    public let request: DeferredRequest

    /// A request under a lease.
    public init(lease: JobLease, request: DeferredRequest) {
        self.lease = lease
        self.request = request
    }
}

/// A job for a helper to commit.
public struct HelperAggregationCommit: Sendable {
    /// Its task.
    public let taskID: TaskID
    /// Its ID, which follows from the request.
    public let id: AggregationJobID
    /// The batch it belongs to in a leader-selected task; nil in a time-interval task.
    public let batchID: BatchID?
    /// The lease of the deferred request that is being answered, if one is: without it nothing is committed.
    public let lease: JobLease?
    /// The time of the last report of the request, rejected ones included: until it has expired the response is kept.
    public let lastTime: Time
    /// The reports whose output shares are in `additions`.
    public let committed: [ReportMetadata]
    /// What is added to the buckets.
    public let additions: [BatchBucket]
    /// The encoded response for all of the job's reports.
    public let response: [UInt8]

    /// A job with its outcome.
    ///
    /// - Parameter lastTime: when it is nil, that of the last committed report.
    public init(
        taskID: TaskID, id: AggregationJobID, batchID: BatchID? = nil, lease: JobLease? = nil, lastTime: Time? = nil,
        committed: [ReportMetadata], additions: [BatchBucket], response: [UInt8]
    ) {
        self.taskID = taskID
        self.id = id
        self.batchID = batchID
        self.lease = lease
        self.lastTime = lastTime ?? committed.map(\.time).max() ?? Time(0)
        self.committed = committed
        self.additions = additions
        self.response = response
    }
}

/// What committing a job led to.
public enum HelperAggregationOutcome: Sendable, Equatable {
    /// It is committed.
    case committed
    /// The same request was committed before; this is its response.
    case existing([UInt8])
    /// These reports cannot be committed (any more); nothing changed.
    case conflicts([ReportID: ReportError])
    /// The lease was lost, or the leader has deleted the job; nothing changed.
    case abandoned
}

/// What collecting a batch led to.
public enum HelperCollectionOutcome: Sendable, Equatable {
    /// It is collected; this is the answer.
    case collected([UInt8])
    /// The same request was answered before; this is its answer.
    case existing([UInt8])
    /// A part of the batch was collected by another request, or by one whose answer was deleted; nothing changed.
    case overlap
    /// A part of the interval has expired (`GarbageStore`); nothing changed.
    case expired
    /// The lease was lost, or the leader has deleted the aggregate share; nothing changed.
    case abandoned
}
