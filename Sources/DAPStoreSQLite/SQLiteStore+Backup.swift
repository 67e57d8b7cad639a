import GRDB

extension SQLiteStore {
    /// Copies the database into a new file with mode 0600, as it is at one moment, while others go on with it. The copy
    /// knows that it is one: whoever opens it as a store finds it blocked.
    ///
    /// - Parameter now: POSIX seconds.
    /// - Throws: `SQLiteStoreError` (`backup`) when something of that name is there already or the file cannot be
    ///   written; GRDB's `DatabaseError`.
    public func backUp(to path: String, now: UInt64 = systemTime()) throws {
        guard !StoreFile.exists(path) else { throw Self.inTheWay(path) }
        let draft = path + ".new"
        guard try StoreFile.create(at: draft) else {
            throw SQLiteStoreError(.backup, "\(draft) is there already: remove it unless another backup is being made")
        }
        // What is left of it when something fails; nothing else, when it has got its name.
        defer { StoreFile.remove(draft) }
        let copy = try DatabaseQueue(path: draft)
        try pool.backup(to: copy)
        try copy.write { db in try ReleaseLedger(db: db).markCopied(at: now) }
        // One file, without a log beside it.
        try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        try copy.close()
        guard try StoreFile.name(draft, path) else { throw Self.inTheWay(path) }
    }

    private static func inTheWay(_ path: String) -> SQLiteStoreError {
        SQLiteStoreError(.backup, "\(path) is there already, and is not overwritten")
    }
}
