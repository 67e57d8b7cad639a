import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Testing

@Suite struct DeferredRequestTests {
    private let request = DeferredRequest(
        taskID: StoreSamples.task, resource: .aggregateShare(StoreSamples.aggregateShareID(1)), body: [1, 2, 3])

    @Test("Deferred requests are answered after the file is opened again, and leave nothing behind")
    func survivesReopening() async throws {
        let directory = try TemporaryDirectory()
        func reopened<Result>(_ step: (SQLiteStore) async throws -> Result) async throws -> Result {
            let store = try directory.open()
            let result = try await step(store)
            try store.close()
            return result
        }
        #expect(try await reopened { try await $0.deferRequest(request, now: 1000) } == .pending)
        let first = try #require(try await reopened { try await $0.leaseDeferredRequest(now: 1000, leaseEnd: 1090) })
        #expect(first.request == request)
        try await reopened { try await $0.failDeferredRequest(first.lease, problem: StoreSamples.problem) }
        #expect(try await reopened { try await share($0) } == .failed(StoreSamples.problem))
        #expect(try directory.count("deferred_request_bodies") == 0, "a request that failed comes with its body again")
        #expect(try await reopened { try await $0.deferRequest(request, now: 2000) } == .pending)
        let second = try #require(try await reopened { try await $0.leaseDeferredRequest(now: 2000, leaseEnd: 2090) })
        #expect(second.request == request)
        #expect(second.lease.attempt == 1)
        #expect(second.lease.token > first.lease.token)
        #expect(try await reopened { try await collect($0, first.lease) } == .abandoned)
        let empty = StoreSamples.littleEndian(0)
        #expect(try await reopened { try await collect($0, second.lease) } == .collected(empty))
        #expect(try await reopened { try await collect($0, second.lease) } == .existing(empty))
        #expect(try directory.count("deferred_requests") == 0)
        #expect(try directory.count("deferred_request_bodies") == 0)
        #expect(try await reopened { try await share($0) } == .answered(empty))
    }

    @Test("The leases of deferred requests and of jobs are never mistaken for each other")
    func leasesAreDistinct() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        _ = try await store.insertReports([StoreSamples.report(1, time: 10)])
        _ = try await store.createAggregationJobs(
            task: StoreSamples.task, minimumSize: 1, maximumSize: 9, uploadedBefore: 0, filling: nil, now: 1000)
        let job = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        _ = try await store.deferRequest(request, now: 1000)
        let deferred = try #require(try await store.leaseDeferredRequest(now: 1000, leaseEnd: 1090))
        #expect(job.lease.job == deferred.lease.job, "both are the first of their kind")
        #expect(try await collect(store, job.lease) == .abandoned)
        try await store.failDeferredRequest(job.lease, problem: StoreSamples.problem)
        #expect(try await share(store) == .pending)
        #expect(try await !store.dissolveAggregationJob(deferred.lease, now: 1000))
    }

    private func collect(_ store: SQLiteStore, _ lease: JobLease) async throws -> HelperCollectionOutcome {
        try await store.collectBatch(
            task: StoreSamples.task, id: StoreSamples.aggregateShareID(1),
            batch: StoreSamples.batch(StoreSamples.batchID(1)), lease: lease, answer: StoreSamples.answer)
    }

    private func share(_ store: SQLiteStore) async throws -> HelperAnswer? {
        try await store.aggregateShare(task: StoreSamples.task, id: StoreSamples.aggregateShareID(1))
    }
}
