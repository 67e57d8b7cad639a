import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Testing

@Suite struct LeaderSelectedBatchTests {
    private let task = StoreSamples.task

    @Test("A leader-selected task's work goes on where it was when the file is opened again, after every step")
    func survivesReopening() async throws {
        let directory = try TemporaryDirectory()
        func reopened<Result>(_ step: (SQLiteStore) async throws -> Result) async throws -> Result {
            let store = try directory.open()
            let result = try await step(store)
            try store.close()
            return result
        }
        let reports = (1..<6).map { StoreSamples.report($0, time: UInt64(10 + $0)) }
        _ = try await reopened { try await $0.insertReports(reports) }
        #expect(try await reopened { try await fill($0, to: 4, batch: 1) } == 2)
        let first = try #require(try await reopened { try await $0.leaseAggregationJob(now: 1000, leaseEnd: 1090) })
        #expect(first.batchID == StoreSamples.batchID(1))
        #expect(first.reports.count == 4)
        try await reopened { try await $0.releaseAggregationJob(first.lease, dueAt: 1010, location: "/jobs/1") }
        let again = try #require(try await reopened { try await $0.leaseAggregationJob(now: 1000, leaseEnd: 1090) })
        #expect(again.batchID == StoreSamples.batchID(2), "the other job, which has been due longer")
        let located = try #require(try await reopened { try await $0.leaseAggregationJob(now: 1010, leaseEnd: 1090) })
        #expect(located.location == "/jobs/1")
        #expect(try await reopened { try await finish(located, returned: [StoreSamples.reportID(2)], $0) })
        #expect(
            try await reopened { try await progress($0, of: 1) } == BatchProgress(aggregated: 3, pending: 0),
            "a resting report is in no batch")
        #expect(try await reopened { try await finish(again, $0) })
        // Its rest is over, and the batch has room for it.
        #expect(try await reopened { try await fill($0, to: 4, batch: 9, now: 1002) } == 1)
        let rested = try #require(try await reopened { try await $0.leaseAggregationJob(now: 1010, leaseEnd: 1090) })
        #expect(rested.batchID == StoreSamples.batchID(1))
        #expect(try await reopened { try await finish(rested, $0) })

