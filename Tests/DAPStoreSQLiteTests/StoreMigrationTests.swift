import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import GRDB
import Testing
import VDAF

/// A file of step 3 goes on where it was. Reports 1 and 2 (time 12) are in a prepared job, 3 (time 12) and 4 (time 40)
/// wait, 5 (time 22) is done. [20, 25) is collected, [10, 15) is closed under a lease that ends at 2000, a job for [40, 41)
/// has failed. The helper has committed report 7 and collected [30, 35).
@Suite struct StoreMigrationTests {
    private let task = StoreSamples.task

    @Test("A leader's file of the third step goes on where it was")
    func migratesLeader() async throws {
        let directory = try directoryOfStep3()
        let store = try directory.open()
        #expect(try await state(1, store) == .finished([9, 9]))
        #expect(try await ask(1, 20, 5, store) == .job(StoreSamples.collectionJobID(1), .finished([9, 9])))
        #expect(try await state(3, store) == .failed(StoredProblem(type: "t", detail: "d")))
        #expect(try await ask(3, 40, 1, store) == .job(StoreSamples.collectionJobID(3), .pending))
        #expect(try await ask(4, 24, 1, store) == .overlap)
        let uploads = [(8, 22), (9, 12), (10, 41), (5, 22)].map { StoreSamples.report($0, time: $1) }
        #expect(try await store.insertReports(uploads) == [.batchClosed, .batchClosed, .inserted, .replayed])

        let created = try await store.createAggregationJobs(
            task: task, minimumSize: 1, maximumSize: 9, uploadedBefore: 0, filling: nil, now: 2000)
        #expect(created == 1)
        let old = try #require(try await store.leaseAggregationJob(now: 2000, leaseEnd: 2090))
        #expect(old.lease.attempt == 4)
        #expect(old.lease.token == 78)
        #expect(old.isPrepared)
        #expect(old.batchID == nil)
        #expect(old.location == nil)
        #expect(old.reports == [1, 2].map { StoreSamples.report($0, time: 12) })
        #expect(try await finish(old, returned: [StoreSamples.reportID(2)], now: 2000, store))
        let new = try #require(try await store.leaseAggregationJob(now: 2000, leaseEnd: 2090))
        #expect(new.lease.job > old.lease.job)
        #expect(new.reports == [(3, 12), (4, 40), (10, 41)].map { StoreSamples.report($0, time: $1) })
        #expect(try await finish(new, returned: [], now: 2000, store))

        let work = try #require(try await store.leaseCollectionJob(now: 2000, leaseEnd: 2090))
        #expect(work.request == [2])
        #expect(work.query == StoreSamples.query(StoreSamples.interval(10, 5)))
        #expect(work.batch == StoreSamples.batch(StoreSamples.interval(10, 5)))
        #expect(try await !store.finishCollectionJob(work.lease, answer: StoreSamples.answer))
        let woken = try await store.createAggregationJobs(
            task: task, minimumSize: 1, maximumSize: 9, uploadedBefore: 0, filling: nil, now: 2002)
        #expect(woken == 1)
        let rested = try #require(try await store.leaseAggregationJob(now: 2002, leaseEnd: 2090))
        #expect(rested.reports == [StoreSamples.report(2, time: 12)])
        #expect(try await finish(rested, returned: [], now: 2002, store))
        #expect(try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer))
        // The bucket had 100 from before.
        #expect(try await state(2, store) == .finished(StoreSamples.littleEndian(100 + 1 + 2 + 3)))
    }

    @Test("What was collected before the third step stays collected when its answer is deleted")
    func deletesOldAnswers() async throws {
        let directory = try directoryOfStep3()
        let store = try directory.open()
        let id = StoreSamples.collectionJobID(1)
        #expect(try await store.deleteCollectionJob(task: task, id: id))
        #expect(try await !store.deleteCollectionJob(task: task, id: id))
        #expect(try await state(1, store) == nil)
        #expect(try await ask(1, 20, 5, store) == .overlap)
        #expect(try await store.insertReports([StoreSamples.report(8, time: 22)]) == [.batchClosed])
        #expect(try directory.count("collection_jobs WHERE state = 1 AND response IS NULL AND request IS NULL") == 1)

        let share = StoreSamples.aggregateShareID(1)
        #expect(try await store.deleteAggregateShare(task: task, id: share))
        #expect(try await !store.deleteAggregateShare(task: task, id: share))
        #expect(try await store.aggregateShare(task: task, id: share) == nil)
        let outcome = try await store.collectBatch(
            task: task, id: share, batch: StoreSamples.batch(StoreSamples.interval(30, 5)), lease: nil,
            answer: StoreSamples.answer)
        #expect(outcome == .overlap)
    }

