public import DAPMessages
public import DAPRoles
import HPKE
public import VDAF

/// Makes reports of any shape for a task, sealed as a client would seal them, together with what the leader will find
/// inside.
public struct ReportForge: Sendable {
    /// A report with the leader's input share in clear.
    public struct Forged: Sendable {
        /// The report.
        public let report: Report
        /// The payload of the leader's `PlaintextInputShare`.
        public let leaderInputShare: [UInt8]

        /// The report's ID.
        public var id: ReportID { report.metadata.reportID }
    }

    /// What to make otherwise than a proper client.
    public struct Shape: Sendable {
        /// The report ID, when it is not random.
        public var reportID: ReportID?
        /// Units of time after the present one.
        public var unitsAhead: Int64 = 0
        /// The extensions that both aggregators see.
        public var publicExtensions: [UInt16] = []
        /// The extensions that one aggregator sees.
        public var privateExtensions: [AggregatorRole: [UInt16]] = [:]
        /// Changes an aggregator's encoded `PlaintextInputShare`.
        public var plaintext: [AggregatorRole: @Sendable ([UInt8]) -> [UInt8]] = [:]
        /// Changes an aggregator's encoded input share.
        public var inputShare: [AggregatorRole: @Sendable ([UInt8]) -> [UInt8]] = [:]
        /// Changes an aggregator's envelope.
        public var envelope: [AggregatorRole: @Sendable (HpkeCiphertext) -> HpkeCiphertext] = [:]
        /// Changes the public share, under the seal.
        public var publicShare: (@Sendable ([UInt8]) -> [UInt8])?
        /// Which of the aggregators' keys is used.
        public var key = 0

        /// A proper report's shape.
        public init() {}
    }

    private let task: TestTask
    private let leaderKeys: [TestKeys.Key]
    private let helperKeys: [TestKeys.Key]
    private let clock: any WallClock
    private let random: RandomSource

    /// A forge for one of a deployment's tasks.
    public init(_ deployment: TestDeployment, task: TestTask? = nil) {
        self.init(
            task: task ?? deployment.task, leaderKeys: deployment.keys.leader, helperKeys: deployment.keys.helper,
            clock: deployment.clock, random: deployment.random)
    }

    /// A forge for any task.
    public init(
        task: TestTask, leaderKeys: [TestKeys.Key], helperKeys: [TestKeys.Key], clock: any WallClock,
        random: RandomSource
    ) {
        self.task = task
        self.leaderKeys = leaderKeys
        self.helperKeys = helperKeys
        self.clock = clock
        self.random = random
    }

    /// A report, proper but for what is changed.
    public func report(
        _ measurement: Prio3Measurement = .integer(1), _ change: (inout Shape) -> Void = { _ in }
    ) throws -> Forged {
        var shape = Shape()
        change(&shape)
        var random = self.random
        let id = try shape.reportID ?? ReportID(random.bytes(ReportID.byteCount))
        let precision = task.client.configuration.timePrecision
        let now = Time(posixSeconds: clock.now(), precision: precision)
        let metadata = ReportMetadata(
            reportID: id, time: Time(UInt64(Int64(now.value) + shape.unitsAhead)),
            publicExtensions: shape.publicExtensions.map { Extension(extensionType: $0, extensionData: []) })
        let shares = try task.client.vdaf.shard(
            measurement, context: DomainSeparation.vdafContext(taskID: task.id), nonce: id.bytes,
            random: random.bytes(task.client.vdaf.randomSize))
        let publicShare = shape.publicShare?(shares.publicShare) ?? shares.publicShare
        let leaderShare = shape.inputShare[.leader]?(shares.inputShares[0]) ?? shares.inputShares[0]
        let helperShare = shape.inputShare[.helper]?(shares.inputShares[1]) ?? shares.inputShares[1]
        func seal(_ share: [UInt8], for role: AggregatorRole) throws -> HpkeCiphertext {
            try self.seal(share, for: role, metadata: metadata, publicShare: publicShare, shape: shape)
        }
        let report = Report(
            metadata: metadata, publicShare: publicShare,
            leaderEncryptedInputShare: try seal(leaderShare, for: .leader),
            helperEncryptedInputShare: try seal(helperShare, for: .helper))
        return Forged(report: report, leaderInputShare: leaderShare)
    }

    private func seal(
        _ share: [UInt8], for role: AggregatorRole, metadata: ReportMetadata, publicShare: [UInt8], shape: Shape
    ) throws -> HpkeCiphertext {
        var random = self.random
        let key = (role == .leader ? leaderKeys : helperKeys)[shape.key].config
        let sender = try HPKESender(
            publicKey: key.publicKey, ciphersuite: key.ciphersuite,
            info: DomainSeparation.inputShareInfo(receiver: role == .leader ? .leader : .helper))
        let aad = InputShareAad(
            taskID: task.id, encodedTaskConfiguration: task.client.encodedConfiguration, reportMetadata: metadata,
            publicShare: publicShare)
        let extensions = shape.privateExtensions[role] ?? []
        let plaintext = try PlaintextInputShare(
            privateExtensions: extensions.map { Extension(extensionType: $0, extensionData: []) }, payload: share
        ).encoded()
        let sealed = try sender.seal(
            shape.plaintext[role]?(plaintext) ?? plaintext, authenticating: try aad.encoded(), using: &random)
        let envelope = HpkeCiphertext(
            configID: key.id, encapsulatedKey: sealed.encapsulatedKey, payload: sealed.ciphertext)
        return shape.envelope[role]?(envelope) ?? envelope
    }

    /// The leader's first message for some reports.
    public func verifyInits(_ forged: [Forged]) async throws -> [VerifyInit] {
        let outcomes = try await task.leader.leaderInitialize(
            forged.map { forged in
                VerificationInput(
                    nonce: forged.id.bytes, publicShare: forged.report.publicShare, inputShare: forged.leaderInputShare,
                    bucket: 0)
            })
        return try zip(forged, outcomes).map { forged, outcome in
            VerifyInit(
                reportShare: ReportShare(
                    metadata: forged.report.metadata, publicShare: forged.report.publicShare,
                    encryptedInputShare: forged.report.helperEncryptedInputShare),
                payload: try outcome.get().outbound)
        }
    }
}

extension HpkeCiphertext {
    /// The same envelope with something else.
    public func with(configID: HpkeConfigID? = nil, payload: (([UInt8]) -> [UInt8])? = nil) -> HpkeCiphertext {
        HpkeCiphertext(
            configID: configID ?? self.configID, encapsulatedKey: encapsulatedKey,
            payload: payload?(self.payload) ?? self.payload)
    }
}

extension [UInt8] {
    /// The bytes with one bit of the last one changed.
    public var withLastBitFlipped: [UInt8] { dropLast() + suffix(1).map { $0 ^ 1 } }
    /// The bytes with one bit of the first one changed.
    public var withFirstBitFlipped: [UInt8] { prefix(1).map { $0 ^ 1 } + dropFirst() }
}
