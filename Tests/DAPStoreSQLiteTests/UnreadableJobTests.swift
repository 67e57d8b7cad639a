import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import GRDB
import Testing

@Suite struct UnreadableJobTests {
    @Test("A job of which a part cannot be read keeps nobody from the others, and is tried again when its lease ends")
    func others() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let reports = (0..<3).map { StoreSamples.report($0, time: 1) }
        _ = try await store.insertReports(reports)
        #expect(
            try await store.createAggregationJobs(
                task: StoreSamples.task, minimumSize: 1, maximumSize: 1, uploadedBefore: 10, filling: nil, now: 10) == 3
        )
        let queue = try DatabaseQueue(path: directory.storePath)
        try await queue.write { db in
            try db.execute(sql: "UPDATE report_shares SET helper_ciphertext = x'00' WHERE report = 1")
        }
        await #expect(throws: (any Error).self) { try await store.leaseAggregationJob(now: 10, leaseEnd: 20) }
        for report in reports.dropFirst() {
            let work = try #require(try await store.leaseAggregationJob(now: 11, leaseEnd: 1000))
            #expect(work.reports == [report])
        }
        #expect(try await store.leaseAggregationJob(now: 12, leaseEnd: 20) == nil)
        await #expect(throws: (any Error).self) { try await store.leaseAggregationJob(now: 20, leaseEnd: 30) }
        #expect(try await store.leaseAggregationJob(now: 21, leaseEnd: 31) == nil)
    }

    @Test("A job knows when it was created, however often it is given back")
    func age() async throws {
        let directory = try TemporaryDirectory()
        var store = try directory.open()
        _ = try await store.insertReports([StoreSamples.report(0, time: 1)])
        _ = try await store.createAggregationJobs(
            task: StoreSamples.task, minimumSize: 1, maximumSize: 1, uploadedBefore: 77, filling: nil, now: 77)
        for now in [80, 90, 100] as [UInt64] {
            let work = try #require(try await store.leaseAggregationJob(now: now, leaseEnd: now + 5))
            #expect(work.createdAt == 77)
            try await store.releaseAggregationJob(work.lease, dueAt: now + 6, location: nil)
            try store.close()
            store = try directory.open()
        }
    }
}
