import DAPMessages
import DAPRoles
import DifferentialPrivacy
import VDAF

// Calls that release nothing go on as they are.

extension WitnessedStore {
    func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        try await base.insertReports(reports)
    }

    func createAggregationJobs(
        task: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, filling: BatchFilling?, now: UInt64
    ) async throws -> Int {
        try await base.createAggregationJobs(
            task: task, minimumSize: minimumSize, maximumSize: maximumSize, uploadedBefore: uploadedBefore,
            filling: filling, now: now)
    }

    func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork? {
        try await base.leaseAggregationJob(now: now, leaseEnd: leaseEnd)
    }

    func prepareAggregationJob(_ lease: JobLease, rejected: [ReportID: ReportError]) async throws -> Bool {
        try await base.prepareAggregationJob(lease, rejected: rejected)
    }

    func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        now: UInt64, merge: AggregateShareMerge
    ) async throws -> Bool {
        try await base.finishAggregationJob(
            lease, additions: additions, rejected: rejected, returned: returned, now: now, merge: merge)
    }

    func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        try await base.releaseAggregationJob(lease, dueAt: dueAt, location: location)
    }

    func dissolveAggregationJob(_ lease: JobLease, now: UInt64) async throws -> Bool {
        try await base.dissolveAggregationJob(lease, now: now)
    }
}

extension WitnessedStore {
    func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], query: Query, now: UInt64
    ) async throws -> CollectionJobCreation {
        try await base.createCollectionJob(
            task: task, candidateID: candidateID, request: request, query: query, now: now)
    }

    func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        try await base.collectionJob(task: task, id: id)
    }

    func batchProgress(task: TaskID, batch: BatchSelector) async throws -> BatchProgress {
        try await base.batchProgress(task: task, batch: batch)
    }

    func closeBatch(_ lease: JobLease, choice: BatchChoice) async throws -> BatchClosing {
        try await base.closeBatch(lease, choice: choice)
    }

    func buckets(task: TaskID, batch: BatchSelector) async throws -> [BatchBucket] {
        try await base.buckets(task: task, batch: batch)
    }
}

extension WitnessedStore {
    func aggregationJob(task: TaskID, id: AggregationJobID) async throws -> HelperAnswer? {
        try await base.aggregationJob(task: task, id: id)
    }

    func commitErrors(task: TaskID, batchID: BatchID?, reports: [ReportMetadata]) async throws -> [ReportError?] {
        try await base.commitErrors(task: task, batchID: batchID, reports: reports)
    }

    func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        try await base.commitAggregationJob(job, merge: merge)
    }

    func deleteAggregationJob(task: TaskID, id: AggregationJobID) async throws -> Bool {
        try await base.deleteAggregationJob(task: task, id: id)
    }

    func deleteAggregateShare(task: TaskID, id: AggregateShareID) async throws -> Bool {
        try await base.deleteAggregateShare(task: task, id: id)
    }

    func deferRequest(_ request: DeferredRequest, now: UInt64) async throws -> HelperAnswer? {
        try await base.deferRequest(request, now: now)
    }

    func leaseDeferredRequest(now: UInt64, leaseEnd: UInt64) async throws -> DeferredWork? {
        try await base.leaseDeferredRequest(now: now, leaseEnd: leaseEnd)
    }

    func failDeferredRequest(_ lease: JobLease, problem: StoredProblem) async throws {
        try await base.failDeferredRequest(lease, problem: problem)
    }

    func releaseDeferredRequest(_ lease: JobLease, dueAt: UInt64) async throws {
        try await base.releaseDeferredRequest(lease, dueAt: dueAt)
    }
}

extension WitnessedStore {
    func privacySpending() async throws -> [String: PrivacySpending] { try await base.privacySpending() }

    func privacyDebits(metric: String, limit: Int) async throws -> [PrivacyDebit] {
        try await base.privacyDebits(metric: metric, limit: limit)
    }

    func deleteExpired(
        task: TaskID, role: AggregatorRole, _ expiry: TaskExpiry, limit: Int
    ) async throws -> GarbageCount {
        try await base.deleteExpired(task: task, role: role, expiry, limit: limit)
    }
}
