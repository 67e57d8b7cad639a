public import DAPMessages
import HPKE
import VDAF

/// Makes reports for one task under one pair of HPKE configurations (DAP §4.4.2).
public struct ReportFactory: Sendable {
    private let task: ClientTask
    private let leader: Envelope
    private let helper: Envelope
    private let context: [UInt8]

    private struct Envelope: Sendable {
        let configID: HpkeConfigID
        let sender: HPKESender

        init(_ list: HpkeConfigList, receiver: Role) throws {
            // Lists are in decreasing order of preference.
            guard let config = list.configs.first(where: \.ciphersuite.isSupported) else {
                throw HPKEError(.unsupportedCiphersuite, "the \(receiver) offers no supported HPKE ciphersuite")
            }
            configID = config.id
            sender = try HPKESender(
                publicKey: config.publicKey, ciphersuite: config.ciphersuite,
                info: DomainSeparation.inputShareInfo(receiver: receiver))
        }

        func seal(_ inputShare: [UInt8], aad: [UInt8], using random: inout RandomSource) throws -> HpkeCiphertext {
            let sealed = try sender.seal(
                try PlaintextInputShare(payload: inputShare).encoded(), authenticating: aad, using: &random)
            return HpkeCiphertext(
                configID: configID, encapsulatedKey: sealed.encapsulatedKey, payload: sealed.ciphertext)
        }
    }

    /// - Throws: `HPKEError` when an aggregator offers no usable configuration.
    public init(task: ClientTask, leaderConfigs: HpkeConfigList, helperConfigs: HpkeConfigList) throws {
        self.task = task
        leader = try Envelope(leaderConfigs, receiver: .leader)
        helper = try Envelope(helperConfigs, receiver: .helper)
        context = DomainSeparation.vdafContext(taskID: task.id)
    }

    /// Splits and seals measurements, each under a fresh random report ID.
    ///
    /// - Throws: `VDAFError` `invalidMeasurement` when the task's VDAF does not take one of them.
    public func reports(for measurements: [TimedMeasurement], random: RandomSource) throws -> [Report] {
        var random = random
        let metadata = try measurements.map { timed in
            ReportMetadata(
                reportID: try ReportID(random.bytes(ReportID.byteCount)),
                time: Time(posixSeconds: timed.posixSeconds, precision: task.configuration.timePrecision))
        }
        let shares = task.vdaf.shard(
            measurements.map(\.measurement), context: context, nonces: metadata.map(\.reportID.bytes),
            randoms: measurements.map { _ in random.bytes(task.vdaf.randomSize) })
        return try zip(metadata, shares).map { try seal(try $1.get(), metadata: $0, random: &random) }
    }

    private func seal(_ shares: Prio3Shares, metadata: ReportMetadata, random: inout RandomSource) throws -> Report {
        let aad = try InputShareAad(
            taskID: task.id, encodedTaskConfiguration: task.encodedConfiguration, reportMetadata: metadata,
            publicShare: shares.publicShare
        ).encoded()
        return Report(
            metadata: metadata, publicShare: shares.publicShare,
            leaderEncryptedInputShare: try leader.seal(shares.inputShares[0], aad: aad, using: &random),
            helperEncryptedInputShare: try helper.seal(shares.inputShares[1], aad: aad, using: &random))
    }
}
