public import DAPMessages
public import Logging
public import VDAF

/// Keeps an aggregator from releasing what it may have released before its store was restored from a backup: it
/// exchanges notices with the other aggregators, and blocks the tasks as the store is blocked.
public struct ReleaseWatch: Sendable {
    private let store: any ReleaseStore
    private let tasks: TaskRegistry
    private let role: AggregatorRole
    private let clock: any WallClock
    private let logger: Logger

    /// - Parameters:
    ///   - tasks: the registry that the role's handlers and drivers have.
    ///   - role: the aggregator's role in these tasks.
    public init(
        store: any ReleaseStore, tasks: TaskRegistry, role: AggregatorRole, clock: any WallClock, logger: Logger
    ) {
        self.store = store
        self.tasks = tasks
        self.role = role
        self.clock = clock
        self.logger = logger
    }

    /// Blocks the tasks if the store is blocked, and says so. To be called before the first request or job.
    ///
    /// - Throws: the store's error.
    public func start() async throws {
        guard let block = try await store.releaseBlock() else { return }
        apply(block)
    }

    /// What to tell the other aggregator of a task; nil when the task is not known.
    ///
    /// - Throws: the store's error.
    public func notice(of task: TaskID) async throws -> ReleaseNotice? {
        guard (try? tasks.task(task)) != nil else { return nil }
        return try await store.releaseNotice(task: task, role: role)
    }

    /// Takes in what the other aggregator of a task says: to be called before anything is released to it or with its help.
    ///
    /// It is believed only where it makes this aggregator refuse, which it could do in other ways as well.
    /// - Throws: the store's error.
    public func hear(_ notice: ReleaseNotice, of task: TaskID) async throws {
        guard (try? tasks.task(task)) != nil else { return }
        let hearing = try await store.hearReleases(notice, task: task, role: role, now: clock.now())
        if hearing.isPeerRestored {
            logger.warning(
                "the other aggregator was restored from a backup or started anew: of the time before, it takes nothing",
                metadata: ["task": "\(task)"])
        }
        if let block = hearing.block { apply(block) }
    }

    private func apply(_ block: ReleaseBlock) {
        // Other processes may share the store, and one of them may have noticed.
        let isNews = (tasks.blockedThrough ?? 0) < block.through
        tasks.block(through: block.through)
        guard isNews else { return }
        logger.error(
            """
            this aggregator was restored from a backup: it may have released batches that it has forgotten, and \
            therefore takes no report and releases no batch of the time before (docs/operating.md)
            """,
            metadata: [
                "blocked_through": "\(block.through)", "restored_by": "\(block.restoredAt)",
                "reason": "\(block.reason)",
            ])
    }
}
