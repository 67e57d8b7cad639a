public import DAPMessages
public import DAPRoles
import GRDB
public import VDAF

extension SQLiteStore: ReleaseStore {
    /// What to tell the other aggregator of a task.
    public func releaseNotice(task taskID: TaskID, role: AggregatorRole) async throws -> ReleaseNotice {
        try await beginReleaseEpoch()
        let task = try await knownNumber(of: taskID, as: role.dapRole)
        return try await pool.read { db in
            let ledger = ReleaseLedger(db: db)
            return ReleaseNotice(
                own: try ledger.tally(task: task), peers: try task.map { try ledger.heard(task: $0) } ?? [])
        }
    }

    /// Takes in what the other aggregator says. Nothing is written when there is nothing new in it.
    public func hearReleases(
        _ notice: ReleaseNotice, task taskID: TaskID, role: AggregatorRole, now: UInt64
    ) async throws -> ReleaseHearing {
        let task = try await number(of: taskID, as: role.dapRole)
        let (news, block) = try await pool.read { db in
            (try ReleaseNews(notice, task: task, ReleaseLedger(db: db)), try ReleaseLedger(db: db).block())
        }
        if news.isNothing { return ReleaseHearing(isRestored: false, isPeerRestored: false, block: block) }
        return try await pool.write { db in
            let ledger = ReleaseLedger(db: db)
            // Another transaction may have been first.
            let news = try ReleaseNews(notice, task: task, ledger)
            try ledger.remember(notice.own, task: task)
            for known in news.forgotten { try ledger.dealWith(known) }
            if !news.forgotten.isEmpty {
                // Under the present identity only a store can be ahead that was exchanged while it is open, if no peer lies.
                let restoredAt = news.isPresent ? now : min(now, openedAt)
                try ledger.block(ReleaseBlock(restoredAt: restoredAt, reason: ReleaseNews.reason, isProven: false))
            }
            return ReleaseHearing(
                isRestored: !news.forgotten.isEmpty, isPeerRestored: news.isPeerBehind, block: try ledger.block())
        }
    }

    /// The block, if there is one.
    public func releaseBlock() async throws -> ReleaseBlock? {
        try await pool.read { db in try ReleaseLedger(db: db).block() }
    }

    /// Lifts the block if it ends at that second and is not proven.
    public func liftReleaseBlock(through second: UInt64) async throws -> Bool {
        try await pool.write { db in try ReleaseLedger(db: db).lift(through: second) }
    }

    /// How many batches of all tasks were collected, as far as the database counts.
    public func releases() async throws -> UInt64 {
        try await pool.read { db in try ReleaseLedger(db: db).standing().tally.releases }
    }

    /// From the first number on that this process gives or tells, numbers stand under an identity of their own.
    func beginReleaseEpoch() async throws {
        if hasReleaseEpoch.withLock({ $0 }) { return }
        try await pool.write { db in try ReleaseLedger(db: db).beginEpoch() }
        // Two that come at once begin two, which does no harm.
        hasReleaseEpoch.withLock { $0 = true }
    }
}

/// What is new in a notice.
private struct ReleaseNews {
    /// What the other knows of this store and this store does not.
    let forgotten: [ReleaseTally]
    /// Whether some of that is under the present identity.
    let isPresent: Bool
    /// Whether the other's numbers went back.
    let isPeerBehind: Bool
    /// Whether there is nothing to be remembered.
    let isNothing: Bool
    /// Why the store has to be blocked, for an operator.
    static let reason = "the other aggregator has worked with a later state of the database, or with another database"

    init(_ notice: ReleaseNotice, task: Int64, _ ledger: ReleaseLedger) throws {
        let heard = try ledger.heard(task: task)
        let highest = heard.first { $0.identity == notice.own.identity }?.releases
        isPeerBehind = highest == nil && notice.own.releases < heard.first?.releases ?? 0
        forgotten = try notice.peers.filter { known in
            try ledger.lastNumber(under: known.identity).map { known.releases > $0 } ?? true
        }
        isNothing = forgotten.isEmpty && highest.map { notice.own.releases <= $0 } ?? false
        let present = try ledger.last().identity
        isPresent = forgotten.contains { $0.identity == present }
    }
}

extension SQLiteStore {
    /// Compares the database with the file beside it, when it is opened. A healthy database is never behind the file,
    /// which is written after the commit; one that is ahead was closed in between, and the file follows.
    ///
    /// The block is on the disk before the file is changed, so a crash in between loses nothing that is known.
    func noticeRestore(now: UInt64) throws {
        let file = releaseFile
        try pool.write { db in
            let ledger = ReleaseLedger(db: db)
            let standing = try ledger.standing()
            let content = try file.read()
            guard let finding = Self.finding(standing, content) else { return }
            if case .tally(let tally) = content, tally.identity == standing.tally.identity {
                try ledger.raise(to: tally.releases)
            }
            try ledger.markCopied(at: nil)
            try ledger.block(ReleaseBlock(restoredAt: now, reason: finding.reason, isProven: finding.isProven))
        }
        try pool.write { db in
            let ledger = ReleaseLedger(db: db)
            let standing = try ledger.standing()
            if try file.read() != .tally(standing.tally) { try file.write(standing.tally) }
            if !standing.hasFile { try ledger.markFileWritten() }
        }
    }

    private static func finding(
        _ standing: ReleaseLedger.Standing, _ content: ReleaseFile.Content
    ) -> (reason: String, isProven: Bool)? {
        let own = standing.tally
        if case .tally(let tally) = content, tally.identity == own.identity, tally.releases > own.releases {
            let reason = "the file beside the database counts \(tally.releases) releases, the database \(own.releases)"
            return (reason, true)
        }
        if let copiedAt = standing.copiedAt { return ("the database is a backup made at \(copiedAt)", false) }
        switch content {
        case .missing where standing.hasFile: return ("the file of releases beside the database is missing", false)
        case .unreadable: return ("the file of releases beside the database is damaged", false)
        case .tally(let tally) where tally.identity != own.identity:
            return ("the file of releases beside the database belongs to another database", false)
        case .tally, .missing: return nil
        }
    }

    /// To be called when a transaction that releases something is about to commit.
    func releaseIsComing() { releaseFileState.withLock { $0.begun += 1 } }

    /// Brings the file up to date with what this process has released: before an answer is given out.
    ///
    /// The file is written inside a transaction, though nothing is changed in it: writers take turns, so that no process
    /// puts a lower number in place of a higher one.
    func settleReleases() async throws {
        let begun = releaseFileState.withLock { $0.isSettled ? nil : $0.begun }
        guard let begun else { return }
        try await pool.write { [releaseFile] db in try releaseFile.write(ReleaseLedger(db: db).standing().tally) }
        releaseFileState.withLock { $0.settled = max($0.settled, begun) }
    }
}

/// How far the file beside the database has followed this process's releases.
struct ReleaseFileState {
    /// Transactions that have released something, or tried to.
    var begun = 0
    /// How many of them are in the file.
    var settled = 0

    var isSettled: Bool { settled == begun }
}
