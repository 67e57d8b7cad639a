public import DAPMessages
public import DAPRoles
import GRDB

extension SQLiteStore: HelperAggregationStore {
    /// How far an aggregation job has come.
    public func aggregationJob(task taskID: TaskID, id: AggregationJobID) async throws -> HelperAnswer? {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return nil }
        return try await pool.read { db in
            if let response = try HelperAggregationJobs(task: task, db: db).response(id) { return .answered(response) }
            return try DeferredRequests(task: task, db: db).answer(.aggregationJob(id))
        }
    }

    /// Looks up which reports could not be committed. A report that was seen and whose batch is collected counts as
    /// replayed.
    public func commitErrors(
        task taskID: TaskID, batchID: BatchID?, reports: [ReportMetadata]
    ) async throws -> [ReportError?] {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return reports.map { _ in nil } }
        return try await pool.read { db in
            try HelperReports(task: task, db: db).errors(of: reports, batchID: batchID)
        }
    }

    /// Commits a whole job or nothing. A job that was committed is found whether or not the lease is held.
    public func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        let task = try await number(of: job.taskID, as: .helper)
        return try await pool.write { db in
            let jobs = HelperAggregationJobs(task: task, db: db)
            if let response = try jobs.response(job.id) { return .existing(response) }
            let deferred = DeferredRequests(task: task, db: db)
            guard try deferred.allows(job.lease, to: .aggregationJob(job.id)) else { return .abandoned }
            var conflicts: [ReportID: ReportError] = [:]
            try db.inSavepoint {
                conflicts = try HelperReports(task: task, db: db).insert(job.committed, batchID: job.batchID)
                return conflicts.isEmpty ? .commit : .rollback
            }
            guard conflicts.isEmpty else { return .conflicts(conflicts) }
            let buckets = BatchBuckets(task: task, db: db)
            for addition in job.additions { try buckets.add(addition, merge: merge) }
            try jobs.insert(job)
            try deferred.delete(.aggregationJob(job.id))
            return .committed
        }
    }

    /// Forgets a job's response *unless it has committed reports*, or its deferred request.
    public func deleteAggregationJob(task taskID: TaskID, id: AggregationJobID) async throws -> Bool {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return false }
        return try await pool.write { db in
            let hadRequest = try DeferredRequests(task: task, db: db).delete(.aggregationJob(id))
            let hadResponse = try HelperAggregationJobs(task: task, db: db).delete(id)
            return hadRequest || hadResponse
        }
    }
}
