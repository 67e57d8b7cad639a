import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import GRDB
import Testing

@Suite struct BackupTests {
    private let now: UInt64 = 1_750_000_000

    @Test("A backup is one private file with everything in it, and the store it was made of goes on")
    func copiesEverything() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try await directory.release(1, in: store)
        _ = try await store.insertReports([StoreSamples.report(7, time: 50)])
        let backup = directory.url.appending(path: "backup").path
        try store.backUp(to: backup, now: now)
        _ = try await store.insertReports([StoreSamples.report(8, time: 50)])
        #expect(try await store.releaseBlock() == nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
        #expect(names.filter { $0.hasPrefix("backup") } == ["backup"])
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o777 } == 0o600)

        let copy = try SQLiteStore(path: backup, now: now + 500)
        let reports = [7, 8].map { StoreSamples.report($0, time: 50) }
        #expect(try await copy.insertReports(reports) == [.replayed, .inserted])
        #expect(try await copy.releases() == 1)
        try copy.close()
        try store.close()
        #expect(try await directory.reopened { try await $0.releaseBlock() } == nil)
    }

    @Test("A backup knows that it is one: in place of the database it is blocked, even with the file it had then")
    func marksItself() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try await directory.release(1, in: store)
        let backup = directory.url.appending(path: "backup").path
        try store.backUp(to: backup, now: now)
        try store.close()
        try FileManager.default.removeItem(atPath: directory.storePath)
        try FileManager.default.moveItem(atPath: backup, toPath: directory.storePath)
        let noticed = try await directory.reopened(now: now + 500) { try await $0.releaseBlock() }
        let block = try #require(noticed)
        #expect(block.through == now + 500 + 300)
        #expect(!block.isProven)
        #expect(block.reason.contains("\(now)"))
        #expect(try await directory.reopened { try await $0.liftReleaseBlock(through: block.through) })
        #expect(try await directory.reopened { try await $0.releaseBlock() } == nil)
    }

    @Test("A backup of a blocked store is blocked from the moment it takes its place")
    func copiesBlock() async throws {
        let directory = try TemporaryDirectory()
        let backup = directory.url.appending(path: "backup").path
        try directory.open().close()
        try FileManager.default.removeItem(at: directory.releaseFile)
        try await directory.reopened(now: now) { store in
            #expect(try await store.releaseBlock()?.restoredAt == now)
            try store.backUp(to: backup, now: now + 100)
        }
        let block = try await SQLiteStore(path: backup, now: now + 500).releaseBlock()
        #expect(block?.restoredAt == now + 500)
    }

    @Test("What is there already is not overwritten")
    func overwritesNothing() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        for name in ["backup", "backup.new"] {
            let path = directory.url.appending(path: name).path
            try Data("mine".utf8).write(to: URL(filePath: path))
            let error = #expect(throws: SQLiteStoreError.self) {
                try store.backUp(to: directory.url.appending(path: "backup").path)
            }
            #expect(error?.code == .backup)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
            try FileManager.default.removeItem(atPath: path)
        }
        try store.backUp(to: directory.url.appending(path: "backup").path)
    }

    @Test("A backup that is made while others write is whole")
    func isConsistent() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let writer = Task {
            for number in 0..<200 {
                // Two rows in one transaction.
                let reports = [number, number + 1000].map { StoreSamples.report($0, time: 50) }
                _ = try await store.insertReports(reports)
            }
        }
        var copied: [Int] = []
        for number in 0..<10 {
            let path = directory.url.appending(path: "backup-\(number)").path
            try await Task.sleep(for: .milliseconds(5))
            try store.backUp(to: path)
            let queue = try DatabaseQueue(path: path)
            let (check, count) = try await queue.read { db in
                (
                    try String.fetchOne(db, sql: "PRAGMA integrity_check"),
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM client_reports")
                )
            }
            #expect(check == "ok")
            #expect(count.map { $0 % 2 } == 0)
            copied.append(count ?? 0)
        }
        try await writer.value
        #expect(copied == copied.sorted())
    }
}
