import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import DifferentialPrivacy
import Foundation
import GRDB
import Testing

/// What the contract cannot see: the file.
@Suite struct PrivacyDebitTests {
    private let task = StoreSamples.task
    private let account = PrivacyAccount(metric: "clicks", windowLength: 100)
    private let debit = PrivacyDebit(
        metric: "clicks", task: StoreSamples.task.bytes, start: 1000, windows: 1, windowLength: 100,
        costPerWindow: PrivacyCost(epsilon: .scaled(1), rho: .scaled(2)),
        added: PrivacyCost(epsilon: .scaled(3), rho: .scaled(4)))

    @Test(
        "The aggregate shares of a collected batch are not left in the file",
        arguments: [nil, StoreSamples.batchID(1)], [40, 100_000])
    func erasesHelperShares(batchID: BatchID?, length: Int) async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let batch = batchID.map(StoreSamples.batch) ?? StoreSamples.batch(StoreSamples.interval(10, 2))
        // The second commit moves what the first one has written.
        for job in 1..<3 {
            _ = try await store.commitAggregationJob(
                HelperAggregationCommit(
                    taskID: task, id: StoreSamples.aggregationJobID(job), batchID: batchID,
                    committed: [StoreSamples.metadata(job, time: 10)],
                    additions: [bucket(batchID, length: length)], response: [1])
            ) { stored, addition in stored + addition }
        }
        try store.close()
        #expect(try isInFile(directory), "the share is in the file while the batch is open")
        let reopened = try directory.open()
        let outcome = try await reopened.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(1), batch: batch, lease: nil, account: account
        ) { [debit] batch in
            #expect(batch.buckets.map(\.aggregateShare.count) == [2 * length])
            return BatchRelease(response: [7], debit: debit)
        }
        #expect(outcome == .collected([7]))
        // Closing empties the log, which still has it, into the file.
        try reopened.close()
        #expect(try !isInFile(directory))
        let table = batchID == nil ? "batch_buckets" : "leader_selected_buckets"
        #expect(try directory.count("\(table) WHERE aggregate_share IS NULL AND report_count = 2") == 1)
    }

    @Test("A leader's aggregate shares are not left in the file, and those that are not collected are")
    func erasesLeaderShares() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        for (number, time) in [(1, 10), (2, 20)] as [(Int, UInt64)] {
            _ = try await store.insertReports([StoreSamples.report(number, time: time)])
            _ = try await store.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 8, uploadedBefore: 0, filling: nil, now: 1000)
            let work = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
            let addition = BatchBucket(
                time: Time(time), aggregateShare: [UInt8](repeating: UInt8(time), count: 9000), reportCount: 1,
                checksum: BatchChecksum())
            _ = try await store.finishAggregationJob(
                work.lease, additions: [addition], rejected: [:], returned: [], now: 1000, merge: StoreSamples.merge)
        }
        let work = try await closed(1, 10, store)
        #expect(try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer))
        try store.close()
        let file = try Data(contentsOf: URL(filePath: directory.storePath))
        for (time, isThere) in [(10, false), (20, true)] as [(UInt8, Bool)] {
            #expect((file.range(of: Data(repeating: time, count: 40)) != nil) == isThere, "that of \(time)")
        }
    }

    @Test("Debits and reservations are there when the file is opened again, and in a backup")
    func survivesReopening() async throws {
        let directory = try TemporaryDirectory()
        let first = try directory.open()
        _ = try await first.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(StoreSamples.interval(10, 1)),
            lease: nil, account: account
        ) { [debit] _ in BatchRelease(response: [1], debit: debit) }
        let work = try await closed(1, 10, first)
        _ = try await first.reserveRelease(work.lease, account: account) { [debit] _ in debit }
        let spending = try await first.privacySpending()
        #expect(
            spending == ["clicks": PrivacySpending(spent: debit.added, reserved: debit.added, releases: 1)])
        let copy = try TemporaryDirectory()
        try first.backUp(to: copy.storePath)
        try first.close()
        for directory in [directory, copy] {
            let store = try directory.open()
            #expect(try await store.privacySpending() == spending)
            #expect(try await store.privacyDebits(metric: "clicks", limit: 9) == [debit])
            let isFinished = try await store.finishCollectionJob(work.lease, account: account) { [debit] batch in
                #expect(batch.statement.reserved.isEmpty)
                #expect(batch.statement.spent == ["clicks": debit.added])
                return BatchRelease(response: [2], debit: debit)
            }
            #expect(isFinished)
            #expect(try await store.privacySpending()["clicks"]?.releases == 2)
        }
    }

    @Test("A file from before there were debits goes on where it was")
    func migrates() async throws {
        let directory = try TemporaryDirectory()
        let old = try directory.open()
        let reports = (1..<3).map { StoreSamples.metadata($0, time: 10) }
        let commit = HelperAggregationCommit(
            taskID: task, id: StoreSamples.aggregationJobID(1), committed: reports,
            additions: StoreSamples.additions(reports), response: [5])
        _ = try await old.commitAggregationJob(commit, merge: StoreSamples.merge)
        let share = StoreSamples.aggregateShareID(1)
        let (interval, next) = (StoreSamples.interval(10, 1), StoreSamples.interval(11, 1))
        let collect = { (store: SQLiteStore, id: AggregateShareID, interval: Interval) in
            try await store.collectBatch(
                task: StoreSamples.task, id: id, batch: StoreSamples.batch(interval), lease: nil,
                answer: StoreSamples.answer)
        }
        _ = try await collect(old, share, interval)
        let work = try await closed(1, 20, old)
        try old.close()
        let queue = try DatabaseQueue(path: directory.storePath)
        try await queue.write { db in
            try db.execute(
                sql: """
                    DROP TABLE privacy_debits;
                    DROP TABLE privacy_accounts;
                    DELETE FROM grdb_migrations WHERE identifier = '8 privacy debits';
                    """)
            #expect(db.changesCount == 1)
        }
        try queue.close()

        let store = try directory.open()
        #expect(try await store.privacySpending().isEmpty)
        #expect(try await store.commitAggregationJob(commit, merge: StoreSamples.merge) == .existing([5]))
        #expect(try await collect(store, share, interval) == .existing(StoreSamples.littleEndian(3)))
        #expect(try await collect(store, StoreSamples.aggregateShareID(2), interval) == .overlap)
        #expect(
            try await collect(store, StoreSamples.aggregateShareID(3), next) == .collected(StoreSamples.littleEndian(0))
        )
        let buckets = try await store.reserveRelease(work.lease, account: account) { [debit] _ in debit }
        #expect(buckets == [])
        let isFinished = try await store.finishCollectionJob(work.lease, account: account) { [debit] _ in
            BatchRelease(response: [6], debit: debit)
        }
        #expect(isFinished)
        #expect(
            try await store.collectionJob(task: task, id: StoreSamples.collectionJobID(1)) == .finished([6]))
        #expect(
            try await store.privacySpending()
                == ["clicks": PrivacySpending(spent: debit.added, reserved: .zero, releases: 1)])
    }

    @Test("Of two stores with the same file that race for what is left of an account one releases")
    func sharesAccount() async throws {
        let directory = try TemporaryDirectory()
        let stores = try (0..<2).map { _ in try directory.open() }
        let ledger = PrivacyLedger(
            metric: "clicks",
            policy: PrivacyPolicy(mechanism: .laplace(epsilon: .scaled(2)), deltaExponent: 9, lifetimeLimit: .scaled(3))
        )
        let reports = (0..<2).map { StoreSamples.metadata($0, time: UInt64(10 + $0)) }
        _ = try await stores[0].commitAggregationJob(
            HelperAggregationCommit(
                taskID: task, id: StoreSamples.aggregationJobID(1), committed: reports,
                additions: StoreSamples.additions(reports), response: [1]), merge: StoreSamples.merge)
        let released = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (number, store) in stores.enumerated() {
                group.addTask { [task, account] in
                    let batch = StoreSamples.batch(StoreSamples.interval(UInt64(10 + number), 1))
                    do {
                        _ = try await store.collectBatch(
                            task: task, id: StoreSamples.aggregateShareID(number), batch: batch, lease: nil,
                            account: account
                        ) { batch in
                            let start = try #require(batch.buckets.first).times.lowerBound.value * 100
                            let debit = try ledger.debit(
                                task: task.bytes, start: start, windows: 1, windowLength: 100,
                                statement: batch.statement)
                            return BatchRelease(response: [1], debit: debit)
                        }
                        return true
                    } catch is PrivacyRefusal {
                        return false
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(released.count { $0 } == 1)
        #expect(try await stores[0].privacySpending()["clicks"]?.spent.epsilon == .scaled(2))
    }
}

extension PrivacyDebitTests {
    private static let marker = [UInt8]("an aggregate share that nobody may find".utf8)

    private func isInFile(_ directory: TemporaryDirectory) throws -> Bool {
        try ["", "-wal"].map { URL(filePath: directory.storePath + $0) }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
            .contains { try Data(contentsOf: $0).range(of: Data(Self.marker)) != nil }
    }

    /// A bucket of so many bytes that repeat the marker.
    private func bucket(_ batchID: BatchID?, length: Int) -> BatchBucket {
        let share = (0..<length).map { Self.marker[$0 % Self.marker.count] }
        return BatchBucket(
            id: batchID.map(BatchBucketID.batch) ?? .time(Time(10)), times: Time(10)...Time(10), aggregateShare: share,
            reportCount: 1, checksum: BatchChecksum())
    }

    /// A collection job whose interval of one unit of time is closed.
    private func closed(_ number: Int, _ time: UInt64, _ store: SQLiteStore) async throws -> CollectionJobWork {
        let interval = StoreSamples.interval(time, 1)
        _ = try await store.createCollectionJob(
            task: task, candidateID: StoreSamples.collectionJobID(number), request: [UInt8(number)],
            query: StoreSamples.query(interval), now: 3000)
        let work = try #require(try await store.leaseCollectionJob(now: 3000, leaseEnd: 3090))
        #expect(
            try await store.closeBatch(work.lease, choice: StoreSamples.strictChoice)
                == .closed(StoreSamples.batch(interval)))
        return work
    }
}

extension PrivacyAmount {
    /// So many whole ones.
    fileprivate static func scaled(_ ones: UInt64) -> PrivacyAmount { PrivacyAmount(billionths: ones * scale) }
}
