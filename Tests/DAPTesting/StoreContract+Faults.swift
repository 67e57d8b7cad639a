import DAPMessages
import DAPRoles

extension StoreContract {
    static let faultChecks = StoreFault.allCases.map { fault in
        StoreCheck("every call may fail once, \(fault), and be repeated, and the sums are right") { store in
            // Every other call fails.
            let faulty = FaultyStore(store) { _, ordinal in ordinal.isMultiple(of: 2) ? fault : nil }
            try await aggregateAndCollect(faulty)
            try await aggregateAndCollectFromHelper(faulty)
            try await fillAndCollect(faulty)
            try await answerLater(faulty)
            try requireEqual(faulty.calls.count.isMultiple(of: 2), true, "whether each call was repeated once")
        }
    }

    private static func aggregateAndCollect(_ store: FaultyStore) async throws {
        let interval = StoreSamples.interval(10, 5)
        let reports = (1..<6).map { StoreSamples.report($0, time: 12) }
        let outcomes = try await twice { try await store.insertReports(reports) }
        try require(outcomes.allSatisfy { $0 != .batchClosed }, "the reports are stored")
        let task = StoreSamples.task
        _ = try await twice {
            try await store.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 2, uploadedBefore: 0, filling: nil,
                now: 1000)
        }
        try await driveAggregation(store)
        _ = try await twice {
            try await store.createCollectionJob(
                task: task, candidateID: StoreSamples.collectionJobID(1), request: [1],
                query: StoreSamples.query(interval), now: 3000)
        }
        let collection = try requireValue(
            try await nextLease(from: 3000) { try await store.leaseCollectionJob(now: $0, leaseEnd: $0 + 90) },
            "collection job to lease")
        let closing = try await twice {
            try await store.closeBatch(collection.lease, choice: StoreSamples.strictChoice)
        }
        try requireEqual(closing, .closed(StoreSamples.batch(interval)), "closing")
        _ = try await twice { try await store.finishCollectionJob(collection.lease, answer: StoreSamples.answer) }
        let state = try await twice { try await store.collectionJob(task: task, id: StoreSamples.collectionJobID(1)) }
        try requireEqual(state, .finished(StoreSamples.littleEndian(15)), "the leader's sum")
        let progress = try await twice {
            try await store.batchProgress(task: task, batch: StoreSamples.batch(interval))
        }
        try requireEqual(progress, BatchProgress(aggregated: 5, pending: 0), "the progress")
    }

    private static func driveAggregation(_ store: FaultyStore, from now: UInt64 = 1000) async throws {
        var jobs = 0
        while let work = try await nextLease(
            from: now, { try await store.leaseAggregationJob(now: $0, leaseEnd: $0 + 90) })
        {
            try require(
                try await twice { try await store.prepareAggregationJob(work.lease, rejected: [:]) }, "prepared")
            _ = try await twice {
                try await store.finishAggregationJob(
                    work.lease, additions: StoreSamples.additions(work.reports.map(\.metadata), batch: work.batchID),
                    rejected: [:], returned: [], now: now, merge: StoreSamples.merge)
            }
            jobs += 1
            try require(jobs <= 5, "five reports are in at most five jobs")
        }
    }

    /// What is leased when the call failed is nobody's until the lease ends, so the repetition comes after that.
    private static func nextLease<Work: Sendable>(
        from now: UInt64, _ lease: @Sendable (_ now: UInt64) async throws -> Work?
    ) async throws -> Work? {
        do {
            return try await lease(now)
        } catch is InjectedFault {
            return try await lease(now + 90)
        }
    }

    private static func aggregateAndCollectFromHelper(_ store: FaultyStore) async throws {
        let reports = (1..<6).map { StoreSamples.metadata($0, time: 12) }
        let job = HelperAggregationCommit(
            taskID: StoreSamples.task, id: StoreSamples.aggregationJobID(1), committed: reports,
            additions: StoreSamples.additions(reports), response: [3])
        let commit = try await twice { try await store.commitAggregationJob(job, merge: StoreSamples.merge) }
        try require(commit == .committed || commit == .existing([3]), "the job is committed, once")
        let collection = try await twice {
            try await store.collectBatch(
                task: StoreSamples.task, id: StoreSamples.aggregateShareID(1),
                batch: StoreSamples.batch(StoreSamples.interval(10, 5)), lease: nil, answer: StoreSamples.answer)
        }
        let sum = StoreSamples.littleEndian(15)
        try require(collection == .collected(sum) || collection == .existing(sum), "the helper's sum is right")
    }

    /// In the other task, in leader-selected mode; what is collected is deleted.
    private static func fillAndCollect(_ store: FaultyStore) async throws {
        let (task, id) = (StoreSamples.otherTask, StoreSamples.collectionJobID(2))
        let reports = (1..<6).map { StoreSamples.report($0, time: 12, task: task) }
        _ = try await twice { try await store.insertReports(reports) }
        let filling = BatchFilling(targetSize: 5) { [ids = BatchIDSource()] in ids.next() }
        _ = try await twice {
            try await store.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 2, uploadedBefore: 0, filling: filling, now: 5000)
        }
        try await driveAggregation(store, from: 5000)
        _ = try await twice {
            try await store.createCollectionJob(
                task: task, candidateID: id, request: [1], query: .leaderSelected, now: 7000)
        }
        let collection = try requireValue(
            try await nextLease(from: 7000) { try await store.leaseCollectionJob(now: $0, leaseEnd: $0 + 90) },
            "leader-selected job to lease")
        let choice = BatchChoice(targetSize: 5, minimumSize: 5, openedBefore: 0)
        let close = { try await twice { try await store.closeBatch(collection.lease, choice: choice) } }
        let closing = try await close()
        try require(closing.batchID != nil, "a full batch is closed, but \(closing)")
        try await twice { try await store.reopenBatch(collection.lease) }
        try requireEqual(try await close(), closing, "closing it again")
        _ = try await twice { try await store.finishCollectionJob(collection.lease, answer: StoreSamples.answer) }
        let state = try await twice { try await store.collectionJob(task: task, id: id) }
        try requireEqual(state, .finished(StoreSamples.littleEndian(15)), "the leader-selected batch's sum")
        _ = try await twice { try await store.deleteCollectionJob(task: task, id: id) }
        try requireEqual(try await twice { try await store.collectionJob(task: task, id: id) }, nil, "the deleted job")
    }

    /// The helper's job and aggregate share of the other task, deferred and answered, then deleted.
    private static func answerLater(_ store: FaultyStore) async throws {
        let user = StoreUser(store, task: StoreSamples.otherTask)
        let (batch, sum) = (StoreSamples.batchID(1), StoreSamples.littleEndian(15))
        let job = try await deferAndLease(user.jobRequest(1), store, from: 8000)
        let commit = try await twice { try await user.commit(1, 1..<6, batch: batch, lease: job) }
        try require(commit == .committed || commit == .existing([1]), "the job is committed, once, but \(commit)")
        let share = try await deferAndLease(user.shareRequest(1), store, from: 9000)
        let collection = try await twice { try await user.collectFromHelper(1, batch, lease: share) }
        try require(
            collection == .collected(sum) || collection == .existing(sum), "the sum is right, but \(collection)")
        _ = try await twice { try await user.deleteAggregationJob(1) }
        _ = try await twice { try await user.deleteAggregateShare(1) }
        try requireEqual(try await twice { try await user.aggregationJob(1) }, .answered([1]), "the job's answer")
        try requireEqual(try await twice { try await user.aggregateShare(1) }, nil, "the deleted aggregate share")
    }

    /// Defers a request that fails once and is repeated.
    private static func deferAndLease(
        _ request: DeferredRequest, _ store: FaultyStore, from now: UInt64
    ) async throws -> JobLease {
        let lease = {
            try await nextLease(from: $0) { try await store.leaseDeferredRequest(now: $0, leaseEnd: $0 + 90) }
        }
        for attempt in 0..<2 as Range<UInt64> {
            let answer = try await twice { try await store.deferRequest(request, now: now) }
            try requireEqual(answer, .pending, "the deferred request")
            let work = try requireValue(try await lease(now + 400 * attempt), "deferred request to lease")
            try requireEqual(work.request, request, "the leased request")
            if attempt == 1 { return work.lease }
            try await twice { try await store.releaseDeferredRequest(work.lease, dueAt: now + 200) }
            let again = try requireValue(try await lease(now + 200), "released request to lease")
            try await twice { try await store.failDeferredRequest(again.lease, problem: StoreSamples.problem) }
        }
        throw ContractViolation(description: "a request has two attempts")
    }

    /// Repeats a call that failed.
    @discardableResult
    private static func twice<Result: Sendable>(_ call: @Sendable () async throws -> Result) async throws -> Result {
        do {
            return try await call()
        } catch is InjectedFault {
            return try await call()
        }
    }
}
