import DAPMessages
public import DAPRoles
import GRDB

extension SQLiteStore: DeferredRequestStore {
    /// Keeps a request to be answered later.
    public func deferRequest(_ request: DeferredRequest, now: UInt64) async throws -> HelperAnswer? {
        let task = try await number(of: request.taskID, as: .helper)
        return try await pool.write { db in
            if let response = try Self.response(of: request.resource, task: task, db) { return .answered(response) }
            let deferred = DeferredRequests(task: task, db: db)
            if try deferred.answer(request.resource) == .pending { return .pending }
            guard try deferred.countUnanswered() < HelperLimits.deferredRequests else { return nil }
            try deferred.write(request, now: now.storedSeconds)
            return .pending
        }
    }

    /// Leases the request that has been due longest.
    public func leaseDeferredRequest(now: UInt64, leaseEnd: UInt64) async throws -> DeferredWork? {
        try await pool.write { db in
            Result { try DeferredRequests.leaseDue(now: now.storedSeconds, leaseEnd: leaseEnd.storedSeconds, db) }
        }.get()
    }

    /// Keeps a problem as the answer.
    public func failDeferredRequest(_ lease: JobLease, problem: StoredProblem) async throws {
        try await pool.write { db in try DeferredRequests.fail(lease, problem, db) }
    }

    /// Ends the lease.
    public func releaseDeferredRequest(_ lease: JobLease, dueAt: UInt64) async throws {
        try await pool.write { db in try DeferredRequests.release(lease, dueAt: dueAt.storedSeconds, db) }
    }

    private static func response(of resource: HelperResource, task: Int64, _ db: Database) throws -> [UInt8]? {
        switch resource {
        case .aggregationJob(let id):
            return try HelperAggregationJobs(task: task, db: db).response(id)
        case .aggregateShare(let id):
            guard case .answered(let response) = try HelperAggregateShares(task: task, db: db).find(id) else {
                return nil
            }
            return response
        }
    }
}
