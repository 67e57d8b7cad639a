import GRDB

/// The intervals of a task that are taken. Those of one kind do not overlap each other, so only the last one that starts
/// before an end can reach into what ends there: one look into an index, however many and however long they are.
enum BatchIntervals {
    /// Closed by a leader's collection job, or collected.
    case closed
    /// Collected by a leader's collection job.
    case collected
    /// Collected from a helper.
    case collectedFromHelper

    /// Whether one of them has a unit of time in common with `interval`.
    func overlap(_ interval: StoredInterval, task: Int64, _ db: Database) throws -> Bool {
        if interval.isEmpty { return false }
        let end = try Int64.fetchOne(db.cachedStatement(sql: lastEnd), arguments: [task, interval.end])
        return end.map { $0 > interval.start } ?? false
    }

    private var lastEnd: String {
        switch self {
        case .closed:
            """
            SELECT end_time FROM collection_jobs
            WHERE task = ? AND start_time < ? AND is_closed = 1 AND start_time < end_time
            ORDER BY start_time DESC LIMIT 1
            """
        case .collected:
            """
            SELECT end_time FROM collection_jobs
            WHERE task = ? AND start_time < ? AND state = 1 AND start_time < end_time
            ORDER BY start_time DESC LIMIT 1
            """
        case .collectedFromHelper:
            """
            SELECT end_time FROM helper_aggregate_shares
            WHERE task = ? AND start_time < ? AND start_time < end_time
            ORDER BY start_time DESC LIMIT 1
            """
        }
    }
}

/// Which buckets are taken, asked once per task and time in a transaction.
struct BucketLookup {
    private struct Key: Hashable {
        let task: Int64
        let time: Int64
    }

    let intervals: BatchIntervals
    private var answers: [Key: Bool] = [:]

    init(_ intervals: BatchIntervals) { self.intervals = intervals }

    mutating func contains(_ time: Int64, task: Int64, _ db: Database) throws -> Bool {
        let key = Key(task: task, time: time)
        if let answer = answers[key] { return answer }
        let answer = try intervals.overlap(StoredInterval(bucket: time), task: task, db)
        answers[key] = answer
        return answer
    }
}
