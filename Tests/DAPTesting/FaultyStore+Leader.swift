public import DAPMessages
public import DAPRoles
public import DifferentialPrivacy

extension FaultyStore: LeaderReportStore, LeaderAggregationStore {
    /// See the port.
    public func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        try await perform(.insertReports) { try await $0.insertReports(reports) }
    }

    /// See the port.
    public func createAggregationJobs(
        task: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, filling: BatchFilling?, now: UInt64
    ) async throws -> Int {
        try await perform(.createAggregationJobs) {
            try await $0.createAggregationJobs(
                task: task, minimumSize: minimumSize, maximumSize: maximumSize, uploadedBefore: uploadedBefore,
                filling: filling, now: now)
        }
    }

    /// See the port.
    public func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork? {
        try await perform(.leaseAggregationJob) { try await $0.leaseAggregationJob(now: now, leaseEnd: leaseEnd) }
    }

    /// See the port.
    public func prepareAggregationJob(_ lease: JobLease, rejected: [ReportID: ReportError]) async throws -> Bool {
        try await perform(.prepareAggregationJob) { try await $0.prepareAggregationJob(lease, rejected: rejected) }
    }

    /// See the port.
    public func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        now: UInt64, merge: AggregateShareMerge
    ) async throws -> Bool {
        try await perform(.finishAggregationJob) {
            try await $0.finishAggregationJob(
                lease, additions: additions, rejected: rejected, returned: returned, now: now, merge: merge)
        }
    }

    /// See the port.
    public func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        try await perform(.releaseAggregationJob) {
            try await $0.releaseAggregationJob(lease, dueAt: dueAt, location: location)
        }
    }

    /// See the port.
    public func dissolveAggregationJob(_ lease: JobLease, now: UInt64) async throws -> Bool {
        try await perform(.dissolveAggregationJob) { try await $0.dissolveAggregationJob(lease, now: now) }
    }
}

extension FaultyStore: LeaderCollectionStore {
    /// See the port.
    public func createCollectionJob(
        task: TaskID, candidateID: CollectionJobID, request: [UInt8], query: Query, now: UInt64
    ) async throws -> CollectionJobCreation {
        try await perform(.createCollectionJob) {
            try await $0.createCollectionJob(
                task: task, candidateID: candidateID, request: request, query: query, now: now)
        }
    }

    /// See the port.
    public func collectionJob(task: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        try await perform(.collectionJob) { try await $0.collectionJob(task: task, id: id) }
    }

    /// See the port.
    public func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        try await perform(.leaseCollectionJob) { try await $0.leaseCollectionJob(now: now, leaseEnd: leaseEnd) }
    }

    /// See the port.
    public func batchProgress(task: TaskID, batch: BatchSelector) async throws -> BatchProgress {
        try await perform(.batchProgress) { try await $0.batchProgress(task: task, batch: batch) }
    }

    /// See the port.
    public func closeBatch(_ lease: JobLease, choice: BatchChoice) async throws -> BatchClosing {
        try await perform(.closeBatch) { try await $0.closeBatch(lease, choice: choice) }
    }

    /// See the port.
    public func buckets(task: TaskID, batch: BatchSelector) async throws -> [BatchBucket] {
        try await perform(.buckets) { try await $0.buckets(task: task, batch: batch) }
    }

    /// See the port.
    public func reserveRelease(
        _ lease: JobLease, account: PrivacyAccount, reserve: @Sendable (ReleasableBatch) throws -> PrivacyDebit
    ) async throws -> [BatchBucket]? {
        try await perform(.reserveRelease) {
            try await $0.reserveRelease(lease, account: account, reserve: reserve)
        }
    }

    /// See the port.
    public func finishCollectionJob(
        _ lease: JobLease, account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> Bool {
        try await perform(.finishCollectionJob) {
            try await $0.finishCollectionJob(lease, account: account, answer: answer)
        }
    }

    /// See the port.
    public func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        try await perform(.failCollectionJob) { try await $0.failCollectionJob(lease, problem: problem) }
    }

    /// See the port.
    public func reopenBatch(_ lease: JobLease) async throws {
        try await perform(.reopenBatch) { try await $0.reopenBatch(lease) }
    }

    /// See the port.
    public func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        try await perform(.releaseCollectionJob) {
            try await $0.releaseCollectionJob(lease, dueAt: dueAt, location: location)
        }
    }

    /// See the port.
    public func deleteCollectionJob(task: TaskID, id: CollectionJobID) async throws -> Bool {
        try await perform(.deleteCollectionJob) { try await $0.deleteCollectionJob(task: task, id: id) }
    }
}
