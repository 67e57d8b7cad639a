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

    /// Splits and seals one measurement under a fresh random report ID.
    ///
    /// - Throws: `VDAFError` `invalidMeasurement` when the task's VDAF does not take it.
    public func report(for timed: TimedMeasurement, random: RandomSource) throws -> Report {
        var random = random
        let reportID = try ReportID(random.bytes(ReportID.byteCount))
        let metadata = ReportMetadata(
            reportID: reportID,
            time: Time(posixSeconds: timed.posixSeconds, precision: task.configuration.timePrecision))
        let shares = try task.vdaf.shard(
            timed.measurement, context: context, nonce: reportID.bytes, random: random.bytes(task.vdaf.randomSize))
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
