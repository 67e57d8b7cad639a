import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import VDAF

/// Seals what lies open in the payload of envelopes, as a peer would that has the keys and does what it likes. A fuzzer
/// that changes sealed bytes never gets past the seal.
extension FuzzWorld {
    /// Reports of one message that are sealed; those behind them are left out.
    private static let sealedReports = 16

    func sealed(_ request: UploadRequest, task: TestTask) throws -> UploadRequest {
        var random = RandomSource.seeded(Self.seed)
        return UploadRequest(
            reports: try request.reports.prefix(Self.sealedReports).map { report in
                func seal(_ envelope: HpkeCiphertext) throws -> HpkeCiphertext {
                    try sealed(
                        envelope, metadata: report.metadata, publicShare: report.publicShare, task: task,
                        using: &random)
                }
                return Report(
                    metadata: report.metadata, publicShare: report.publicShare,
                    leaderEncryptedInputShare: try seal(report.leaderEncryptedInputShare),
                    helperEncryptedInputShare: try seal(report.helperEncryptedInputShare))
            })
    }

    func sealed(_ request: AggregationJobInitReq, task: TestTask) throws -> AggregationJobInitReq {
        var random = RandomSource.seeded(Self.seed)
        return AggregationJobInitReq(
            verificationKeyID: request.verificationKeyID, aggregationParameter: request.aggregationParameter,
            extensions: request.extensions,
            verifyInits: try request.verifyInits.prefix(Self.sealedReports).map { verifyInit in
                let share = verifyInit.reportShare
                return VerifyInit(
                    reportShare: ReportShare(
                        metadata: share.metadata, publicShare: share.publicShare,
                        encryptedInputShare: try sealed(
                            share.encryptedInputShare, metadata: share.metadata, publicShare: share.publicShare,
                            task: task, using: &random)),
                    payload: verifyInit.payload)
            })
    }

    func sealed(_ response: CollectionJobResp, for request: CollectionJobReq, task: TestTask) throws
        -> CollectionJobResp
    {
        CollectionJobResp(
            reportCount: response.reportCount, interval: response.interval,
            leaderEncryptedAggregateShare: try sealed(
                response.leaderEncryptedAggregateShare, by: .leader, for: request, task: task),
            helperEncryptedAggregateShare: try sealed(
                response.helperEncryptedAggregateShare, by: .helper, for: request, task: task))
    }

    /// An aggregate share under a seal. The configuration's ID stays.
    func sealed(
        _ envelope: HpkeCiphertext, by role: AggregatorRole, for request: CollectionJobReq, task: TestTask
    ) throws -> HpkeCiphertext {
        guard let sender = aggregateShareSenders[role] else { return envelope }
        let aad = try AggregateShareAad(
            taskID: task.id, encodedTaskConfiguration: task.client.encodedConfiguration, collectionJobReq: request
        ).encoded()
        var random = RandomSource.seeded(Self.seed)
        return try envelope.sealed(by: sender, authenticating: aad, using: &random)
    }

    /// An input share under a seal; as it is when there is no such key.
    private func sealed(
        _ envelope: HpkeCiphertext, metadata: ReportMetadata, publicShare: [UInt8], task: TestTask,
        using random: inout RandomSource
    ) throws -> HpkeCiphertext {
        guard let sender = inputShareSenders[envelope.configID] else { return envelope }
        let aad = try InputShareAad(
            taskID: task.id, encodedTaskConfiguration: task.client.encodedConfiguration, reportMetadata: metadata,
            publicShare: publicShare
        ).encoded()
        return try envelope.sealed(by: sender, authenticating: aad, using: &random)
    }
}

extension HpkeCiphertext {
    fileprivate func sealed(
        by sender: HPKESender, authenticating aad: [UInt8], using random: inout RandomSource
    ) throws -> HpkeCiphertext {
        let sealed = try sender.seal(payload, authenticating: aad, using: &random)
        return HpkeCiphertext(
            configID: configID, encapsulatedKey: sealed.encapsulatedKey, payload: sealed.ciphertext)
    }
}