    @Test("A helper's file of the third step goes on where it was")
    func migratesHelper() async throws {
        let directory = try directoryOfStep3()
        let store = try directory.open()
        let job = StoreSamples.aggregationJobID(1)
        #expect(try await store.aggregationJob(task: task, id: job) == .answered([4, 5]))
        let reports = [StoreSamples.metadata(7, time: 50), StoreSamples.metadata(8, time: 34)]
        #expect(
            try await store.commitErrors(task: task, batchID: nil, reports: reports)
                == [.reportReplayed, .batchCollected])
        // An empty answer is an answer.
        #expect(try await store.aggregateShare(task: task, id: StoreSamples.aggregateShareID(1)) == .answered([]))
        #expect(try await store.deleteAggregationJob(task: task, id: job))
        #expect(
            try await store.aggregationJob(task: task, id: job) == .answered([4, 5]), "it may have committed reports")
        #expect(
            try await store.commitErrors(task: task, batchID: nil, reports: reports)
                == [.reportReplayed, .batchCollected])
    }

    @Test("What was there before is forgotten by its time, and an answer without one a whole retention later")
    func forgetsOldRows() async throws {
        let directory = try directoryOfStep3()
        let store = try directory.open()
        let forget = { (end: UInt64, present: UInt64, role: AggregatorRole) in
            let expiry = TaskExpiry(units: Time(end), present: Time(present), dueBefore: 0, now: 10_000)
            while try await store.deleteExpired(task: task, role: role, expiry, limit: 10).rows > 0 {}
        }
        try await forget(50, 90, .helper)
        #expect(try directory.count("helper_reports") == 1)
        #expect(try await store.aggregateShare(task: task, id: StoreSamples.aggregateShareID(1)) == nil)
        try await forget(51, 91, .helper)
        #expect(try directory.count("helper_reports") == 0)
        let job = StoreSamples.aggregationJobID(1)
        #expect(try await store.aggregationJob(task: task, id: job) == .answered([4, 5]))
        try await forget(90, 130, .helper)
        #expect(try await store.aggregationJob(task: task, id: job) == .answered([4, 5]))
        try await forget(91, 131, .helper)
        #expect(try await store.aggregationJob(task: task, id: job) == nil)

        // The job of reports 1 and 2 is in an interval that an unfinished job has closed.
        try await forget(30, 90, .leader)
        #expect(try directory.count("client_reports WHERE state = 1") == 2)
        #expect(try directory.count("client_reports") == 3)
        #expect(try directory.count("batch_buckets") == 1)
        #expect(try await state(1, store) == nil)
    }

    @Test("A file of the third step and a new one end up with the same schema")
    func endsUpTheSame() throws {
        let schema = { (directory: TemporaryDirectory) in
            try directory.open().close()
            let queue = try DatabaseQueue(path: directory.storePath)
            defer { try? queue.close() }
            return try queue.read { db in
                try Row.fetchAll(db, sql: "SELECT m.name, c.* FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS c")
                    .map(\.description).sorted()
            }
        }
        #expect(try schema(directoryOfStep3()) == schema(TemporaryDirectory()))
    }
}

extension StoreMigrationTests {
    private func state(_ number: Int, _ store: SQLiteStore) async throws -> CollectionJobState? {
        try await store.collectionJob(task: task, id: StoreSamples.collectionJobID(number))
    }

