import DAPMessages
import DAPRoles

/// A helper's dealings with a store.
extension StoreUser {
    /// Commits a job of the given reports.
    func commit(
        _ job: Int, _ reports: [ReportMetadata], batch: BatchID? = nil, lease: JobLease? = nil,
        response: [UInt8]? = nil
    ) async throws -> HelperAggregationOutcome {
        try await store.commitAggregationJob(
            HelperAggregationCommit(
                taskID: task, id: StoreSamples.aggregationJobID(job), batchID: batch, lease: lease, committed: reports,
                additions: StoreSamples.additions(reports, batch: batch), response: response ?? [UInt8(job)]),
            merge: StoreSamples.merge)
    }

    /// Commits a job of the given reports, all of one time.
    func commit(
        _ job: Int, _ numbers: Range<Int>, batch: BatchID? = nil, lease: JobLease? = nil
    ) async throws -> HelperAggregationOutcome {
        try await commit(job, numbers.map { StoreSamples.metadata($0, time: 10) }, batch: batch, lease: lease)
    }

    func collectFromHelper(
        _ share: Int, _ interval: Interval, lease: JobLease? = nil
    ) async throws -> HelperCollectionOutcome {
        try await collectFromHelper(share, StoreSamples.batch(interval), lease: lease)
    }

    func collectFromHelper(
        _ share: Int, _ batch: BatchID, lease: JobLease? = nil
    ) async throws -> HelperCollectionOutcome {
        try await collectFromHelper(share, StoreSamples.batch(batch), lease: lease)
    }

    private func collectFromHelper(
        _ share: Int, _ batch: BatchSelector, lease: JobLease?
    ) async throws -> HelperCollectionOutcome {
        try await store.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(share), batch: batch, lease: lease,
            answer: StoreSamples.answer)
    }

    func aggregationJob(_ number: Int) async throws -> HelperAnswer? {
        try await store.aggregationJob(task: task, id: StoreSamples.aggregationJobID(number))
    }

    func aggregateShare(_ number: Int) async throws -> HelperAnswer? {
        try await store.aggregateShare(task: task, id: StoreSamples.aggregateShareID(number))
    }

    func deleteAggregationJob(_ number: Int) async throws -> Bool {
        try await store.deleteAggregationJob(task: task, id: StoreSamples.aggregationJobID(number))
    }

    func deleteAggregateShare(_ number: Int) async throws -> Bool {
        try await store.deleteAggregateShare(task: task, id: StoreSamples.aggregateShareID(number))
    }

    /// A request for an aggregation job, to be answered later.
    func jobRequest(_ number: Int) -> DeferredRequest {
        DeferredRequest(
            taskID: task, resource: .aggregationJob(StoreSamples.aggregationJobID(number)),
            body: [7] + StoreSamples.littleEndian(UInt64(number)))
    }

    /// A request for an aggregate share, to be answered later.
    func shareRequest(_ number: Int) -> DeferredRequest {
        DeferredRequest(
            taskID: task, resource: .aggregateShare(StoreSamples.aggregateShareID(number)),
            body: [8] + StoreSamples.littleEndian(UInt64(number)))
    }

    func leaseDeferred(now: UInt64 = now, leaseEnd: UInt64 = leaseEnd) async throws -> DeferredWork {
        try requireValue(
            try await store.leaseDeferredRequest(now: now, leaseEnd: leaseEnd), "deferred request to lease")
    }

    /// Defers a request and leases it, while no other is due.
    func startDeferred(_ request: DeferredRequest, now: UInt64 = now) async throws -> JobLease {
        try requireEqual(try await store.deferRequest(request, now: now), .pending, "a new request")
        let work = try await leaseDeferred(now: now, leaseEnd: now + 90)
        try requireEqual(work.request, request, "the leased request")
        return work.lease
    }

    /// Whether no deferred request is unanswered and free, now or later.
    func requireNoDeferred(
        now: UInt64 = 1 << 40, _ rule: String, fileID: StaticString = #fileID, line: UInt = #line
    ) async throws {
        let work = try await store.leaseDeferredRequest(now: now, leaseEnd: now)
        try require(work == nil, rule, fileID: fileID, line: line)
    }
}
