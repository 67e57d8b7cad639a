public import DAPMessages
public import DAPRoles
import Synchronization

/// One method of the stores' ports.
public enum StoreCall: String, Sendable, CaseIterable {
    // The leader's reports and aggregation jobs.
    case insertReports, createAggregationJobs, leaseAggregationJob, prepareAggregationJob, finishAggregationJob
    case releaseAggregationJob, dissolveAggregationJob
    // The leader's collection jobs.
    case createCollectionJob, collectionJob, leaseCollectionJob, batchProgress, closeBatch, buckets, finishCollectionJob
    case failCollectionJob, releaseCollectionJob
    // The helper.
    case aggregationJobResponse, commitErrors, commitAggregationJob, aggregateShareResponse, collectBatch
}

/// The two ways in which a call can fail.
public enum StoreFault: Sendable, CaseIterable {
    /// Failed, and nothing was done.
    case notPersisted
    /// Failed, but it was done: the news of the commit was lost.
    case persisted
}

/// What a faulty store throws.
public struct InjectedFault: Error, Equatable, CustomStringConvertible {
    /// The call that failed.
    public let call: StoreCall
    /// How.
    public let fault: StoreFault

    /// Call and fault.
    public var description: String { "\(call.rawValue) failed, \(fault)" }
}

/// A store in front of another, or of several that share their data. Its calls fail on demand, before or after they took
/// effect.
public final class FaultyStore: LeaderStore, Sendable {
    private let stores: [any LeaderStore & HelperStore]
    private let decide: @Sendable (_ call: StoreCall, _ ordinal: Int) -> StoreFault?
    private let log = Mutex<[StoreCall]>([])

    /// - Parameter fault: decides how a call fails, or nil that it does not. Gets the call and how many there were before it.
    public init(
        _ store: any LeaderStore & HelperStore,
        fault: @escaping @Sendable (_ call: StoreCall, _ ordinal: Int) -> StoreFault?
    ) {
        stores = [store]
        decide = fault
    }

    /// - Parameter script: the fault of each call in turn. When it ends, no more calls fail.
    public convenience init(_ store: any LeaderStore & HelperStore, script: [StoreFault?]) {
        self.init(store) { _, ordinal in ordinal < script.count ? script[ordinal] : nil }
    }

    /// - Parameter stores: at least one; all have the same data, and get the calls in turn. No call fails.
    public init(inTurn stores: [any LeaderStore & HelperStore]) {
        precondition(!stores.isEmpty)
        self.stores = stores
        decide = { _, _ in nil }
    }

    /// The calls so far, in order, the failed ones included.
    public var calls: [StoreCall] { log.withLock { $0 } }

    private func perform<Result: Sendable>(
        _ call: StoreCall, _ body: (any LeaderStore & HelperStore) async throws -> Result
    ) async throws -> Result {
        let ordinal = log.withLock { calls in
            calls.append(call)
            return calls.count - 1
        }
        let fault = decide(call, ordinal)
        if fault == .notPersisted { throw InjectedFault(call: call, fault: .notPersisted) }
        let result = try await body(stores[ordinal % stores.count])
        if fault == .persisted { throw InjectedFault(call: call, fault: .persisted) }
        return result
    }
}

