public import DAPMessages
public import HPKE
public import VDAF

/// A task as an aggregator knows it (DAP §4.2): its configuration, and what follows from it.
public struct AggregatorTask: Sendable {
    /// Seconds for which reports are kept when nobody says otherwise: four weeks.
    public static let usualRetention: UInt64 = 28 * 86_400

    /// The task's ID.
    public let id: TaskID
    /// What all participants agree on.
    public let configuration: TaskConfiguration
    /// Its encoding, which is part of every envelope's associated data.
    public let encodedConfiguration: [UInt8]
    /// How reports are put into batches (DAP §5).
    public let batchMode: BatchMode
    /// The stretch of time in which the task's reports are made, if it is limited (DAP §4.2.3).
    public let taskInterval: Interval?
    /// For how many seconds what belongs to a report is kept, counted from the end of its unit of time. It is no part
    /// of the configuration: the two aggregators may differ.
    public var reportRetention = Self.usualRetention
    /// What is promised about the task's releases; nil when they are exact. Both aggregators must have the same: a catalog
    /// puts it into the hash that the task's ID is made from.
    public var privacy: TaskPrivacy?
    /// Which of the two aggregators this is.
    public let role: AggregatorRole
    /// The VDAF.
    public let vdaf: Prio3
    /// The context string of the VDAF (DAP §4.4.2).
    public let vdafContext: [UInt8]
    let verifyKey: SecretBytes
    let collectorConfigID: UInt8
    let collectorSender: HPKESender

    /// A task whose ID and verification key follow from its configuration (taskprov §3.3, §3.4).
    ///
    /// - Parameters:
    ///   - sharedSecret: 32 bytes that the two aggregators share; the verification key is derived from it.
    ///   - collectorHpkeConfig: the key that aggregate shares are sealed to.
    /// - Throws: `TaskRefused` when this project cannot take part in such a task; `VDAFError`, `HPKEError`, `CodecError`.
    public init(
        configuration: TaskConfiguration, role: AggregatorRole, sharedSecret: SecretBytes,
        collectorHpkeConfig: HpkeConfig
    ) throws {
        let id = TaskDerivation.taskID(encodedTaskConfiguration: try configuration.encoded())
        try self.init(
            id: id, configuration: configuration, role: role,
            verifyKey: TaskDerivation.verifyKey(sharedSecret: sharedSecret, taskID: id),
            collectorHpkeConfig: collectorHpkeConfig)
    }

    /// A task whose ID and verification key were agreed on by other means (DAP §4.2).
    ///
    /// - Parameter verifyKey: 32 bytes.
    /// - Throws: as the public one.
    package init(
        id: TaskID, configuration: TaskConfiguration, role: AggregatorRole, verifyKey: SecretBytes,
        collectorHpkeConfig: HpkeConfig
    ) throws {
        try configuration.refuseUnknownExtensions()
        guard configuration.minBatchSize > 0 else { throw TaskRefused(reason: "the minimum batch size is zero") }
        self.id = id
        self.configuration = configuration
        self.role = role
        self.verifyKey = verifyKey
        batchMode = try configuration.batchMode()
        taskInterval = try configuration.taskInterval()
        encodedConfiguration = try configuration.encoded()
        vdaf = try Prio3(try configuration.prio3Parameters())
        vdafContext = DomainSeparation.vdafContext(taskID: id)
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

extension AggregatorRole {
    /// The role on the wire (DAP §4.1).
    public var dapRole: Role { self == .leader ? .leader : .helper }
}
