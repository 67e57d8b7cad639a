import DAPMessages

/// Why one does not take part in a task.
public struct TaskRefused: Error, Sendable, CustomStringConvertible {
    /// A plain sentence.
    public let reason: String
    /// The sentence.
    public var description: String { reason }
}

extension TaskConfiguration {
    /// Nobody takes part in a task with an extension that they do not know (DAP §4.2.2).
    ///
    /// - Throws: `TaskRefused`.
    func refuseUnknownExtensions() throws {
        guard unknownExtensionTypes.isEmpty else {
            throw TaskRefused(reason: "the task has extensions that are not known here")
        }
    }
}
