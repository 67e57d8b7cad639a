/// Prio3 between a client, two aggregators and a collector (VDAF §7, §5.7), for any of its five kinds.
///
/// Verification takes an array of reports at once. It streams through them in groups and keeps one
/// group's vectors in memory; one bad report never disturbs its neighbours.
public struct Prio3: Sendable {
    /// Bytes of a verification key.
    public static let verifyKeySize = XofTurboShake128.seedSize
    /// Bytes of a nonce.
    public static let nonceSize = 16

    /// What it was made from.
    public let parameters: Prio3Parameters
    private let vdaf: any TwoPartyVDAF

    /// - Throws: `VDAFError.invalidParameters` when a parameter is out of range.
    public init(_ parameters: Prio3Parameters) throws { try self.init(parameters, level: .selected) }

    /// - Parameter level: the instructions to use.
    /// - Throws: `VDAFError.invalidParameters` when a parameter is out of range.
    package init(_ parameters: Prio3Parameters, level: KernelLevel) throws {
        self.parameters = parameters
        let id = parameters.algorithmID
        switch parameters {
        case .count:
            vdaf = CountVDAF(vdaf: try Prio3VDAF(Count(), algorithmID: id, level: level))
        case .sum(let maxMeasurement):
            let circuit = try Sum<Field64>(maxMeasurement: maxMeasurement)
            vdaf = SumVDAF(vdaf: try Prio3VDAF(circuit, algorithmID: id, level: level))
        case .sumVec(let length, let maxMeasurement, let chunkLength):
            let circuit = try SumVec<Field128>(
                length: Int(length), maxMeasurement: maxMeasurement, chunkLength: Int(chunkLength))
            vdaf = SumVecVDAF(vdaf: try Prio3VDAF(circuit, algorithmID: id, level: level))
        case .histogram(let length, let chunkLength):
            let circuit = try Histogram<Field128>(length: Int(length), chunkLength: Int(chunkLength))
            vdaf = HistogramVDAF(vdaf: try Prio3VDAF(circuit, algorithmID: id, level: level))
        case .multihotCountVec(let length, let chunkLength, let maxWeight):
            let circuit = try MultihotCountVec<Field128>(
                length: Int(length), maxWeight: maxWeight, chunkLength: Int(chunkLength))
            vdaf = MultihotCountVecVDAF(vdaf: try Prio3VDAF(circuit, algorithmID: id, level: level))
        }
    }

    /// Bytes of randomness that `shard` takes.
    public var randomSize: Int { vdaf.randomSize }

    /// Splits a measurement in two (VDAF §7.2.1).
    ///
    /// - Parameters:
    ///   - context: the application's context string, at most 65,527 bytes; DAP's is in `DomainSeparation`.
    ///   - nonce: 16 bytes, unique to the report.
    ///   - random: `randomSize` bytes from a cryptographically secure source.
    /// - Throws: `VDAFError.invalidMeasurement`.
    public func shard(
        _ measurement: Prio3Measurement, context: [UInt8], nonce: [UInt8], random: [UInt8]
    ) throws -> Prio3Shares {
        try vdaf.shard(measurement, context: context, nonce: nonce, random: random)
    }

    /// Splits many measurements, each in the same shares as on its own, in less time.
    ///
    /// - Parameters:
    ///   - nonces: one for each measurement, as for one.
    ///   - randoms: one for each measurement, as for one.
    /// - Returns: the shares of each measurement, or why it was refused.
    public func shard(
        _ measurements: [Prio3Measurement], context: [UInt8], nonces: [[UInt8]], randoms: [[UInt8]]
    ) -> [Result<Prio3Shares, VDAFError>] {
        vdaf.shard(measurements, context: context, nonces: nonces, randoms: randoms)
    }

    /// Checks that an input share decodes (DAP §4.5.3.4, first check).
    ///
    /// - Throws: `VDAFError.malformedInputShare`.
    public func checkInputShare(_ inputShare: [UInt8], role: AggregatorRole) throws {
        try vdaf.checkInputShare(inputShare, role: role)
    }

    /// The leader's first step for many reports (VDAF §5.7.1, `ping_pong_leader_init`). The same input always
    /// gives the same messages.
    ///
    /// - Parameter verifyKey: `verifyKeySize` bytes that both aggregators share and clients don't know.
    /// - Returns: per report, what to send and keep, or why it is rejected.
    public func leaderInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> [Result<LeaderContinuation, VDAFError>] {
        vdaf.leaderInitialize(reports, verifyKey: verifyKey, context: context)
    }

    /// The leader's second and last step (VDAF §5.7.1, `ping_pong_leader_continued`).
    public func leaderFinish(_ reports: [LeaderFinishInput], context: [UInt8]) -> BatchOutcome<Void> {
        vdaf.leaderFinish(reports, context: context)
    }

    /// The helper's only step (VDAF §5.7.1, `ping_pong_helper_init`).
    ///
    /// - Parameter verifyKey: `verifyKeySize` bytes that both aggregators share and clients don't know.
    /// - Returns: per report the encoded message to the leader, or why it is rejected.
    public func helperInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> BatchOutcome<[UInt8]> {
        vdaf.helperInitialize(reports, verifyKey: verifyKey, context: context)
    }

    /// The encoded sum of encoded aggregate shares of one aggregator (VDAF §7.2.4); of none, the encoding of zero.
    ///
    /// - Throws: `VDAFError.malformedMessage`.
    public func merge(_ aggregateShares: [[UInt8]]) throws -> [UInt8] { try vdaf.merge(aggregateShares) }

    /// An encoded aggregate share with noise on every number, modulo the field's modulus.
    ///
    /// - Parameter noise: as many numbers as `aggregateLength`.
    /// - Throws: `VDAFError.malformedMessage` when the share does not decode, `invalidParameters` for another length.
    public func add(noise: [Int128], to aggregateShare: [UInt8]) throws -> [UInt8] {
        try vdaf.add(noise: noise, to: aggregateShare)
    }

    /// The result from both aggregators' encoded aggregate shares (VDAF §7.2.5).
    ///
    /// - Throws: `VDAFError.malformedMessage`, also unless there are exactly two.
    public func unshard(_ aggregateShares: [[UInt8]]) throws -> Prio3AggregateResult {
        try vdaf.unshard(aggregateShares)
    }
}
