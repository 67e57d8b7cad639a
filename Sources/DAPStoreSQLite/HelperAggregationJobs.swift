import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// The aggregation jobs that a helper has committed.
struct HelperAggregationJobs {
    let task: Int64
    let db: Database

    /// The response to a job, or nil when there is none of that ID.
    func response(_ id: AggregationJobID) throws -> [UInt8]? {
        try Row.fetchOne(db.cachedStatement(sql: Self.select), arguments: [task, Data(id.bytes)])?.bytes(0)
    }

    /// Keeps a response.
    func insert(_ job: HelperAggregationCommit) throws {
        // A rejected report's time may be beyond every clock.
        let lastTime = Int64(clamping: job.lastTime.value)
        try db.cachedStatement(sql: Self.insert).execute(
            arguments: [
                task, Data(job.id.bytes), Data(job.response), lastTime, job.batchID.map { Data($0.bytes) },
                !job.committed.isEmpty,
            ])
    }

    /// Forgets a job, unless reports were committed with it.
    ///
    /// - Returns: whether there was one.
    func delete(_ id: AggregationJobID) throws -> Bool {
        guard try response(id) != nil else { return false }
        try db.cachedStatement(sql: Self.delete).execute(arguments: [task, Data(id.bytes)])
        return true
    }

    private static let select = "SELECT response FROM helper_aggregation_jobs WHERE task = ? AND job_id = ?"

    private static let insert = """
        INSERT INTO helper_aggregation_jobs (task, job_id, response, last_time, batch_id, has_committed)
        VALUES (?, ?, ?, ?, ?, ?)
        """

    private static let delete = """
        DELETE FROM helper_aggregation_jobs WHERE task = ? AND job_id = ? AND has_committed = 0
        """
}
