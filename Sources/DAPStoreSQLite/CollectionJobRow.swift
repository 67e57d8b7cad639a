import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// A collection job as it was found.
struct CollectionJobRow {
    let id: CollectionJobID
    let state: CollectionJobState

    /// The job that a request created.
    static func find(request: [UInt8], task: Int64, _ db: Database) throws -> CollectionJobRow? {
        try Row.fetchOne(db.cachedStatement(sql: selectByRequest), arguments: [task, Data(request)]).map(Self.init)
    }

    /// The job of an ID.
    static func find(id: CollectionJobID, task: Int64, _ db: Database) throws -> CollectionJobRow? {
        try Row.fetchOne(db.cachedStatement(sql: selectByID), arguments: [task, Data(id.bytes)]).map(Self.init)
    }

    /// How many jobs of a task are unfinished.
    static func countUnfinished(task: Int64, _ db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: selectUnfinished), arguments: [task]) ?? 0
    }

    private init(_ row: Row) throws {
        id = try CollectionJobID(row.bytes(0))
        switch try row.value(1, as: Int.self) {
        case 0: state = .pending
        case 1: state = .finished(try row.bytes(2))
        case 2: state = .failed(StoredProblem(type: try row.value(3), detail: try row.value(4)))
        default: throw SQLiteStoreError(.corrupt, "a collection job has an unknown state")
        }
    }

    /// What a transaction of the lease's holder needs to know.
    struct Leased {
        let task: Int64
        let interval: StoredInterval
        let isClosed: Bool

        /// The job, or nil when the lease was lost or the job is done.
        init?(_ lease: JobLease, _ db: Database) throws {
            let statement = try db.cachedStatement(sql: selectLeased)
            guard let row = try Row.fetchOne(statement, arguments: [lease.job, lease.token]) else { return nil }
            task = try row.value(0)
            interval = StoredInterval(try Interval(decoding: row.bytes(1)))
            isClosed = try row.value(2)
        }
    }
}

extension CollectionJobRow {
    private static let selectByRequest = """
        SELECT job_id, state, response, problem_type, problem_detail FROM collection_jobs
        WHERE task = ? AND request = ?
        """

    private static let selectByID = """
        SELECT job_id, state, response, problem_type, problem_detail FROM collection_jobs
        WHERE task = ? AND job_id = ?
        """

    private static let selectUnfinished = "SELECT count(*) FROM collection_jobs WHERE task = ? AND state = 0"

    static let insert = """
        INSERT INTO collection_jobs
            (task, job_id, request, interval, start_time, end_time, state, is_closed, due_at, lease_end, attempts)
        VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, 0, 0)
        """

    static let restart = """
        UPDATE collection_jobs SET state = 0, problem_type = NULL, problem_detail = NULL, due_at = ?, attempts = 0
        WHERE task = ? AND job_id = ?
        """

    static let selectDue = """
        SELECT job.number, job.attempts, job.request, job.interval, job.is_closed, tasks.task_id
        FROM collection_jobs AS job JOIN tasks ON tasks.number = job.task
        WHERE job.state = 0 AND job.due_at <= ? AND job.lease_end <= ? ORDER BY job.due_at, job.number LIMIT 1
        """

    static let lease = """
        UPDATE collection_jobs SET lease_end = ?, lease_token = ?, attempts = attempts + 1 WHERE number = ?
        """

    private static let selectLeased = """
        SELECT task, interval, is_closed FROM collection_jobs WHERE number = ? AND lease_token = ?
        """

    static let countPending = """
        SELECT count(*) FROM client_reports WHERE task = ? AND time >= ? AND time < ? AND state < 2
        """

    static let existsPending = """
        SELECT EXISTS (SELECT 1 FROM client_reports WHERE task = ? AND time >= ? AND time < ? AND state < 2)
        """

    static let finish = """
        UPDATE collection_jobs SET state = 1, response = ?, lease_end = 0, lease_token = NULL WHERE number = ?
        """

    static let fail = """
        UPDATE collection_jobs SET state = 2, is_closed = 0, problem_type = ?, problem_detail = ?, lease_end = 0,
            lease_token = NULL
        WHERE number = ? AND lease_token = ?
        """

    static let release = """
        UPDATE collection_jobs SET due_at = ?, lease_end = 0, lease_token = NULL WHERE number = ? AND lease_token = ?
        """
}
