public import DAPMessages
public import DAPRoles

extension FaultyStore: HelperAggregationStore {
    /// See the port.
    public func aggregationJob(task: TaskID, id: AggregationJobID) async throws -> HelperAnswer? {
        try await perform(.aggregationJob) { try await $0.aggregationJob(task: task, id: id) }
    }

    /// See the port.
    public func commitErrors(
        task: TaskID, batchID: BatchID?, reports: [ReportMetadata]
    ) async throws -> [ReportError?] {
        try await perform(.commitErrors) {
            try await $0.commitErrors(task: task, batchID: batchID, reports: reports)
        }
    }

    /// See the port.
    public func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        try await perform(.commitAggregationJob) { try await $0.commitAggregationJob(job, merge: merge) }
    }

    /// See the port.
    public func deleteAggregationJob(task: TaskID, id: AggregationJobID) async throws -> Bool {
        try await perform(.deleteAggregationJob) { try await $0.deleteAggregationJob(task: task, id: id) }
    }
}

extension FaultyStore: HelperCollectionStore {
    /// See the port.
    public func aggregateShare(task: TaskID, id: AggregateShareID) async throws -> HelperAnswer? {
        try await perform(.aggregateShare) { try await $0.aggregateShare(task: task, id: id) }
    }

    /// See the port.
    public func collectBatch(
        task: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?,
        account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome {
        try await perform(.collectBatch) {
            try await $0.collectBatch(
                task: task, id: id, batch: batch, lease: lease, account: account, answer: answer)
        }
    }

    /// See the port.
    public func deleteAggregateShare(task: TaskID, id: AggregateShareID) async throws -> Bool {
        try await perform(.deleteAggregateShare) { try await $0.deleteAggregateShare(task: task, id: id) }
    }
}

extension FaultyStore: DeferredRequestStore {
    /// See the port.
    public func deferRequest(_ request: DeferredRequest, now: UInt64) async throws -> HelperAnswer? {
        try await perform(.deferRequest) { try await $0.deferRequest(request, now: now) }
    }

    /// See the port.
    public func leaseDeferredRequest(now: UInt64, leaseEnd: UInt64) async throws -> DeferredWork? {
        try await perform(.leaseDeferredRequest) { try await $0.leaseDeferredRequest(now: now, leaseEnd: leaseEnd) }
    }

    /// See the port.
    public func failDeferredRequest(_ lease: JobLease, problem: StoredProblem) async throws {
        try await perform(.failDeferredRequest) { try await $0.failDeferredRequest(lease, problem: problem) }
    }

    /// See the port.
    public func releaseDeferredRequest(_ lease: JobLease, dueAt: UInt64) async throws {
        try await perform(.releaseDeferredRequest) { try await $0.releaseDeferredRequest(lease, dueAt: dueAt) }
    }
}
