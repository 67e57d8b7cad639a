import DAPMessages
import DAPRoles

/// A role's dealings with a store, in the terms in which the contract's checks think.
struct StoreUser: Sendable {
    /// POSIX seconds at which everything happens, unless said otherwise.
    static let now: UInt64 = 1000
    /// When leases end, unless said otherwise.
    static let leaseEnd: UInt64 = 1090

    let store: any LeaderStore & HelperStore
    let task: TaskID
    /// Of leader-selected batches.
    let batchIDs = BatchIDSource()

    init(_ store: any LeaderStore & HelperStore, task: TaskID = StoreSamples.task) {
        self.store = store
        self.task = task
    }

    @discardableResult
    func upload(_ numbers: Range<Int>, time: UInt64) async throws -> [ReportInsertion] {
        try await store.insertReports(numbers.map { StoreSamples.report($0, time: time, task: task) })
    }

    /// Creates jobs of whatever waits, unless a minimum is given.
    @discardableResult
    func createJobs(
        minimum: Int = 1, maximum: Int = LeaderLimits.reportsPerJob, uploadedBefore: UInt64 = 0, now: UInt64 = now
    ) async throws -> Int {
        try await store.createAggregationJobs(
            task: task, minimumSize: minimum, maximumSize: maximum, uploadedBefore: uploadedBefore,
            filling: nil, now: now)
    }

    func lease(now: UInt64 = now, leaseEnd: UInt64 = leaseEnd) async throws -> AggregationJobWork {
        try requireValue(try await store.leaseAggregationJob(now: now, leaseEnd: leaseEnd), "job to lease")
    }

    /// Leases everything that is due.
    func leaseAll(now: UInt64 = now, leaseEnd: UInt64 = leaseEnd) async throws -> [AggregationJobWork] {
        var works: [AggregationJobWork] = []
        while let work = try await store.leaseAggregationJob(now: now, leaseEnd: leaseEnd) { works.append(work) }
        return works
    }

    /// Finishes a job: what is not rejected or returned is added to its buckets.
    @discardableResult
    func finish(
        _ work: AggregationJobWork, rejected: [ReportID: ReportError] = [:], returned: [ReportID] = [],
        now: UInt64 = now
    ) async throws -> Bool {
        let aggregated = work.reports.map(\.metadata).filter { report in
            rejected[report.reportID] == nil && !returned.contains(report.reportID)
        }
        return try await store.finishAggregationJob(
            work.lease, additions: StoreSamples.additions(aggregated, batch: work.batchID), rejected: rejected,
            returned: returned, now: now, merge: StoreSamples.merge)
    }

    /// Uploads reports and aggregates them.
    func aggregate(_ numbers: Range<Int>, time: UInt64) async throws {
        try await upload(numbers, time: time)
        try await aggregateWaiting()
    }

    /// Aggregates whatever waits.
    func aggregateWaiting(now: UInt64 = now) async throws {
        while try await createJobs(now: now) > 0 {
            for work in try await leaseAll(now: now, leaseEnd: now + 90) {
                try require(try await finish(work), "a leased job can be finished")
            }
        }
    }

    func progress(_ interval: Interval) async throws -> BatchProgress {
        try await store.batchProgress(task: task, batch: StoreSamples.batch(interval))
    }

    /// The request of the given number; every number is another request.
    func ask(_ number: Int, _ interval: Interval, now: UInt64 = now) async throws -> CollectionJobCreation {
        try await ask(number, StoreSamples.query(interval), now: now)
    }

    /// See above.
    func ask(_ number: Int, _ query: Query, now: UInt64 = now) async throws -> CollectionJobCreation {
        try await store.createCollectionJob(
            task: task, candidateID: StoreSamples.collectionJobID(number),
            request: [9, UInt8(number & 0xff), UInt8(number >> 8)], query: query, now: now)
    }

    func leaseCollection(now: UInt64 = now, leaseEnd: UInt64 = leaseEnd) async throws -> CollectionJobWork {
        try requireValue(try await store.leaseCollectionJob(now: now, leaseEnd: leaseEnd), "collection job to lease")
    }

    /// Creates and leases a collection job, while no other is due.
    func startCollection(_ number: Int, _ interval: Interval) async throws -> CollectionJobWork {
        try await startCollection(number, StoreSamples.query(interval))
    }

    /// See above.
    func startCollection(_ number: Int, _ query: Query) async throws -> CollectionJobWork {
        let creation = try await ask(number, query)
        try requireEqual(creation, .job(StoreSamples.collectionJobID(number), .pending), "a new job")
        let work = try await leaseCollection()
        try requireEqual(work.query, query, "the leased job's query")
        return work
    }

    /// Closes the batch of a time-interval task.
    func close(_ work: CollectionJobWork) async throws -> BatchClosing {
        try await store.closeBatch(work.lease, choice: StoreSamples.strictChoice)
    }

    /// Closes a batch for a new collection job.
    func close(_ number: Int, _ interval: Interval) async throws -> CollectionJobWork {
        let work = try await startCollection(number, interval)
        try requireEqual(try await close(work), .closed(StoreSamples.batch(interval)), "closing")
        return work
    }

    /// Collects a batch that has no pending reports.
    func collect(_ number: Int, _ interval: Interval) async throws {
        try await finish(close(number, interval))
    }

    /// Finishes a collection job whose batch is closed and drained.
    func finish(_ work: CollectionJobWork) async throws {
        let isFinished = try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer)
        try require(isFinished, "a closed and drained batch can be collected")
    }

    func release(_ work: CollectionJobWork, dueAt: UInt64, location: String? = nil) async throws {
        try await store.releaseCollectionJob(work.lease, dueAt: dueAt, location: location)
    }

    func fail(_ work: CollectionJobWork) async throws {
        try await store.failCollectionJob(work.lease, problem: StoreSamples.problem)
    }

    func state(_ number: Int) async throws -> CollectionJobState? {
        try await store.collectionJob(task: task, id: StoreSamples.collectionJobID(number))
    }
}

extension AggregationJobWork {
    /// The reports' IDs, in order.
    var reportIDs: [ReportID] { reports.map(\.metadata.reportID) }
}

/// The IDs of some reports.
func reportIDs(_ numbers: some Sequence<Int>) -> [ReportID] { numbers.map(StoreSamples.reportID) }
