import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// A collection job as it was found.
struct CollectionJobRow {
    let number: Int64
    let id: CollectionJobID
    let state: CollectionJobState
    /// The number of the leader-selected batch that is closed on behalf of the job, or collected by it.
    let batch: Int64?
    /// Whether a batch is closed on behalf of the job, or collected by it.
    private let isClosed: Bool

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
        number = try row.value(0)
        id = try CollectionJobID(row.bytes(1))
        switch try row.value(2, as: Int.self) {
        case 0: state = .pending
        case 1: state = .finished(try row.bytes(3))
        case 2: state = .failed(StoredProblem(type: try row.value(4), detail: try row.value(5)))
        default: throw SQLiteStoreError(.corrupt, "a collection job has an unknown state")
        }
        batch = try row.optional(6)
        isClosed = try row.value(7)
    }

    /// Creates a job; an interval is kept as it was asked for, and as the stretch of time that it takes.
    static func insert(
        _ id: CollectionJobID, request: [UInt8], query: Query, task: Int64, now: Int64, _ db: Database
    ) throws {
        let stored = query.interval.map(StoredInterval.init)
        try db.cachedStatement(sql: insert).execute(
            arguments: [
                task, Data(id.bytes), Data(request), try query.interval.map { Data(try $0.encoded()) },
                stored?.start ?? 0, stored?.end ?? 0, now,
            ])
    }

    /// Starts a failed job anew.
    func restart(now: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: Self.restart).execute(arguments: [now, number])
    }

    /// Forgets the job. What it has collected stays collected: without ID and request its row is found by nobody, and
    /// its interval is found as before. What it has closed the helper may have collected: a leader-selected batch stays
    /// closed to reports, and a job with a closed interval goes on to its end.
    func delete(_ db: Database) throws {
        if case .finished = state {
            return try db.cachedStatement(sql: Self.erase).execute(arguments: [number])
        }
        if let batch {
            try LeaderBatches.reopen(batch, db)
            try LeaderBatches.seal(batch, db)
        } else if isClosed {
            return
        }
        try PrivacyDebits.endReservation(of: number, db)
        try db.cachedStatement(sql: "DELETE FROM collection_jobs WHERE number = ?").execute(arguments: [number])
    }
}

extension Query {
    /// What is asked for in a time-interval task.
    var interval: Interval? {
        switch self {
        case .timeInterval(let config): config.batchInterval
        case .leaderSelected: nil
        }
    }

    /// Reads a query from the column `interval`.
    init(storedInterval bytes: [UInt8]) throws {
        self =
            bytes.isEmpty
            ? .leaderSelected
            : .timeInterval(TimeIntervalQueryConfig(batchInterval: try Interval(decoding: bytes)))
    }
}

extension CollectionJobRow {
    private static let selectByRequest = """
        SELECT number, job_id, state, response, problem_type, problem_detail, batch, is_closed
        FROM collection_jobs
        WHERE task = ? AND request = ?
        """

    private static let selectByID = """
        SELECT number, job_id, state, response, problem_type, problem_detail, batch, is_closed
        FROM collection_jobs
        WHERE task = ? AND job_id = ?
        """

    private static let selectUnfinished = "SELECT count(*) FROM collection_jobs WHERE task = ? AND state = 0"

    private static let insert = """
        INSERT INTO collection_jobs
            (task, job_id, request, interval, start_time, end_time, state, is_closed, due_at, lease_end, attempts)
        VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, 0, 0)
        """

    private static let restart = """
        UPDATE collection_jobs SET state = 0, problem_type = NULL, problem_detail = NULL, due_at = ?, attempts = 0
        WHERE number = ?
        """

    private static let erase = """
        UPDATE collection_jobs SET job_id = NULL, request = NULL, response = NULL WHERE number = ?
        """
}
