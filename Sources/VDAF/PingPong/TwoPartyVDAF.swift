/// Which of the two aggregators verifies; the raw value is the VDAF's aggregator ID.
public enum AggregatorRole: Int, Sendable {
    /// Holds explicit shares and speaks first.
    case leader = 0
    /// Holds seeds that its shares are expanded from.
    case helper = 1
}

/// A report share to verify.
public struct VerificationInput: Sendable, Redacted {
    /// 16 bytes: the report ID.
    public let nonce: [UInt8]
    /// The encoded public share.
    public let publicShare: [UInt8]
    /// The encoded input share. A secret.
    public let inputShare: [UInt8]
    /// The other aggregator's message; empty for the leader, who speaks first.
    public let inbound: [UInt8]
    /// Which sum the output share is added to.
    public let bucket: UInt64

    /// Takes the parts as they are; they are checked when the report is verified.
    public init(nonce: [UInt8], publicShare: [UInt8], inputShare: [UInt8], inbound: [UInt8] = [], bucket: UInt64) {
        self.nonce = nonce
        self.publicShare = publicShare
        self.inputShare = inputShare
        self.inbound = inbound
        self.bucket = bucket
    }
}

/// What the leader keeps of a report between its message and the helper's.
public struct LeaderContinuation: Sendable {
    /// The encoded message to the helper.
    public let outbound: [UInt8]
    /// The seed that the helper's message must repeat; empty for Count and Sum.
    public let jointRandSeed: [UInt8]
}

/// A report that the helper has answered.
public struct LeaderFinishInput: Sendable, Redacted {
    /// The encoded input share once more. A secret.
    public let inputShare: [UInt8]
    /// From `LeaderContinuation`.
    public let jointRandSeed: [UInt8]
    /// The helper's encoded message.
    public let inbound: [UInt8]
    /// Which sum the output share is added to.
    public let bucket: UInt64

    /// Takes the parts as they are; they are checked when the report is finished.
    public init(inputShare: [UInt8], jointRandSeed: [UInt8], inbound: [UInt8], bucket: UInt64) {
        self.inputShare = inputShare
        self.jointRandSeed = jointRandSeed
        self.inbound = inbound
        self.bucket = bucket
    }
}

/// The outcome of a batch: report by report, and the sums of the valid ones.
public struct BatchOutcome<Success: Sendable>: Sendable {
    /// In the order of the reports.
    public let outcomes: [Result<Success, VDAFError>]
    /// Encoded aggregate shares over the valid reports, by bucket.
    public let aggregateShares: [UInt64: [UInt8]]
}

/// The part of a two-party VDAF that does not depend on the circuit's type.
protocol TwoPartyVDAF: Sendable {
    var randomSize: Int { get }
    func shard(_ measurement: Prio3Measurement, context: [UInt8], nonce: [UInt8], random: [UInt8]) throws -> Prio3Shares
    func shard(
        _ measurements: [Prio3Measurement], context: [UInt8], nonces: [[UInt8]], randoms: [[UInt8]]
    ) -> [Result<Prio3Shares, VDAFError>]
    func checkInputShare(_ inputShare: [UInt8], role: AggregatorRole) throws
    func leaderInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> [Result<LeaderContinuation, VDAFError>]
    func leaderFinish(_ reports: [LeaderFinishInput], context: [UInt8]) -> BatchOutcome<Void>
    func helperInitialize(_ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]) -> BatchOutcome<[UInt8]>
    func merge(_ aggregateShares: [[UInt8]]) throws -> [UInt8]
    func add(noise: [Int128], to aggregateShare: [UInt8]) throws -> [UInt8]
    func unshard(_ aggregateShares: [[UInt8]]) throws -> Prio3AggregateResult
}