        let batch = try await reopened { try await collect($0, job: 1, targetSize: 4) }
        #expect(batch == StoreSamples.batch(StoreSamples.batchID(1)))
        let id = StoreSamples.collectionJobID(1)
        #expect(
            try await reopened { try await $0.collectionJob(task: task, id: id) }
                == .finished(StoreSamples.littleEndian(1 + 2 + 3 + 4)))
        #expect(try await reopened { try await $0.deleteCollectionJob(task: task, id: id) })
        #expect(try directory.count("collection_jobs WHERE response IS NOT NULL") == 0)
        let last = try await reopened { try await collect($0, job: 2, targetSize: 1) }
        #expect(last == StoreSamples.batch(StoreSamples.batchID(2)), "what was collected stays collected")
        let buckets = try await reopened { try await $0.buckets(task: task, batch: batch) }
        #expect(buckets.map(\.times) == [Time(11)...Time(14)])
    }

    @Test("A batch whose job was deleted stays closed until the next job takes it, after the file is opened again too")
    func keepsDeletedJobsBatches() async throws {
        let directory = try TemporaryDirectory()
        let first = try directory.open()
        _ = try await first.insertReports((1..<6).map { StoreSamples.report($0, time: 10) })
        #expect(try await fill(first, to: 3, batch: 1) == 2)
        for _ in 1...2 {
            let work = try #require(try await first.leaseAggregationJob(now: 1000, leaseEnd: 1090))
            #expect(try await finish(work, first))
        }
        _ = try await first.createCollectionJob(
            task: task, candidateID: StoreSamples.collectionJobID(1), request: [1], query: .leaderSelected, now: 1000)
        let lost = try #require(try await first.leaseCollectionJob(now: 1000, leaseEnd: 1090))
        let batch = StoreSamples.batch(StoreSamples.batchID(1))
        #expect(try await first.closeBatch(lost.lease, choice: StoreSamples.anyChoice) == .closed(batch))
        #expect(try await first.deleteCollectionJob(task: task, id: StoreSamples.collectionJobID(1)))
        try await first.reopenBatch(lost.lease)
        try await first.failCollectionJob(lost.lease, problem: StoreSamples.problem)
        try first.close()
        let second = try directory.open()
        _ = try await second.insertReports([StoreSamples.report(6, time: 10)])
        // There would be room in both.
        #expect(try await fill(second, to: 10, batch: 9) == 1)
        let work = try #require(try await second.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        #expect(work.batchID == StoreSamples.batchID(2))
        #expect(try await finish(work, second))
        #expect(try await collect(second, job: 2, targetSize: .max) == batch, "whatever the choice")
        #expect(try await collect(second, job: 3, targetSize: 3) == StoreSamples.batch(StoreSamples.batchID(2)))
    }

    @Test("A batch that the helper has collected on behalf of a job that failed takes no more reports")
    func sealsBatches() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        _ = try await store.insertReports((1..<4).map { StoreSamples.report($0, time: 10) })
        #expect(try await fill(store, to: 10, batch: 1) == 1)
        let first = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        #expect(try await finish(first, store))
        _ = try await store.insertReports((4..<6).map { StoreSamples.report($0, time: 10) })
        #expect(try await fill(store, to: 10, batch: 2) == 1)
        let refused = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        #expect(refused.batchID == first.batchID)
        let rejected = Dictionary(
            uniqueKeysWithValues: refused.reports.map { ($0.metadata.reportID, ReportError.batchCollected) })
        let isFinished = try await store.finishAggregationJob(
            refused.lease, additions: [], rejected: rejected, returned: [], now: 1000, merge: StoreSamples.merge)
        #expect(isFinished)
        _ = try await store.insertReports((6..<8).map { StoreSamples.report($0, time: 10) })
        #expect(try await fill(store, to: 10, batch: 3) == 1)
        let later = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        #expect(later.batchID == StoreSamples.batchID(3))
        // It can be collected as before: the helper answers the same request in the same way.
        #expect(try await collect(store, job: 1, targetSize: 3) == StoreSamples.batch(StoreSamples.batchID(1)))
    }
}

extension LeaderSelectedBatchTests {
    /// - Parameter batch: the number of the first new batch.
    private func fill(_ store: SQLiteStore, to target: Int, batch: Int, now: UInt64 = 1000) async throws -> Int {
        let source = BatchNumbers(from: batch)
        return try await store.createAggregationJobs(
            task: task, minimumSize: 1, maximumSize: 100, uploadedBefore: 0,
            filling: BatchFilling(targetSize: target) { source.next() }, now: now)
    }

    private func finish(
        _ work: AggregationJobWork, returned: [ReportID] = [], _ store: SQLiteStore
    ) async throws -> Bool {
        let aggregated = work.reports.map(\.metadata).filter { !returned.contains($0.reportID) }
        return try await store.finishAggregationJob(
            work.lease, additions: StoreSamples.additions(aggregated, batch: work.batchID), rejected: [:],
            returned: returned, now: 1000, merge: StoreSamples.merge)
    }

    private func progress(_ store: SQLiteStore, of batch: Int) async throws -> BatchProgress {
        try await store.batchProgress(task: task, batch: StoreSamples.batch(StoreSamples.batchID(batch)))
    }

    /// Collects the batch that is next.
    private func collect(_ store: SQLiteStore, job: Int, targetSize: UInt64) async throws -> BatchSelector {
        _ = try await store.createCollectionJob(
            task: task, candidateID: StoreSamples.collectionJobID(job), request: [UInt8(job)], query: .leaderSelected,
            now: 1000)
        let work = try #require(try await store.leaseCollectionJob(now: 1000, leaseEnd: 1090))
        let choice = BatchChoice(targetSize: targetSize, minimumSize: 100, openedBefore: 0)
        guard case .closed(let batch) = try await store.closeBatch(work.lease, choice: choice) else {
            throw NoBatch()
        }
        #expect(try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer))
        return batch
    }
}

private struct NoBatch: Error {}
