import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// What the database knows of its releases, inside a transaction: what the file beside the database is compared with.
struct ReleaseLedger {
    let db: Database

    /// What the ledger's one row says.
    struct Standing {
        /// The database's identity, and how many batches it has collected.
        let tally: ReleaseTally
        /// Whether the file beside the database was written.
        let hasFile: Bool
        /// When the backup was made that this database is.
        let copiedAt: Int64?
    }

    func standing() throws -> Standing {
        let row = try row(Self.selectStanding)
        let tally = ReleaseTally(identity: try StoreIdentity(row.bytes(0)), releases: try row.unsigned(1))
        return Standing(tally: tally, hasFile: try row.value(2), copiedAt: try row.optional(3))
    }

    /// Counts one release for the file: in the transaction that marks the batch collected.
    func countRelease() throws {
        try db.cachedStatement(sql: "UPDATE release_ledger SET releases = releases + 1 WHERE number = 1").execute()
    }

    /// Takes over the number in the file beside the database, if it is higher.
    func raise(to releases: UInt64) throws {
        try db.execute(
            sql: "UPDATE release_ledger SET releases = max(releases, ?) WHERE number = 1",
            arguments: [releases.storedCount])
    }

    /// From here on the file beside the database is there.
    func markFileWritten() throws { try db.execute(sql: "UPDATE release_ledger SET has_file = 1 WHERE number = 1") }

    /// Marks the database as a backup, or no longer as one.
    func markCopied(at second: UInt64?) throws {
        try db.execute(
            sql: "UPDATE release_ledger SET copied_at = ? WHERE number = 1", arguments: [second?.storedSeconds])
    }

    private func row(_ sql: String) throws -> Row {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: sql)) else {
            throw SQLiteStoreError(.corrupt, "the ledger of releases has no row")
        }
        return row
    }

    private static let selectStanding = """
        SELECT identity, releases, has_file, copied_at FROM release_ledger WHERE number = 1
        """
}

/// The numbers that the other aggregators hear.
extension ReleaseLedger {
    /// Identities that are remembered although they are not this store's. Only a peer that lies knows so many.
    static let disownedEpochs = 1000

    /// The last number of a task.
    ///
    /// - Parameter task: its own; nil when nothing has been stored for it.
    func tally(task: Int64?) throws -> ReleaseTally {
        let statement = try db.cachedStatement(sql: "SELECT number FROM task_releases WHERE task = ?")
        let number = try task.flatMap { try Row.fetchOne(statement, arguments: [$0]) }?.unsigned(0)
        return ReleaseTally(identity: try last().identity, releases: number ?? 0)
    }

    /// The last number of all.
    func last() throws -> ReleaseTally {
        let row = try row("SELECT epoch, last_number FROM release_ledger WHERE number = 1")
        return ReleaseTally(identity: try StoreIdentity(row.bytes(0)), releases: try row.unsigned(1))
    }

    /// The last number that was given under an identity; nil when it is not this store's.
    ///
    /// An identity that was dealt with has all numbers.
    func lastNumber(under identity: StoreIdentity) throws -> UInt64? {
        let last = try last()
        if identity == last.identity { return last.releases }
        let epoch = Data(identity.bytes)
        let own = try db.cachedStatement(sql: "SELECT last_number FROM release_epochs WHERE epoch = ?")
        if let row = try Row.fetchOne(own, arguments: [epoch]) { return try row.unsigned(0) }
        let disowned = try db.cachedStatement(sql: "SELECT 1 FROM disowned_epochs WHERE epoch = ?")
        return try Row.fetchOne(disowned, arguments: [epoch]).map { _ in .max }
    }

    /// Gives the next number to a release of a task.
    func number(releaseOf task: Int64) throws {
        try db.cachedStatement(sql: "UPDATE release_ledger SET last_number = last_number + 1 WHERE number = 1")
            .execute()
        try db.cachedStatement(sql: Self.setNumber).execute(arguments: [task])
    }

    /// Gives all further numbers under another identity.
    func beginEpoch() throws {
        try db.execute(
            sql: """
                INSERT INTO release_epochs SELECT epoch, last_number FROM release_ledger WHERE number = 1;
                UPDATE release_ledger SET epoch = randomblob(16) WHERE number = 1
                """)
    }

