public import DAPMessages
public import HPKE
import VDAF

/// A task as its collector knows it (DAP §4.2): with the key that opens aggregate shares.
public struct CollectorTask: Sendable {
    /// The task's ID.
    public let id: TaskID
    /// What all participants agree on.
    public let configuration: TaskConfiguration
    /// What is promised about the task's releases; nil when they are exact. It decides how results are read: as numbers
    /// that noise may have brought below zero, or as exact ones.
    public var privacy: TaskPrivacy?
    private let encodedConfiguration: [UInt8]
    private let vdaf: Prio3
    private let configID: HpkeConfigID
    private let leaderRecipient: HPKERecipient
    private let helperRecipient: HPKERecipient

    /// A task whose ID follows from its configuration (taskprov §3.3).
    ///
    /// - Throws: `TaskRefused`, `CodecError`, `VDAFError`, or `HPKEError` when the key does not belong to the
    ///   configuration.
    public init(configuration: TaskConfiguration, hpkeConfig: HpkeConfig, keyPair: HPKEKeyPair) throws {
        try self.init(
            id: TaskDerivation.taskID(encodedTaskConfiguration: configuration.encoded()), configuration: configuration,
            hpkeConfig: hpkeConfig, keyPair: keyPair)
    }

    /// A task whose ID was agreed on by other means (DAP §4.2).
    ///
    /// - Throws: as the public one.
    package init(id: TaskID, configuration: TaskConfiguration, hpkeConfig: HpkeConfig, keyPair: HPKEKeyPair) throws {
        guard hpkeConfig.publicKey == keyPair.publicKey else {
            throw HPKEError(.invalidKey, "the private key does not belong to the catalog's collector_hpke_config")
        }
        try configuration.refuseUnknownExtensions()
        self.id = id
        self.configuration = configuration
        encodedConfiguration = try configuration.encoded()
        vdaf = try Prio3(try configuration.prio3Parameters())
        configID = hpkeConfig.id
        func recipient(_ sender: Role) throws -> HPKERecipient {
            try HPKERecipient(
                keyPair: keyPair, ciphersuite: hpkeConfig.ciphersuite,
                info: DomainSeparation.aggregateShareInfo(sender: sender))
        }
        leaderRecipient = try recipient(.leader)
        helperRecipient = try recipient(.helper)
    }

    /// Opens both aggregate shares and puts them together (DAP §4.6.7, §4.6.6).
    ///
    /// - Throws: `CollectionFailure` `unreadable` when a share does not open or decode, or the numbers make no sense.
    package func result(of response: CollectionJobResp, for request: CollectionJobReq) throws -> CollectionResult {
        let aad = try AggregateShareAad(
            taskID: id, encodedTaskConfiguration: encodedConfiguration, collectionJobReq: request
        ).encoded()
        func open(_ ciphertext: HpkeCiphertext, _ recipient: HPKERecipient, _ sender: Role) throws -> [UInt8] {
            guard ciphertext.configID == configID,
                let share = try? recipient.open(
                    ciphertext.payload, encapsulatedKey: ciphertext.encapsulatedKey, authenticating: aad)
            else { throw CollectionFailure.unreadable("the \(sender)'s aggregate share does not open with this key") }
            return share
        }
        guard response.reportCount >= configuration.minBatchSize else {
            throw CollectionFailure.unreadable("the leader answered with fewer reports than the task's minimum")
        }
        guard response.interval.duration.value > 0 else {
            throw CollectionFailure.unreadable("the leader answered with an empty interval")
        }
        if case .timeInterval(let query) = request.query, !response.interval.isWithin(query.batchInterval) {
            throw CollectionFailure.unreadable("the leader answered for another interval than was asked for")
        }
        let shares = [
            try open(response.leaderEncryptedAggregateShare, leaderRecipient, .leader),
            try open(response.helperEncryptedAggregateShare, helperRecipient, .helper),
        ]
        guard let result = try? vdaf.unshard(shares) else {
            throw CollectionFailure.unreadable("an aggregate share does not decode")
        }
        let value = AggregateRangeRule.value(
            of: result, of: vdaf.parameters, reportCount: response.reportCount, noise: privacy?.noise.distribution)
        guard let value else {
            throw CollectionFailure.unreadable(
                "\(response.reportCount) reports cannot have such a total: an aggregator \(excuse), or lies")
        }
        return CollectionResult(reportCount: response.reportCount, interval: response.interval, result: value)
    }

    /// What else than a lie explains a total that is none.
    private var excuse: String { privacy == nil ? "added noise" : "added more noise than is promised" }
}

/// A released aggregate.
public struct CollectionResult: Sendable, Equatable {
    /// How many reports it contains.
    public let reportCount: UInt64
    /// The smallest interval that contains their times.
    public let interval: Interval
    /// The aggregate.
    public let result: AggregateValue

    package init(reportCount: UInt64, interval: Interval, result: AggregateValue) {
        self.reportCount = reportCount
        self.interval = interval
        self.result = result
    }
}

/// Why a collection came to no result.
public enum CollectionFailure: Error, Sendable {
    /// The leader refused or failed the job.
    case refused(StoredProblem, status: Int)
    /// The leader could not be reached or did not answer sensibly, in several attempts.
    case unavailable(String)
    /// The job was not ready in the time given. It goes on; asking again finds it.
    case notReady
    /// The answer cannot be used.
    case unreadable(String)
}