    private func ask(
        _ number: Int, _ start: UInt64, _ duration: UInt64, _ store: SQLiteStore
    ) async throws -> CollectionJobCreation {
        try await store.createCollectionJob(
            task: task, candidateID: StoreSamples.collectionJobID(number), request: [UInt8(number)],
            query: StoreSamples.query(StoreSamples.interval(start, duration)), now: 3000)
    }

    private func finish(
        _ work: AggregationJobWork, returned: [ReportID], now: UInt64, _ store: SQLiteStore
    ) async throws -> Bool {
        let aggregated = work.reports.map(\.metadata).filter { !returned.contains($0.reportID) }
        return try await store.finishAggregationJob(
            work.lease, additions: StoreSamples.additions(aggregated), rejected: [:], returned: returned, now: now,
            merge: StoreSamples.merge)
    }

    /// A directory with the file.
    private func directoryOfStep3() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let queue = try DatabaseQueue(path: directory.storePath)
        try queue.write { db in
            try db.execute(sql: SchemaOfStep3.sql)
            for step in SchemaOfStep3.steps {
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [step])
            }
            let taskID = Data(task.bytes)
            try db.execute(sql: "INSERT INTO tasks VALUES (1, 2, ?), (2, 3, ?)", arguments: [taskID, taskID])
            try insertLeaderRows(db)
            try insertHelperRows(db)
        }
        try queue.close()
        return directory
    }

    private func insertLeaderRows(_ db: Database) throws {
        let reports: [(number: Int, time: UInt64, state: Int, job: Int?)] = [
            (1, 12, 1, 6), (2, 12, 1, 6), (3, 12, 0, nil), (4, 40, 0, nil), (5, 22, 2, nil),
        ]
        for (number, time, state, job) in reports {
            let report = StoreSamples.report(number, time: time)
            try db.execute(
                sql: "INSERT INTO client_reports VALUES (?, 1, ?, ?, ?, 0, ?, NULL, NULL)",
                arguments: [number, Data(report.metadata.reportID.bytes), Int64(time), state, job])
            guard state < 2 else { continue }
            try db.execute(
                sql: "INSERT INTO report_shares VALUES (?, NULL, ?, ?, ?)",
                arguments: [
                    number, Data(report.publicShare), Data(report.leaderInputShare.atRest),
                    Data(try report.helperEncryptedInputShare.encoded()),
                ])
        }
        try db.execute(sql: "INSERT INTO aggregation_jobs VALUES (6, 1, 1, 1000, 1090, 77, 3)")
        try db.execute(sql: "UPDATE last_lease_token SET token = 77")
        try db.execute(
            sql: "INSERT INTO batch_buckets VALUES (1, 12, ?, 1, ?)",
            arguments: [Data(StoreSamples.littleEndian(100)), Data(BatchChecksum().bytes)])
        let jobs: [(number: Int, start: UInt64, duration: UInt64, state: Int, isClosed: Bool)] = [
            (1, 20, 5, 1, true), (2, 10, 5, 0, true), (3, 40, 1, 2, false),
        ]
        for (number, start, duration, state, isClosed) in jobs {
            try db.execute(
                sql: "INSERT INTO collection_jobs VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1500, ?, ?, 1)",
                arguments: [
                    number, Data(StoreSamples.collectionJobID(number).bytes), Data([UInt8(number)]),
                    Data(try StoreSamples.interval(start, duration).encoded()), Int64(start), Int64(start + duration),
                    state, isClosed, state == 1 ? Data([9, 9]) : nil, state == 2 ? "t" : nil, state == 2 ? "d" : nil,
                    state == 0 ? 2000 : 0, state == 0 ? 76 : nil,
                ])
        }
    }

    private func insertHelperRows(_ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO helper_reports VALUES (2, ?, 50)", arguments: [Data(StoreSamples.reportID(7).bytes)])
        try db.execute(
            sql: "INSERT INTO helper_aggregation_jobs VALUES (1, 2, ?, ?)",
            arguments: [Data(StoreSamples.aggregationJobID(1).bytes), Data([4, 5])])
        try db.execute(
            sql: "INSERT INTO helper_aggregate_shares VALUES (1, 2, ?, 30, 35, NULL)",
            arguments: [Data(StoreSamples.aggregateShareID(1).bytes)])
    }
}
