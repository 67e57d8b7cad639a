import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import GRDB
import Testing

@Suite struct StoreDurabilityTests {
    @Test("Every commit is on the disk: the writer's settings are in effect")
    func writesDurably() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        #expect(try await store.setting("journal_mode") == "wal")
        #expect(try await store.setting("synchronous") == "2")
        #expect(try await store.setting("secure_delete") == "1")
        #expect(try await store.setting("busy_timeout") == "\(SQLiteStore.busyTimeout * 1000)")
        // A commit leaves the settings as they are.
        _ = try await store.insertReports([StoreSamples.report(1, time: 10)])
        #expect(try await store.setting("synchronous") == "2")
    }

    @Test("A leader's work goes on where it was when the file is opened again, after every step")
    func leaderSurvivesReopening() async throws {
        let directory = try TemporaryDirectory()
        let task = StoreSamples.task
        let id = StoreSamples.collectionJobID(1)
        let interval = StoreSamples.interval(10, 5)
        func reopened<Result>(_ step: (SQLiteStore) async throws -> Result) async throws -> Result {
            let store = try directory.open()
            let result = try await step(store)
            try store.close()
            return result
        }
        let reports = (1..<6).map { StoreSamples.report($0, time: 12) }
        #expect(try await reopened { try await $0.insertReports(reports) } == reports.map { _ in .inserted })
        let created = try await reopened {
            try await $0.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 9, uploadedBefore: 0, filling: nil, now: 1000)
        }
        #expect(created == 1)
        let work = try #require(try await reopened { try await $0.leaseAggregationJob(now: 1000, leaseEnd: 1090) })
        #expect(work.reports == reports)
        let rejected = [StoreSamples.reportID(1): ReportError.vdafVerifyError]
        #expect(try await reopened { try await $0.prepareAggregationJob(work.lease, rejected: rejected) })
        let again = try #require(try await reopened { try await $0.leaseAggregationJob(now: 2000, leaseEnd: 2090) })
        #expect(again.reports == Array(reports[1...]))
        #expect(again.isPrepared)
        #expect(again.lease.attempt == 2)
        let additions = StoreSamples.additions(again.reports.map(\.metadata))
        let isFinished = try await reopened {
            try await $0.finishAggregationJob(
                again.lease, additions: additions, rejected: [:], returned: [], now: 2000, merge: StoreSamples.merge)
        }
        #expect(isFinished)
        _ = try await reopened {
            try await $0.createCollectionJob(
                task: task, candidateID: id, request: [1], query: StoreSamples.query(interval), now: 3000)
        }
        let collection = try #require(try await reopened { try await $0.leaseCollectionJob(now: 3000, leaseEnd: 3090) })
        #expect(collection.lease.token > again.lease.token)
        let closing = try await reopened {
            try await $0.closeBatch(collection.lease, choice: StoreSamples.strictChoice)
        }
        #expect(closing == .closed(StoreSamples.batch(interval)))
        #expect(try await reopened { try await $0.insertReports([StoreSamples.report(9, time: 10)]) } == [.batchClosed])
        #expect(try await reopened { try await $0.finishCollectionJob(collection.lease, answer: StoreSamples.answer) })
        #expect(
            try await reopened { try await $0.collectionJob(task: task, id: id) }
                == .finished(StoreSamples.littleEndian(2 + 3 + 4 + 5)))
        #expect(try await reopened { try await $0.insertReports(reports) } == reports.map { _ in .replayed })
    }

    @Test("A helper's work goes on where it was when the file is opened again")
    func helperSurvivesReopening() async throws {
        let directory = try TemporaryDirectory()
        let task = StoreSamples.task
        let reports = (1..<6).map { StoreSamples.metadata($0, time: 12) }
        let job = HelperAggregationCommit(
            taskID: task, id: StoreSamples.aggregationJobID(1), committed: reports,
            additions: StoreSamples.additions(reports), response: [1, 2])
        let first = try directory.open()
        #expect(try await first.commitAggregationJob(job, merge: StoreSamples.merge) == .committed)
        try first.close()
        let second = try directory.open()
        #expect(try await second.commitAggregationJob(job, merge: StoreSamples.merge) == .existing([1, 2]))
        let outcome = try await second.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(StoreSamples.interval(10, 5)),
            lease: nil, answer: StoreSamples.answer)
        #expect(outcome == .collected(StoreSamples.littleEndian(15)))
        try second.close()
        let third = try directory.open()
        let share = try await third.aggregateShare(task: task, id: StoreSamples.aggregateShareID(1))
        #expect(share == .answered(StoreSamples.littleEndian(15)))
        let late = [StoreSamples.metadata(9, time: 14), reports[0]]
        #expect(
            try await third.commitErrors(task: task, batchID: nil, reports: late)
                == [.batchCollected, .reportReplayed])
    }

    @Test("What one store commits, another that has the file open reads at once")
    func isSharedWhileOpen() async throws {
        let directory = try TemporaryDirectory()
        let (first, second) = (try directory.open(), try directory.open())
        let task = StoreSamples.task
        let batch = StoreSamples.batch(StoreSamples.interval(0, 100))
        // A task that one store has no number for yet, and the other is first to write.
        #expect(try await second.batchProgress(task: task, batch: batch).pending == 0)
        _ = try await first.insertReports([StoreSamples.report(1, time: 10)])
        #expect(try await second.batchProgress(task: task, batch: batch).pending == 1)
        #expect(try await second.insertReports([StoreSamples.report(1, time: 10)]) == [.replayed])
    }

    @Test("Erased shares are not left in the file, and IDs stay")
    func erasesShares() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let marker = [UInt8]("a share that nobody may find later".utf8)
        let reports = (0..<100).map { number in
            let sample = StoreSamples.report(number, time: 10)
            return UploadedReport(
                taskID: sample.taskID, metadata: sample.metadata, publicShare: [],
                leaderInputShare: StoredSecret(marker + Array(repeating: 0, count: number * 100)),
                helperEncryptedInputShare: sample.helperEncryptedInputShare)
        }
        _ = try await store.insertReports(reports)
        _ = try await store.createAggregationJobs(
            task: StoreSamples.task, minimumSize: 1, maximumSize: 100, uploadedBefore: 0, filling: nil, now: 1000)
        let work = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        let rejected = [StoreSamples.reportID(0): ReportError.invalidMessage]
        _ = try await store.prepareAggregationJob(work.lease, rejected: rejected)
        #expect(try directory.count("report_shares") == 99)
        _ = try await store.finishAggregationJob(
            work.lease, additions: [], rejected: [StoreSamples.reportID(1): .hpkeDecryptError], returned: [],
            now: 1000, merge: StoreSamples.merge)
        #expect(try directory.count("report_shares") == 0)
        #expect(try directory.count("client_reports WHERE error = 8") == 1)
        #expect(try directory.count("client_reports WHERE error = 5") == 1)
        #expect(try directory.count("client_reports WHERE state = 2 AND job IS NULL") == 100)
        // Closing empties the log, which still had them, into the file.
        try store.close()
        for companion in ["", "-wal"] where FileManager.default.fileExists(atPath: directory.storePath + companion) {
            let bytes = try Data(contentsOf: URL(filePath: directory.storePath + companion))
            #expect(bytes.range(of: Data(marker)) == nil, "the file\(companion)")
        }
    }

    @Test(
        "Times beyond every clock are refused and leave nothing behind",
        arguments: [(1 << 63) - 2, 1 << 63, .max] as [UInt64])
    func refusesEndlessTimes(time: UInt64) async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let good = StoreSamples.report(1, time: (1 << 63) - 3)
        await #expect(throws: SQLiteStoreError.self) {
            try await store.insertReports([good, StoreSamples.report(2, time: time)])
        }
        #expect(try await store.insertReports([good]) == [.inserted])
        let reports = [StoreSamples.metadata(1, time: 10), StoreSamples.metadata(2, time: time)]
        let job = HelperAggregationCommit(
            taskID: StoreSamples.task, id: StoreSamples.aggregationJobID(1), committed: reports,
            additions: StoreSamples.additions(reports), response: [])
        await #expect(throws: SQLiteStoreError.self) {
            try await store.commitAggregationJob(job, merge: StoreSamples.merge)
        }
        #expect(try await store.aggregationJob(task: StoreSamples.task, id: job.id) == nil)
        await #expect(throws: SQLiteStoreError.self) {
            try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: reports)
        }
        let errors = try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: [reports[0]])
        #expect(errors == [nil])
    }

    @Test("A count that does not fit is refused and leaves nothing behind")
    func refusesEndlessCounts() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let bucket = { (count: UInt64) in
            BatchBucket(
                time: Time(10), aggregateShare: StoreSamples.littleEndian(1), reportCount: count,
                checksum: BatchChecksum())
        }
        for (job, count) in [(1, UInt64.max), (2, 1 << 62), (3, 1 << 62)] {
            let commit = HelperAggregationCommit(
                taskID: StoreSamples.task, id: StoreSamples.aggregationJobID(job), committed: [],
                additions: [bucket(count)],
                response: [])
            if job == 2 {
                #expect(try await store.commitAggregationJob(commit, merge: StoreSamples.merge) == .committed)
            } else {
                await #expect(throws: SQLiteStoreError.self) {
                    try await store.commitAggregationJob(commit, merge: StoreSamples.merge)
                }
            }
        }
    }
}

extension TemporaryDirectory {
    /// How many rows there are of a table, with a condition.
    func count(_ rows: String) throws -> Int? {
        let queue = try DatabaseQueue(path: storePath)
        defer { try? queue.close() }
        return try queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(rows)") }
    }
}
