public import DAPMessages
public import HPKE
public import VDAF

/// A task as an aggregator knows it (DAP §4.2): its configuration, and what follows from it.
public struct AggregatorTask: Sendable {
    /// The task's ID, derived from its configuration.
    public let id: TaskID
    /// What all participants agree on.
    public let configuration: TaskConfiguration
    /// Its encoding, which is part of every envelope's associated data.
    public let encodedConfiguration: [UInt8]
    /// Which of the two aggregators this is.
    public let role: AggregatorRole
    /// The VDAF.
    public let vdaf: Prio3
    /// The context string of the VDAF (DAP §4.4.2).
    public let vdafContext: [UInt8]
    let verifyKey: SecretBytes
    let collectorConfigID: UInt8
    let collectorSender: HPKESender

    /// - Parameters:
    ///   - configuration: of a time-interval task without extensions.
    ///   - sharedSecret: 32 bytes that the two aggregators share; the verification key is derived from it.
    ///   - collectorHpkeConfig: the key that aggregate shares are sealed to.
    /// - Throws: `TaskRefused` when this project cannot take part in such a task; `VDAFError`, `HPKEError`, `CodecError`.
    public init(
        configuration: TaskConfiguration, role: AggregatorRole, sharedSecret: SecretBytes,
        collectorHpkeConfig: HpkeConfig
    ) throws {
        guard try configuration.batchMode() == .timeInterval else {
            throw TaskRefused(reason: "the batch mode is not time_interval")
        }
        guard configuration.extensions.isEmpty else {
            throw TaskRefused(reason: "the task has extensions that are not known here")
        }
        guard configuration.minBatchSize > 0 else { throw TaskRefused(reason: "the minimum batch size is zero") }
        self.configuration = configuration
        self.role = role
        encodedConfiguration = try configuration.encoded()
        id = TaskDerivation.taskID(encodedTaskConfiguration: encodedConfiguration)
        vdaf = try Prio3(try configuration.prio3Parameters())
        vdafContext = DomainSeparation.vdafContext(taskID: id)
        verifyKey = try TaskDerivation.verifyKey(sharedSecret: sharedSecret, taskID: id)
        collectorConfigID = collectorHpkeConfig.id
        collectorSender = try HPKESender(
            publicKey: collectorHpkeConfig.publicKey, ciphersuite: collectorHpkeConfig.ciphersuite,
            info: DomainSeparation.aggregateShareInfo(sender: role.dapRole))
    }

    /// The verification key in the form the VDAF takes.
    var verifyKeyBytes: [UInt8] { verifyKey.withUnsafeBytes { Array($0) } }

    /// Seals an aggregate share to the collector (DAP §4.6.7).
    func seal(
        aggregateShare: [UInt8], for request: CollectionJobReq, using random: inout some RandomNumberGenerator
    ) throws -> HpkeCiphertext {
        let aad = AggregateShareAad(
            taskID: id, encodedTaskConfiguration: encodedConfiguration, collectionJobReq: request)
        let sealed = try collectorSender.seal(aggregateShare, authenticating: try aad.encoded(), using: &random)
        return HpkeCiphertext(
            configID: collectorConfigID, encapsulatedKey: sealed.encapsulatedKey, payload: sealed.ciphertext)
    }
}

/// Why an aggregator does not take part in a task.
public struct TaskRefused: Error, Sendable, CustomStringConvertible {
    /// A plain sentence.
    public let reason: String
    /// The sentence.
    public var description: String { reason }
}

extension AggregatorRole {
    /// The role on the wire (DAP §4.1).
    public var dapRole: Role { self == .leader ? .leader : .helper }
}
