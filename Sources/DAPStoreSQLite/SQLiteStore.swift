import DAPMessages
public import DAPRoles
import Foundation
import GRDB
import Synchronization

/// A store in one SQLite file, for a leader, a helper, or (of different tasks) both.
///
/// Any number of processes of one machine may have the file open. Every method is one transaction in WAL mode with
/// `synchronous = FULL`: it is on the disk when the method returns. Writers take turns; one that waits longer than
/// `busyTimeout` gives up and throws.
///
/// Times are kept as 64-bit signed integers: a report's or a bucket's time above 2⁶³−3 is refused with an error, which
/// no real time is, while the end of an interval may lie anywhere.
public final class SQLiteStore: LeaderStore, HelperStore, Sendable {
    /// How long a transaction waits for another process's, in seconds.
    public static let busyTimeout = 10
    /// How many transactions may read at the same time, beside the one that writes.
    static let readers = 4
    /// Pages in the write-ahead log (4 KiB each) after which it is copied into the file. More than SQLite's 1000, because
    /// one batch of reports touches about as many: pages that several batches touch are then copied once.
    static let checkpointPages = 4000
    /// What a checkpoint leaves of a log that a long reader let grow, in bytes.
    static let journalSizeLimit = 64 << 20
    /// The page cache of each connection, in KiB.
    static let cacheSize = 32 << 10

    let pool: DatabasePool
    let taskNumbers = Mutex<[TaskKey: Int64]>([:])
    /// POSIX seconds.
    let openedAt: UInt64
    let releaseFile: ReleaseFile
    let releaseFileState = Mutex(ReleaseFileState())
    let hasReleaseEpoch = Mutex(false)

    /// Opens the store, or creates it with mode 0600 in an existing directory, and brings its schema up to date.
    ///
    /// A store that was restored from a backup is noticed by the file `<path>.releases` beside it, or by a mark in the
    /// backup, and is blocked from then on (`ReleaseStore`).
    ///
    /// - Parameters:
    ///   - path: the database file.
    ///   - now: POSIX seconds: until then it may have released what it has forgotten.
    /// - Throws: `SQLiteStoreError` when the file cannot be created, or was written by a later version; GRDB's
    ///   `DatabaseError` when it is no database.
    public convenience init(path: String, now: UInt64 = systemTime()) throws {
        try self.init(path: path, now: now, trace: nil)
    }

    /// - Parameter trace: gets the text of every statement before it runs, without the values bound to it. What a migration
    ///   writes is left out: it works on tables that are there only then.
    package init(path: String, now: UInt64 = systemTime(), trace: (@Sendable (String) -> Void)?) throws {
        try StoreFile.create(at: path)
        openedAt = now
        releaseFile = ReleaseFile(database: path)
        pool = try DatabasePool(path: path, configuration: Self.configuration(trace: trace))
        try pool.writeWithoutTransaction { db in try Self.makeDurable(db) }
        try SchemaMigrations.run(on: pool)
        try noticeRestore(now: now)
        if let trace { pool.writeWithoutTransaction { db in Self.report(db, to: trace) } }
    }

    /// Seconds since the POSIX epoch by the machine's clock.
    public static func systemTime() -> UInt64 { UInt64(max(time(nil), 0)) }

    /// Whether the store can be read, for a readiness check.
    ///
    /// - Throws: when it cannot.
    public func ping() async throws {
        _ = try await pool.read { db in try Int64.fetchOne(db, sql: "SELECT number FROM tasks LIMIT 1") }
    }

    /// Waits for the running transactions and closes the file. Every later call throws.
    public func close() throws {
        // The pool closes its readers last, and they cannot do it. While another process reads, the log stays.
        _ = try? pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
        try pool.close()
    }

    /// The value of a PRAGMA on the connection that writes.
    package func setting(_ name: String) async throws -> String? {
        try await pool.writeWithoutTransaction { db in try String.fetchOne(db, sql: "PRAGMA \(name)") }
    }

    private static func configuration(trace: (@Sendable (String) -> Void)?) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(busyTimeout))
        configuration.maximumReaderCount = readers
        // Rows refer to rows that are never deleted, or are deleted together.
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // A negative size is in KiB, a positive one in pages.
            try db.execute(sql: "PRAGMA cache_size = \(-cacheSize)")
            if let trace, db.configuration.readonly { report(db, to: trace) }
        }
        return configuration
    }

    private static func report(_ db: Database, to trace: @escaping @Sendable (String) -> Void) {
        db.trace { event in
            if case .statement(let statement) = event { trace(statement.sql) }
        }
    }

    /// Sets what makes a commit durable and an erased share unreadable: `secure_delete` overwrites it, and only ON, unlike
    /// FAST, does so on the pages of their own that a long share fills. Copies in the write-ahead log last until that is
    /// overwritten, or emptied by `close`. The pool has set `synchronous = NORMAL` when it
    /// switched to WAL, so this comes after its initializer.
    private static func makeDurable(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA checkpoint_fullfsync = ON;
                PRAGMA secure_delete = ON;
                PRAGMA wal_autocheckpoint = \(checkpointPages);
                PRAGMA journal_size_limit = \(journalSizeLimit);
                """)
        let isFull = try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2
        let isLogged = try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal"
        guard isFull, isLogged else { throw SQLiteStoreError(.notDurable, "synchronous = FULL is not in effect") }
    }
}
