import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import GRDB
import Testing

@Suite struct StoreFileTests {
    @Test("Only the owner may read the file and its companions")
    func hasPrivateMode() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        _ = try await store.insertReports([StoreSamples.report(1, time: 10)])
        for companion in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.storePath + companion)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o777 == 0o600, "mode of the file\(companion)")
        }
        try store.close()
    }

    @Test("A file that exists is opened as it is")
    func keepsExistingFile() async throws {
        let directory = try TemporaryDirectory()
        let first = try directory.open()
        _ = try await first.insertReports([StoreSamples.report(1, time: 10)])
        try first.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: directory.storePath)
        let second = try directory.open()
        #expect(try await second.insertReports([StoreSamples.report(1, time: 10)]) == [.replayed])
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.storePath)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    @Test("A directory that does not exist is an error")
    func needsDirectory() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: SQLiteStoreError.self) {
            try SQLiteStore(path: directory.url.appending(path: "none/store.sqlite").path)
        }
        #expect(error?.code == .notCreated)
    }

    @Test("A file that is no database is an error and is left alone")
    func refusesOtherFiles() throws {
        let directory = try TemporaryDirectory()
        let text = Data(repeating: 0x61, count: 5000)
        try text.write(to: URL(filePath: directory.storePath))
        #expect(throws: DatabaseError.self) { try directory.open() }
        #expect(try Data(contentsOf: URL(filePath: directory.storePath)) == text)
    }

    @Test("A file of a later version is refused")
    func refusesLaterVersion() throws {
        let directory = try TemporaryDirectory()
        try directory.open().close()
        let queue = try DatabaseQueue(path: directory.storePath)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 of tomorrow')") }
        try queue.close()
        let error = #expect(throws: SQLiteStoreError.self) { try directory.open() }
        #expect(error?.code == .fromLaterVersion)
    }

    @Test("Opening again migrates nothing")
    func migratesOnce() throws {
        let directory = try TemporaryDirectory()
        let schema = {
            let queue = try DatabaseQueue(path: directory.storePath)
            defer { try? queue.close() }
            return try queue.read { db in
                try String.fetchAll(db, sql: "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")
                    + String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
            }
        }
        try directory.open().close()
        let first = try schema()
        try directory.open().close()
        #expect(try schema() == first)
        let steps = [
            "1 tasks and buckets", "2 leader", "3 helper", "4 leader-selected batches, deferred requests",
            "5 retention", "6 ages of aggregation jobs", "7 releases", "8 privacy debits", "9 answers that stay",
        ]
        #expect(first.suffix(steps.count) == steps[...])
    }

    @Test("Many that open a new file at once all succeed")
    func opensConcurrently() async throws {
        let directory = try TemporaryDirectory()
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    let store = try directory.open()
                    _ = try await store.insertReports([StoreSamples.report(number, time: 10)])
                }
            }
            try await group.waitForAll()
        }
        let progress = try await directory.open()
            .batchProgress(task: StoreSamples.task, batch: StoreSamples.batch(StoreSamples.interval(10, 1)))
        #expect(progress.pending == 8)
    }

    @Test("A store answers a ping until it is closed")
    func answersPing() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try await store.ping()
        try store.close()
        await #expect(throws: DatabaseError.self) { try await store.ping() }
        await #expect(throws: DatabaseError.self) { try await store.insertReports([StoreSamples.report(1, time: 10)]) }
    }
}
