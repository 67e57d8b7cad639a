/// What a simulation has for its whole length.
public struct SimulationSettings: Sendable, Hashable, Codable {
    /// Who does not keep to the protocol, beside clients.
    public enum Conduct: String, Sendable, Hashable, Codable, CaseIterable {
        /// Both aggregators and the network are honest, though they fail.
        case honest
        /// Somebody with the leader's token asks the helper for what it must not do.
        case badLeader
        /// The helper's answers are not always what they should be.
        case badHelper
        /// Somebody changes messages on the way.
        case badNetwork
    }

    /// Where keys, shares and IDs come from.
    public var seed: UInt64
    /// Who misbehaves.
    public var conduct = Conduct.honest
    /// Whether the task's batch mode is leader-selected.
    public var isLeaderSelected = false
    /// The fewest reports of which an aggregate is released.
    public var minBatchSize: UInt64 = 2
    /// The unit of time in seconds.
    public var timePrecision: UInt64 = 300
    /// How many reports there can be, each with a bucket of its own.
    public var reportCount = 24
    /// Reports that must wait for a job to be created at once.
    public var minimumJobSize = 256
    /// Reports in a job; nil for as many as the leader's limit.
    public var maximumJobSize: Int?
    /// What leader-selected batches are filled to.
    public var batchTargetSize: UInt64 = 0
    /// Seconds after which a leader-selected batch is given out with fewer.
    public var batchMaximumAge: UInt64 = 300
    /// Whether the helper answers later at first.
    public var isDeferred = false
    /// Seconds for which reports are kept.
    public var retention: UInt64 = 86_400
    /// What is promised about releases.
    public var privacy: SimulatedPrivacy?
    /// How often each answer is asked for again in the end.
    public var polls = 3

    /// Settings.
    public init(seed: UInt64) { self.seed = seed }
}
