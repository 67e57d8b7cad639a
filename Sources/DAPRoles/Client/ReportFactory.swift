public import DAPMessages
import HPKE
import VDAF

/// Makes reports for one task under one pair of HPKE configurations (DAP §4.4.2).
public struct ReportFactory: Sendable {
    private let task: ClientTask
    private let leader: Envelope
    private let helper: Envelope

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
    }

    /// Splits and seals measurements, each under a fresh random report ID.
    ///
    /// - Throws: `VDAFError` `invalidMeasurement` when the task's VDAF does not take one of them.
    public func reports(for measurements: [TimedMeasurement], random: RandomSource) throws -> [Report] {
        try seal(task.split(measurements, random: random), random: random)
    }

    /// Seals what was split before, under the same report IDs.
    package func seal(_ measurements: [SplitMeasurement], random: RandomSource) throws -> [Report] {
        var random = random
        return try measurements.map { try seal($0.shares, metadata: $0.metadata, random: &random) }
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
