import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// The requests that a helper answers later. One that is answered goes away; one that failed keeps its problem.
struct DeferredRequests {
    let task: Int64
    let db: Database

    /// How far a request has come: `pending`, `failed`, or nil when there is none for the resource.
    func answer(_ resource: HelperResource) throws -> HelperAnswer? {
        let statement = try db.cachedStatement(sql: Self.select)
        guard let row = try Row.fetchOne(statement, arguments: [task, resource.kind, resource.id]) else { return nil }
        switch try row.value(0, as: Int.self) {
        case 0: return .pending
        case 2: return .failed(StoredProblem(type: try row.value(1), detail: try row.value(2)))
        default: throw SQLiteStoreError(.corrupt, "a deferred request has an unknown state")
        }
    }

    /// How many requests of the task are unanswered.
    func countUnanswered() throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: Self.countUnanswered), arguments: [task]) ?? 0
    }

    /// Keeps a request, or starts a failed one anew.
    func write(_ request: DeferredRequest, now: Int64) throws {
        let upsert = try db.cachedStatement(sql: Self.upsert)
        let number = try Int64.fetchOne(
            upsert, arguments: [task, request.resource.kind, request.resource.id, now])
        guard let number else { throw SQLiteStoreError(.corrupt, "a deferred request has no number") }
        try db.cachedStatement(sql: Self.insertBody).execute(arguments: [number, Data(request.body)])
    }

    /// Whether a resource may be created by who has a lease, or by who answers at once and needs none.
    func allows(_ lease: JobLease?, to resource: HelperResource) throws -> Bool {
        guard let lease else { return true }
        return try Bool.fetchOne(
            db.cachedStatement(sql: Self.selectLeased),
            arguments: [lease.job, lease.token, task, resource.kind, resource.id]) ?? false
    }

    /// Forgets a request.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    func delete(_ resource: HelperResource) throws -> Bool {
        let statement = try db.cachedStatement(sql: Self.delete)
        guard let number = try Int64.fetchOne(statement, arguments: [task, resource.kind, resource.id]) else {
            return false
        }
        try Self.eraseBody(number, db)
        return true
    }

    private static func eraseBody(_ number: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: eraseBody).execute(arguments: [number])
    }
}

/// Requests of whatever task.
extension DeferredRequests {
    /// Leases the unanswered request that has been due longest.
    ///
    /// - Parameters:
    ///   - now: POSIX seconds, as is `leaseEnd`.
    static func leaseDue(now: Int64, leaseEnd: Int64, _ db: Database) throws -> DeferredWork? {
        guard let due = try Row.fetchOne(db.cachedStatement(sql: selectDue), arguments: [now, now]) else { return nil }
        let lease = JobLease(
            job: try due.value(0), token: try LeaseToken.next(db), attempt: try due.value(1, as: Int.self) + 1)
        try db.cachedStatement(sql: Self.lease).execute(arguments: [leaseEnd, lease.token, lease.job])
        let request = DeferredRequest(
            taskID: try TaskID(due.bytes(5)), resource: try HelperResource(kind: due.value(2), id: due.bytes(3)),
            body: try due.bytes(4))
        return DeferredWork(lease: lease, request: request)
    }

    /// Keeps a problem as the answer and erases the body, which comes again with the next request.
    static func fail(_ lease: JobLease, _ problem: StoredProblem, _ db: Database) throws {
        try db.cachedStatement(sql: fail)
            .execute(arguments: [problem.type, problem.detail, lease.job, lease.token])
        if db.changesCount > 0 { try eraseBody(lease.job, db) }
    }

    /// Ends the lease.
    static func release(_ lease: JobLease, dueAt: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: release).execute(arguments: [dueAt, lease.job, lease.token])
    }
}

extension HelperResource {
    /// The value of the column `kind`.
    fileprivate var kind: Int {
        switch self {
        case .aggregationJob: 1
        case .aggregateShare: 2
        }
    }

    /// The value of the column `resource_id`.
    fileprivate var id: Data {
        switch self {
        case .aggregationJob(let id): Data(id.bytes)
        case .aggregateShare(let id): Data(id.bytes)
        }
    }

    fileprivate init(kind: Int, id: [UInt8]) throws {
        switch kind {
        case 1: self = .aggregationJob(try AggregationJobID(id))
        case 2: self = .aggregateShare(try AggregateShareID(id))
        default: throw SQLiteStoreError(.corrupt, "a deferred request is of an unknown kind")
        }
    }
}

extension DeferredRequests {
    private static let select = """
        SELECT state, problem_type, problem_detail FROM deferred_requests
        WHERE task = ? AND kind = ? AND resource_id = ?
        """

    private static let countUnanswered = "SELECT count(*) FROM deferred_requests WHERE task = ? AND state = 0"

    private static let upsert = """
        INSERT INTO deferred_requests (task, kind, resource_id, state, due_at, lease_end, attempts)
        VALUES (?, ?, ?, 0, ?, 0, 0)
        ON CONFLICT (task, kind, resource_id) DO UPDATE SET state = 0, problem_type = NULL, problem_detail = NULL,
            due_at = excluded.due_at, attempts = 0
        RETURNING number
        """

    private static let insertBody = "INSERT INTO deferred_request_bodies (request, body) VALUES (?, ?)"

    private static let selectLeased = """
        SELECT EXISTS (
            SELECT 1 FROM deferred_requests
            WHERE number = ? AND lease_token = ? AND task = ? AND kind = ? AND resource_id = ?)
        """

    private static let delete = """
        DELETE FROM deferred_requests WHERE task = ? AND kind = ? AND resource_id = ? RETURNING number
        """

    private static let eraseBody = "DELETE FROM deferred_request_bodies WHERE request = ?"

    private static let selectDue = """
        SELECT request.number, request.attempts, request.kind, request.resource_id, contents.body, tasks.task_id
        FROM deferred_requests AS request JOIN deferred_request_bodies AS contents ON contents.request = request.number
        JOIN tasks ON tasks.number = request.task
        WHERE request.state = 0 AND request.due_at <= ? AND request.lease_end <= ?
        ORDER BY request.due_at, request.number LIMIT 1
        """

    private static let lease = """
        UPDATE deferred_requests SET lease_end = ?, lease_token = ?, attempts = attempts + 1 WHERE number = ?
        """

    private static let fail = """
        UPDATE deferred_requests SET state = 2, problem_type = ?, problem_detail = ?, lease_end = 0, lease_token = NULL
        WHERE number = ? AND lease_token = ?
        """

    private static let release = """
        UPDATE deferred_requests SET due_at = ?, lease_end = 0, lease_token = NULL WHERE number = ? AND lease_token = ?
        """
}
