public import DAPMessages

/// What a helper keeps. Every method is one transaction, durable when it returns, and safe to call concurrently.
///
/// A method that throws may or may not have taken effect; repeating it does no harm.
public protocol HelperStore: Sendable {
    /// The stored response to an aggregation job request, or nil when there is no such job.
    func aggregationJobResponse(task: TaskID, id: AggregationJobID) async throws -> [UInt8]?

    /// Looks up, without promise, which reports could not be committed. Only `commitAggregationJob` decides.
    ///
    /// - Returns: per report nil, `report_replayed` or `batch_collected`.
    func commitErrors(task: TaskID, reports: [ReportMetadata]) async throws -> [ReportError?]

    /// Commits a whole job *if every one of its reports can be committed*: report IDs for replay checks, additions to
    /// buckets, and the response, all in one transaction, or nothing.
    func commitAggregationJob(_ job: HelperAggregationCommit, merge: AggregateShareMerge) async throws
        -> HelperAggregationOutcome

    /// The stored response to an aggregate share request, or nil when there is none of that ID.
    func aggregateShareResponse(task: TaskID, id: AggregateShareID) async throws -> [UInt8]?

    /// Collects a batch *unless a part of it was collected*: reads its buckets, stores the answer made from them and
    /// marks the interval collected, all in one transaction. `answer` may be run more than once; only its last result is
    /// kept; when it throws, nothing changes.
    func collectBatch(
        task: TaskID, id: AggregateShareID, interval: Interval, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> HelperCollectionOutcome
}

/// A job for a helper to commit.
public struct HelperAggregationCommit: Sendable {
    /// Its task.
    public let taskID: TaskID
    /// Its ID, which follows from the request.
    public let id: AggregationJobID
    /// The reports whose output shares are in `additions`.
    public let committed: [ReportMetadata]
    /// What is added to the buckets.
    public let additions: [BatchBucket]
    /// The encoded response for all of the job's reports.
    public let response: [UInt8]

    /// A job with its outcome.
    public init(
        taskID: TaskID, id: AggregationJobID, committed: [ReportMetadata], additions: [BatchBucket], response: [UInt8]
    ) {
        self.taskID = taskID
        self.id = id
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
}

/// What collecting a batch led to.
public enum HelperCollectionOutcome: Sendable, Equatable {
    /// It is collected; this is the answer.
    case collected([UInt8])
    /// The same request was answered before; this is its answer.
    case existing([UInt8])
    /// A part of the interval was collected by another request; nothing changed.
    case overlap
}
