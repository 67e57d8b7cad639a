public import DAPMessages

/// The tasks an aggregator takes part in.
public struct TaskRegistry: Sendable {
    /// All tasks, in no order.
    public var tasks: some Collection<AggregatorTask> { byID.values }
    private let byID: [TaskID: AggregatorTask]

    /// A registry of the given tasks.
    public init(_ tasks: [AggregatorTask]) {
        byID = Dictionary(tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The task of that ID.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask`.
    public func task(_ id: TaskID) throws -> AggregatorTask {
        guard let task = byID[id] else { throw DAPAbort(.unrecognizedTask, "the task is not known here", task: id) }
        return task
    }
}
