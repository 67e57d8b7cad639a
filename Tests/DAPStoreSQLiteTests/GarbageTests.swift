import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import GRDB
import Testing
import VDAF

/// What the contract cannot see: the rows.
@Suite struct GarbageTests {
    private let task = StoreSamples.task

    private func forget(
        _ store: SQLiteStore, before end: UInt64, present: UInt64 = 100, as role: AggregatorRole
    ) async throws -> GarbageCount {
        let expiry = TaskExpiry(
            units: Time(end), present: Time(present), dueBefore: 1_000_000, now: 1_000_000)
        var total = GarbageCount()
        while true {
            let count = try await store.deleteExpired(task: task, role: role, expiry, limit: 7)
            if count.rows == 0 { return total }
            total.rows += count.rows
            total.unaggregatedReports += count.unaggregatedReports
        }
    }

    @Test("Nothing is left of a leader's task when all has expired, and every row was counted")
    func emptiesLeader() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        for time in [10, 11] as [UInt64] {
            let start = Int(time) * 100
            _ = try await store.insertReports((start..<start + 20).map { StoreSamples.report($0, time: time) })
            _ = try await store.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 8, uploadedBefore: 0, filling: nil, now: 1000)
            for _ in 0..<2 {
                let work = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
                _ = try await store.finishAggregationJob(
                    work.lease, additions: StoreSamples.additions(work.reports.map(\.metadata)), rejected: [:],
                    returned: [], now: 1000, merge: StoreSamples.merge)
            }
        }
        _ = try await store.insertReports((0..<5).map { StoreSamples.report($0, time: 12) })
        #expect(try directory.count("report_shares") == 17)
        let count = try await forget(store, before: 13, as: .leader)
        #expect(count.unaggregatedReports == 17)
        #expect(count.rows == 45 + 2 + 2, "reports, jobs, buckets")
        for table in ["client_reports", "report_shares", "aggregation_jobs", "batch_buckets"] {
            #expect(try directory.count(table) == 0, "\(table)")
        }
    }

    @Test("Nothing is left of a leader-selected task when all has expired")
    func emptiesLeaderBatches() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        _ = try await store.insertReports((0..<20).map { StoreSamples.report($0, time: 10) })
        let batches = BatchNumbers(from: 1)
        _ = try await store.createAggregationJobs(
            task: task, minimumSize: 1, maximumSize: 3, uploadedBefore: 0,
            filling: BatchFilling(targetSize: 7) { batches.next() }, now: 1000)
        for _ in 0..<4 {
            let work = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
            _ = try await store.finishAggregationJob(
                work.lease, additions: StoreSamples.additions(work.reports.map(\.metadata), batch: work.batchID),
                rejected: [:], returned: [], now: 1000, merge: StoreSamples.merge)
        }
        #expect(try directory.count("leader_batches") == 3)
        _ = try await forget(store, before: 11, as: .leader)
        for table in [
            "client_reports", "report_shares", "aggregation_jobs", "leader_batches", "leader_selected_buckets",
        ] {
            #expect(try directory.count(table) == 0, "\(table)")
        }
    }

    @Test("Nothing is left of a helper's task when all has expired")
    func emptiesHelper() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        for job in 0..<3 {
            // The largest job fills several lists.
            let reports = (0..<(job == 0 ? 1300 : 3)).map {
                StoreSamples.metadata(10_000 * job + $0, time: UInt64(10 + $0 % 2))
            }
            _ = try await store.commitAggregationJob(
                HelperAggregationCommit(
                    taskID: task, id: StoreSamples.aggregationJobID(job), committed: reports,
                    additions: StoreSamples.additions(reports), response: [1]), merge: StoreSamples.merge)
        }
        #expect(try directory.count("helper_reports") == 1306)
        let interval = StoreSamples.interval(10, 2)
        _ = try await store.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(interval), lease: nil,
            answer: StoreSamples.answer)
        _ = try await forget(store, before: 11, as: .helper)
        #expect(try directory.count("helper_reports") == 652)
        #expect(try directory.count("helper_aggregation_jobs") == 3)
        #expect(try directory.count("helper_aggregate_shares") == 1)
        _ = try await forget(store, before: 12, as: .helper)
        for table in [
            "helper_reports", "helper_report_lists", "helper_aggregation_jobs", "helper_aggregate_shares",
            "batch_buckets",
        ] {
            #expect(try directory.count(table) == 0, "\(table)")
        }
    }

    @Test("A job of a conflict leaves no list of its reports")
    func listsNoConflict() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        for job in 0..<2 {
            let reports = (job..<job + 3).map { StoreSamples.metadata($0, time: 10) }
            _ = try await store.commitAggregationJob(
                HelperAggregationCommit(
                    taskID: task, id: StoreSamples.aggregationJobID(job), committed: reports,
                    additions: StoreSamples.additions(reports), response: [1]), merge: StoreSamples.merge)
        }
        #expect(try directory.count("helper_reports") == 3)
        #expect(try directory.count("helper_report_lists WHERE length(report_ids) = 48") == 1)
        #expect(try directory.count("helper_report_lists") == 1)
    }
}
