public import DAPMessages
public import VDAF

/// What a store knows of its releases, so that one that was restored from a backup is noticed: it numbers them, and the
/// other aggregator of a task remembers the task's last number. A store that hears of a number of its own that it
/// has not given, or that it was another one, has been set back, and blocks itself.
///
/// A helper numbers the batches that `collectBatch` marks collected. A leader numbers those that `closeBatch` closes, so
/// that the helper, which is asked after it, hears of the last one too; some are never released. Each gets its number in
/// the transaction that makes the mark. From one opening of a store to the next the numbers stand under an
/// identity of their own: after a restore the same numbers are given again, but not under the same identity.
/// Every method is one transaction and safe to call concurrently.
public protocol ReleaseStore: Sendable {
    /// What to tell the other aggregator of a task.
    func releaseNotice(task: TaskID, role: AggregatorRole) async throws -> ReleaseNotice

    /// Takes in what the other aggregator of a task says.
    ///
    /// It remembers the other's last tallies. When the other knows of a number of this store's that was not given under that
    /// identity, or of an identity that is not this store's, the store blocks itself. All that happened under an identity
    /// other than the present one was before the store was opened, so it was set back by then at the latest, and the store
    /// blocks itself once for each, whatever the number and the task.
    ///
    /// While the store is blocked, a leader-selected batch that was opened at `ReleaseBlock.restoredAt` or before gets no
    /// more reports, and `closeBatch` does not choose it.
    ///
    /// - Parameter now: POSIX seconds.
    func hearReleases(
        _ notice: ReleaseNotice, task: TaskID, role: AggregatorRole, now: UInt64
    ) async throws -> ReleaseHearing

    /// The block, or nil when the store is not blocked.
    func releaseBlock() async throws -> ReleaseBlock?

    /// Lifts the block *if it ends at that second and is not proven*.
    ///
    /// - Returns: false when there is no such block; then nothing changed.
    func liftReleaseBlock(through second: UInt64) async throws -> Bool
}

/// What can be told from the words of the other aggregator.
public struct ReleaseHearing: Sendable, Equatable {
    /// Whether they made this store block itself.
    public let isRestored: Bool
    /// Whether the other aggregator's numbers went back: it was set back, or started anew.
    public let isPeerRestored: Bool
    /// The block, if there is one, whatever made it.
    public let block: ReleaseBlock?

    /// What was heard.
    public init(isRestored: Bool, isPeerRestored: Bool, block: ReleaseBlock?) {
        self.isRestored = isRestored
        self.isPeerRestored = isPeerRestored
        self.block = block
    }
}

/// A store was restored from a backup, or replaced by an empty one: it cannot tell what was seen and released before.
public struct ReleaseBlock: Sendable, Equatable {
    /// When the store was set back, at the latest, in POSIX seconds.
    public let restoredAt: UInt64
    /// How it was noticed: a sentence for an operator.
    public let reason: String
    /// Whether the store's own records prove that batches were released which it has forgotten.
    public let isProven: Bool

    /// A block with its parts.
    public init(restoredAt: UInt64, reason: String, isProven: Bool) {
        self.restoredAt = restoredAt
        self.reason = reason
        self.isProven = isProven
    }

    /// The POSIX second up to which nothing is taken or released: reports may have been so far ahead of the clock.
    public var through: UInt64 {
        let (end, overflow) = restoredAt.addingReportingOverflow(ReportTimeRule.aggregationSkew)
        return overflow ? .max : end
    }

    /// This block together with one that was noticed later.
    public func joined(by later: ReleaseBlock) -> ReleaseBlock {
        ReleaseBlock(
            restoredAt: max(restoredAt, later.restoredAt),
            reason: later.restoredAt > restoredAt ? later.reason : reason, isProven: isProven || later.isProven)
    }
}
