public import DAPRoles
import Synchronization

/// One method of the stores' ports.
public enum StoreCall: String, Sendable, CaseIterable {
    // The leader's reports and aggregation jobs.
    case insertReports, createAggregationJobs, leaseAggregationJob, prepareAggregationJob, finishAggregationJob
    case releaseAggregationJob, dissolveAggregationJob
    // The leader's collection jobs.
    case createCollectionJob, collectionJob, leaseCollectionJob, batchProgress, closeBatch, buckets, finishCollectionJob
    case reserveRelease, failCollectionJob, reopenBatch, releaseCollectionJob, deleteCollectionJob
    // The helper's aggregation jobs and aggregate shares.
    case aggregationJob, commitErrors, commitAggregationJob, deleteAggregationJob
    case aggregateShare, collectBatch, deleteAggregateShare
    // The requests that the helper answers later.
    case deferRequest, leaseDeferredRequest, failDeferredRequest, releaseDeferredRequest
    // What was released.
    case releaseNotice, hearReleases, releaseBlock, liftReleaseBlock
    // What was given away.
    case privacySpending, privacyDebits
    // What is forgotten.
    case deleteExpired
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
public final class FaultyStore: LeaderStore, HelperStore, Sendable {
    private let stores: [any LeaderStore & HelperStore]
    private let decide: @Sendable (_ call: StoreCall, _ ordinal: Int) async throws -> StoreFault?
    private let log = Mutex<[StoreCall]>([])

    /// - Parameter fault: decides how a call fails, or nil that it does not. Gets the call and how many were before it. It
    ///   may do other things first, or throw instead of the call.
    public init(
        _ store: any LeaderStore & HelperStore,
        fault: @escaping @Sendable (_ call: StoreCall, _ ordinal: Int) async throws -> StoreFault?
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

    func perform<Result: Sendable>(
        _ call: StoreCall, _ body: (any LeaderStore & HelperStore) async throws -> Result
    ) async throws -> Result {
        let ordinal = log.withLock { calls in
            calls.append(call)
            return calls.count - 1
        }
        let fault = try await decide(call, ordinal)
        if fault == .notPersisted { throw InjectedFault(call: call, fault: .notPersisted) }
        let result = try await body(stores[ordinal % stores.count])
        if fault == .persisted { throw InjectedFault(call: call, fault: .persisted) }
        return result
    }
}