    /// Deals with a tally that the other aggregator knows and this store does not: from here on it is known.
    func dealWith(_ known: ReleaseTally) throws {
        let epoch = Data(known.identity.bytes)
        if try known.identity == last().identity {
            try db.execute(
                sql: "UPDATE release_ledger SET last_number = max(last_number, ?) WHERE number = 1",
                arguments: [known.releases.storedCount])
            return
        }
        // Another identity than the present one is past, and so is whatever was numbered under it.
        try db.execute(sql: "UPDATE release_epochs SET last_number = ? WHERE epoch = ?", arguments: [Int64.max, epoch])
        guard db.changesCount == 0 else { return }
        try db.execute(sql: "INSERT INTO disowned_epochs (epoch) VALUES (?)", arguments: [epoch])
        try db.execute(
            sql: "DELETE FROM disowned_epochs WHERE number <= ?",
            arguments: [db.lastInsertedRowID - Int64(Self.disownedEpochs)])
    }

    private static let setNumber = """
        INSERT INTO task_releases SELECT ?, last_number FROM release_ledger WHERE number = 1
        ON CONFLICT (task) DO UPDATE SET number = excluded.number
        """
}

/// What was heard from the other aggregator of a task.
extension ReleaseLedger {
    /// What was heard of the other aggregator, the last identity first.
    func heard(task: Int64) throws -> [ReleaseTally] {
        let statement = try db.cachedStatement(sql: Self.selectHeard)
        return try Row.fetchAll(statement, arguments: [task]).map { row in
            ReleaseTally(identity: try StoreIdentity(row.bytes(0)), releases: try row.unsigned(1))
        }
    }

    /// Remembers a tally; the numbers of an identity only grow, and one that is new is the last. The first is forgotten
    /// when there are `ReleaseNotice.mostPeers`.
    func remember(_ tally: ReleaseTally, task: Int64) throws {
        try db.cachedStatement(sql: Self.insertHeard)
            .execute(arguments: [task, Data(tally.identity.bytes), tally.releases.storedCount, task])
        try db.cachedStatement(sql: Self.forgetHeard).execute(arguments: [task, task, ReleaseNotice.mostPeers])
    }

    private static let selectHeard = """
        SELECT identity, number FROM heard_releases WHERE task = ? ORDER BY turn DESC
        """

    private static let insertHeard = """
        INSERT INTO heard_releases (task, identity, number, turn)
        VALUES (?, ?, ?, (SELECT coalesce(max(turn), 0) + 1 FROM heard_releases WHERE task = ?))
        ON CONFLICT (task, identity) DO UPDATE SET number = max(number, excluded.number)
        """

    private static let forgetHeard = """
        DELETE FROM heard_releases WHERE task = ? AND turn <=
            (SELECT turn FROM heard_releases WHERE task = ? ORDER BY turn DESC LIMIT 1 OFFSET ?)
        """
}

/// The block.
extension ReleaseLedger {
    /// The block, if there is one.
    func block() throws -> ReleaseBlock? {
        try Row.fetchOne(db.cachedStatement(sql: Self.selectBlock)).map { row in
            ReleaseBlock(restoredAt: try row.unsigned(0), reason: try row.value(1), isProven: try row.value(2))
        }
    }

    /// Blocks the store; an earlier block stays in it.
    func block(_ new: ReleaseBlock) throws {
        let joined = try block()?.joined(by: new) ?? new
        try db.execute(
            sql: "INSERT OR REPLACE INTO release_block VALUES (1, ?, ?, ?)",
            arguments: [joined.restoredAt.storedSeconds, joined.reason, joined.isProven])
    }

    /// Lifts the block if it ends at that second and is not proven.
    ///
    /// - Returns: whether there was one.
    func lift(through second: UInt64) throws -> Bool {
        guard let block = try block(), block.through == second, !block.isProven else { return false }
        try db.execute(sql: "DELETE FROM release_block WHERE number = 1")
        return true
    }

    private static let selectBlock = """
        SELECT restored_at, reason, is_proven FROM release_block WHERE number = 1
        """
}
