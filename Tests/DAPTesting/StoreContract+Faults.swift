import DAPMessages
import DAPRoles

extension StoreContract {
    static let faultChecks = StoreFault.allCases.map { fault in
        StoreCheck("every call may fail once, \(fault), and be repeated, and the sums are right") { store in
            // Every other call fails.
            let faulty = FaultyStore(store) { _, ordinal in ordinal.isMultiple(of: 2) ? fault : nil }
            try await aggregateAndCollect(faulty)
            try await aggregateAndCollectFromHelper(faulty)
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
                task: task, minimumSize: 1, maximumSize: 2, uploadedBefore: 0, now: 1000)
        }
        try await driveAggregation(store)
        _ = try await twice {
            try await store.createCollectionJob(
                task: task, candidateID: StoreSamples.collectionJobID(1), request: [1], interval: interval, now: 3000)
        }
        let collection = try requireValue(
            try await nextLease(from: 3000) { try await store.leaseCollectionJob(now: $0, leaseEnd: $0 + 90) },
            "collection job to lease")
        try requireEqual(try await twice { try await store.closeBatch(collection.lease) }, .closed, "closing")
        _ = try await twice { try await store.finishCollectionJob(collection.lease, answer: StoreSamples.answer) }
        let state = try await twice { try await store.collectionJob(task: task, id: StoreSamples.collectionJobID(1)) }
        try requireEqual(state, .finished(StoreSamples.littleEndian(15)), "the leader's sum")
        let progress = try await twice { try await store.batchProgress(task: task, interval: interval) }
        try requireEqual(progress, BatchProgress(aggregated: 5, pending: 0), "the progress")
    }

    private static func driveAggregation(_ store: FaultyStore) async throws {
        var jobs = 0
        while let work = try await nextLease(
            from: 1000, { try await store.leaseAggregationJob(now: $0, leaseEnd: $0 + 90) })
        {
            try require(
                try await twice { try await store.prepareAggregationJob(work.lease, rejected: [:]) }, "prepared")
            _ = try await twice {
                try await store.finishAggregationJob(
                    work.lease, additions: StoreSamples.additions(work.reports.map(\.metadata)), rejected: [:],
                    returned: [], merge: StoreSamples.merge)
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
                task: StoreSamples.task, id: StoreSamples.aggregateShareID(1), interval: StoreSamples.interval(10, 5),
                answer: StoreSamples.answer)
        }
        let sum = StoreSamples.littleEndian(15)
        try require(collection == .collected(sum) || collection == .existing(sum), "the helper's sum is right")
    }

    /// Repeats a call that failed.
    private static func twice<Result: Sendable>(_ call: @Sendable () async throws -> Result) async throws -> Result {
        do {
            return try await call()
        } catch is InjectedFault {
            return try await call()
        }
    }
}
