public import DAPMessages

/// Knows the bearer tokens of those who may ask for a resource (DAP §3.5).
public protocol PeerTokens: Sendable {
    /// Whether a token is accepted for a task; its time does not tell how much of a token was right.
    ///
    /// - Parameter task: the ID in the request's URL, perhaps of no task that is known here.
    func accept(_ token: String, task: TaskID) -> Bool
}
