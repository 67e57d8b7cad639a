import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import GRDB
import Testing

/// What one store notices by itself when it is opened.
@Suite struct RestoredStoreTests {
    private let now: UInt64 = 1_750_000_000

    @Test("A database that is put back beside its file is noticed, once", arguments: [0, 1, 3])
    func noticesOlderDatabase(releases: Int) async throws {
        let directory = try TemporaryDirectory()
        try await directory.release(0..<releases)
        let old = try Data(contentsOf: URL(filePath: directory.storePath))
        try await directory.release(releases..<releases + 2)
        #expect(try await directory.reopened(now: now) { try await $0.releaseBlock() } == nil)
        try old.write(to: URL(filePath: directory.storePath))
        let noticed = try await directory.reopened(now: now) { try await $0.releaseBlock() }
        let block = try #require(noticed)
        #expect(block.through == now + 300)
        #expect(block.restoredAt == now)
        #expect(block.isProven)
        #expect(block.reason.contains("counts \(releases + 2) releases, the database \(releases)"))
        // Later restarts find it as it was, and the numbers go on from the highest.
        #expect(try await directory.reopened(now: now + 9) { try await $0.releaseBlock() } == block)
        #expect(try await directory.reopened { try await $0.releases() } == UInt64(releases + 2))
        // What is proven is not lifted.
        #expect(try await !directory.reopened { try await $0.liftReleaseBlock(through: block.through) })
    }

    @Test("A store that crashed between a commit and the file is not taken for a restored one, and the file follows")
    func forgivesCrash() async throws {
        let directory = try TemporaryDirectory()
        try await directory.release(0..<2)
        let file = try Data(contentsOf: directory.releaseFile)
        try await directory.release(2..<3)
        #expect(try Data(contentsOf: directory.releaseFile) != file)
        let mended = try Data(contentsOf: directory.releaseFile)
        try file.write(to: directory.releaseFile)
        #expect(try await directory.reopened { try await $0.releaseBlock() } == nil)
        #expect(try Data(contentsOf: directory.releaseFile) == mended)
    }