extension FaultyStore: LeaderReportStore, LeaderAggregationStore {
    /// See the port.
    public func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        try await perform(.insertReports) { try await $0.insertReports(reports) }
    }

    /// See the port.
    public func createAggregationJobs(
        task: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, now: UInt64
    ) async throws -> Int {
        try await perform(.createAggregationJobs) {
            try await $0.createAggregationJobs(
                task: task, minimumSize: minimumSize, maximumSize: maximumSize, uploadedBefore: uploadedBefore, now: now
            )
        }
    }

    /// See the port.
    public func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork? {
        try await perform(.leaseAggregationJob) { try await $0.leaseAggregationJob(now: now, leaseEnd: leaseEnd) }
    }

    /// See the port.
    public func prepareAggregationJob(_ lease: JobLease, rejected: [ReportID: ReportError]) async throws -> Bool {
        try await perform(.prepareAggregationJob) { try await $0.prepareAggregationJob(lease, rejected: rejected) }
    }

    /// See the port.
    public func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        merge: AggregateShareMerge
    ) async throws -> Bool {
        try await perform(.finishAggregationJob) {
            try await $0.finishAggregationJob(
                lease, additions: additions, rejected: rejected, returned: returned, merge: merge)
        }
    }

    /// See the port.
    public func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64) async throws {
        try await perform(.releaseAggregationJob) { try await $0.releaseAggregationJob(lease, dueAt: dueAt) }
    }

    /// See the port.
    public func dissolveAggregationJob(_ lease: JobLease) async throws -> Bool {
        try await perform(.dissolveAggregationJob) { try await $0.dissolveAggregationJob(lease) }
    }
}

extension FaultyStore: LeaderCollectionStore {
    /// See the port.
    public func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], interval: Interval, now: UInt64
    ) async throws -> CollectionJobCreation {
        try await perform(.createCollectionJob) {
            try await $0.createCollectionJob(
                task: task, candidateID: candidateID, request: request, interval: interval, now: now)
        }
    }

    /// See the port.
    public func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        try await perform(.collectionJob) { try await $0.collectionJob(task: task, id: id) }
    }

    /// See the port.
    public func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        try await perform(.leaseCollectionJob) { try await $0.leaseCollectionJob(now: now, leaseEnd: leaseEnd) }
    }

    /// See the port.
    public func batchProgress(task: TaskID, interval: Interval) async throws -> BatchProgress {
        try await perform(.batchProgress) { try await $0.batchProgress(task: task, interval: interval) }
    }

    /// See the port.
    public func closeBatch(_ lease: JobLease) async throws -> BatchClosing {
        try await perform(.closeBatch) { try await $0.closeBatch(lease) }
    }

    /// See the port.
    public func buckets(task: TaskID, interval: Interval) async throws -> [BatchBucket] {
        try await perform(.buckets) { try await $0.buckets(task: task, interval: interval) }
    }

    /// See the port.
    public func finishCollectionJob(
        _ lease: JobLease, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> Bool {
        try await perform(.finishCollectionJob) { try await $0.finishCollectionJob(lease, answer: answer) }
    }

    /// See the port.
    public func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        try await perform(.failCollectionJob) { try await $0.failCollectionJob(lease, problem: problem) }
    }

    /// See the port.
    public func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64) async throws {
        try await perform(.releaseCollectionJob) { try await $0.releaseCollectionJob(lease, dueAt: dueAt) }
    }
}

extension FaultyStore: HelperStore {
    /// See the port.
    public func aggregationJobResponse(task: TaskID, id: AggregationJobID) async throws -> [UInt8]? {
        try await perform(.aggregationJobResponse) { try await $0.aggregationJobResponse(task: task, id: id) }
    }

    /// See the port.
    public func commitErrors(task: TaskID, reports: [ReportMetadata]) async throws -> [ReportError?] {
        try await perform(.commitErrors) { try await $0.commitErrors(task: task, reports: reports) }
    }

    /// See the port.
    public func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        try await perform(.commitAggregationJob) { try await $0.commitAggregationJob(job, merge: merge) }
    }

    /// See the port.
    public func aggregateShareResponse(task: TaskID, id: AggregateShareID) async throws -> [UInt8]? {
        try await perform(.aggregateShareResponse) { try await $0.aggregateShareResponse(task: task, id: id) }
    }

    /// See the port.
    public func collectBatch(
        task: TaskID, id: AggregateShareID, interval: Interval, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> HelperCollectionOutcome {
        try await perform(.collectBatch) {
            try await $0.collectBatch(task: task, id: id, interval: interval, answer: answer)
        }
    }
}
