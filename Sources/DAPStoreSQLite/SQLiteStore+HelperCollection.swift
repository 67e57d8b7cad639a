public import DAPMessages
public import DAPRoles
import GRDB

extension SQLiteStore: HelperCollectionStore {
    /// How far an aggregate share has come.
    public func aggregateShare(task taskID: TaskID, id: AggregateShareID) async throws -> HelperAnswer? {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return nil }
        let share: HelperAnswer? = try await pool.read { db in
            switch try HelperAggregateShares(task: task, db: db).find(id) {
            case .answered(let response): .answered(response)
            case .deleted, nil: try DeferredRequests(task: task, db: db).answer(.aggregateShare(id))
            }
        }
        try await settleReleases()
        return share
    }

    /// Collects a batch. One that was collected by the same request is found whether or not the lease is held.
    public func collectBatch(
        task taskID: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?,
        account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome {
        try await beginReleaseEpoch()
        let task = try await number(of: taskID, as: .helper)
        let outcome: HelperCollectionOutcome = try await pool.write { db in
            let shares = HelperAggregateShares(task: task, db: db)
            let existing = try shares.find(id)
            if case .answered(let response) = existing { return .existing(response) }
            let deferred = DeferredRequests(task: task, db: db)
            guard try deferred.allows(lease, to: .aggregateShare(id)) else { return .abandoned }
            // The request of a deleted answer takes nothing twice, though its interval be empty.
            if try existing == .deleted || shares.overlap(batch) { return .overlap }
            if case .timeInterval(let config) = batch,
                try ForgottenTimes(task: task, db: db).contain(StoredInterval(config.batchInterval).start)
            {
                return .expired
            }
            let (buckets, debits) = (BatchBuckets(task: task, db: db), PrivacyDebits(db: db))
            let content = try buckets.of(batch)
            let release = try answer(
                ReleasableBatch(buckets: content, statement: debits.statement(account, of: content)))
            try shares.insert(id, batch: batch, response: release.response)
            if let debit = release.debit { try debits.insert(debit) }
            try buckets.eraseShares(of: batch)
            try deferred.delete(.aggregateShare(id))
            try ReleaseLedger(db: db).countRelease()
            try ReleaseLedger(db: db).number(releaseOf: task)
            self.releaseIsComing()
            return .collected(release.response)
        }
        try await settleReleases()
        return outcome
    }

    /// Forgets an aggregate share's response, or its deferred request.
    public func deleteAggregateShare(task taskID: TaskID, id: AggregateShareID) async throws -> Bool {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return false }
        return try await pool.write { db in
            let hadRequest = try DeferredRequests(task: task, db: db).delete(.aggregateShare(id))
            let hadResponse = try HelperAggregateShares(task: task, db: db).eraseResponse(id)
            return hadRequest || hadResponse
        }
    }
}
