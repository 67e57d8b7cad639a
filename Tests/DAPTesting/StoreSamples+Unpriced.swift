public import DAPMessages
public import DAPRoles

/// Collecting in a task without a promise.
extension LeaderCollectionStore {
    /// Finishes a job; its release is debited to no account.
    public func finishCollectionJob(
        _ lease: JobLease, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> Bool {
        try await finishCollectionJob(lease, account: nil) { BatchRelease(response: try answer($0.buckets)) }
    }
}

/// See above.
extension HelperCollectionStore {
    /// Collects a batch; its release is debited to no account.
    public func collectBatch(
        task: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?,
        answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> HelperCollectionOutcome {
        try await collectBatch(task: task, id: id, batch: batch, lease: lease, account: nil) { batch in
            BatchRelease(response: try answer(batch.buckets))
        }
    }
}