    @Test("Whatever is on the disk when the power fails, the store is not taken for a restored one")
    func forgivesKills() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        var later: SQLiteStore?
        for number in 0..<100 {
            if number % 3 == 0 { try await directory.release(number / 3, in: later ?? store) }
            // Nobody writes meanwhile, so these are the bytes that a process leaves behind when it is killed.
            let image = try TemporaryDirectory()
            for suffix in ["", "-wal", ".releases"] {
                let content = try Data(contentsOf: URL(filePath: directory.storePath + suffix))
                try content.write(to: URL(filePath: image.storePath + suffix))
            }
            let survivor = try image.open()
            #expect(try await survivor.releaseBlock() == nil, "image \(number)")
            #expect(try await survivor.releases() == UInt64(number / 3 + 1), "image \(number)")
            try survivor.close()
            // Others open the same file while it is in use.
            if number == 50 { later = try directory.open() }
        }
    }

    @Test("A file that is missing, damaged or another's makes the store a restored one")
    func noticesOtherFiles() async throws {
        let other = try TemporaryDirectory()
        try await other.release(0..<1)
        let foreign = try Data(contentsOf: other.releaseFile)
        let heading = Data("releases 1\n".utf8)
        let damaged = [Data(), heading, foreign.dropLast(), foreign + [0x0a], Data(repeating: 0x61, count: 5000)]
        for content in damaged + [foreign, nil] {
            let directory = try TemporaryDirectory()
            try directory.open().close()
            if let content {
                try content.write(to: directory.releaseFile)
            } else {
                try FileManager.default.removeItem(at: directory.releaseFile)
            }
            let noticed = try await directory.reopened(now: now) { try await $0.releaseBlock() }
            let block = try #require(noticed, "\(String(describing: content))")
            #expect(!block.isProven)
            // The file is its own from then on.
            #expect(try await directory.reopened(now: now + 9) { try await $0.releaseBlock() } == block)
            #expect(try await directory.reopened { try await $0.liftReleaseBlock(through: block.through) })
            #expect(try await directory.reopened(now: now + 99) { try await $0.releaseBlock() } == nil)
        }
    }

    @Test("A new database beside an old one's file is taken for a restored one")
    func noticesNewDatabase() async throws {
        let directory = try TemporaryDirectory()
        try await directory.release(0..<1)
        for companion in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: directory.storePath + companion)
        }
        let block = try await directory.reopened { try await $0.releaseBlock() }
        #expect(block?.reason.contains("another database") == true)
    }

    @Test("The file beside the database is its owner's alone")
    func hidesFile() async throws {
        let directory = try TemporaryDirectory()
        try await directory.release(0..<1)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.releaseFile.path)
        #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o777 } == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
        #expect(
            names.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.count == 2, "no draft is left: \(names)")
    }

    @Test("An answer is not given out before the file has its release")
    func writesFileFirst() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let interval = StoreSamples.interval(10, 1)
        let collection = try await directory.closedJob(1, interval, in: store)
        _ = try await store.commitAggregationJob(
            HelperAggregationCommit(
                taskID: StoreSamples.task, id: StoreSamples.aggregationJobID(1), committed: [], additions: [],
                response: []), merge: StoreSamples.merge)
        // Something is in the way that cannot be replaced.
        try FileManager.default.removeItem(at: directory.releaseFile)
        let obstacle = directory.releaseFile.appending(path: "obstacle")
        try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
        func isRefused(_ call: () async throws -> Void) async {
            let error = await #expect(throws: SQLiteStoreError.self) { try await call() }
            #expect(error?.code == .releaseFile)
        }
        let job = StoreSamples.collectionJobID(1)
        await isRefused { _ = try await store.finishCollectionJob(collection.lease, answer: StoreSamples.answer) }
        await isRefused { _ = try await store.collectionJob(task: StoreSamples.task, id: job) }
        let share = StoreSamples.aggregateShareID(1)
        func collect() async throws -> HelperCollectionOutcome {
            try await store.collectBatch(
                task: StoreSamples.task, id: share, batch: StoreSamples.batch(interval), lease: nil,
                answer: StoreSamples.answer)
        }
        await isRefused { _ = try await collect() }
        await isRefused { _ = try await collect() }
        await isRefused { _ = try await store.aggregateShare(task: StoreSamples.task, id: share) }
        try FileManager.default.removeItem(at: directory.releaseFile)
        let answer = StoreSamples.littleEndian(0)
        #expect(try await store.collectionJob(task: StoreSamples.task, id: job) == .finished(answer))
        #expect(try await collect() == .existing(answer))
        try store.close()
        #expect(try await directory.reopened { try await $0.releaseBlock() } == nil)
        #expect(try await directory.reopened { try await $0.releases() } == 2)
    }
}

extension TemporaryDirectory {
    var releaseFile: URL { URL(filePath: storePath + ".releases") }

    /// Opens the store for one purpose.
    func reopened<Result>(
        now: UInt64 = SQLiteStore.systemTime(), _ work: (SQLiteStore) async throws -> Result
    ) async throws -> Result {
        let store = try SQLiteStore(path: storePath, now: now)
        defer { try? store.close() }
        return try await work(store)
    }

    /// Collects the empty batches of some units of time, by a store of its own.
    func release(_ units: Range<Int>) async throws {
        try await reopened { store in
            for unit in units { try await release(unit, in: store) }
        }
    }

    /// Collects the empty batch of a unit of time.
    func release(_ unit: Int, in store: SQLiteStore) async throws {
        let work = try await closedJob(unit, StoreSamples.interval(UInt64(unit), 1), in: store)
        _ = try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer)
    }

    /// Closes a batch.
    func closedJob(_ number: Int, _ interval: Interval, in store: SQLiteStore) async throws -> CollectionJobWork {
        _ = try await store.createCollectionJob(
            task: StoreSamples.task, candidateID: StoreSamples.collectionJobID(number), request: [UInt8(number)],
            query: StoreSamples.query(interval), now: 1000)
        let work = try #require(try await store.leaseCollectionJob(now: 1000, leaseEnd: 1090))
        _ = try await store.closeBatch(work.lease, choice: StoreSamples.strictChoice)
        return work
    }
}
