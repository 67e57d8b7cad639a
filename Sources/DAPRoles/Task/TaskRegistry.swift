public import DAPMessages
import Synchronization

/// The tasks an aggregator takes part in.
public final class TaskRegistry: Sendable {
    private let byID: Mutex<[TaskID: AggregatorTask]>
    private let blocked = Mutex<UInt64?>(nil)

    /// A registry of the given tasks.
    public init(_ tasks: [AggregatorTask] = []) {
        byID = Mutex(Dictionary(tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// All tasks, in no order.
    public var tasks: [AggregatorTask] { byID.withLock { Array($0.values) } }

    /// Takes part in one more task. One of the same ID is replaced.
    public func add(_ task: AggregatorTask) { byID.withLock { $0[task.id] = task } }

    /// POSIX seconds up to which the store cannot tell what was seen or released, because it was restored from a backup.
    public var blockedThrough: UInt64? { blocked.withLock { $0 } }

    /// Takes no report and releases no batch from the given POSIX second or before it.
    public func block(through second: UInt64) { blocked.withLock { $0 = max($0 ?? 0, second) } }

    /// The task of that ID.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask`.
    public func task(_ id: TaskID) throws -> AggregatorTask {
        guard let task = byID.withLock({ $0[id] }) else {
            throw DAPAbort(.unrecognizedTask, "the task is not known here", task: id)
        }
        return task
    }
}
