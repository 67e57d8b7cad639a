import DAPMessages
import DAPRoles
import DAPTesting
import HPKE

extension FuzzWorld {
    func collectionSeeds() async throws -> [FuzzSeed] {
        var seeds: [FuzzSeed] = []
        for (index, task) in tasks.enumerated() {
            let run = try await HonestRun(task, in: self)
            func seed(_ kind: String, _ message: CollectionMessage, _ bytes: [UInt8]) {
                seeds.append(FuzzSeed("\(name(index))-\(kind)", [message.rawValue, UInt8(index)] + bytes))
            }
            seed("job-request", .jobRequest, run.collectionRequest)
            seed("job-response", .jobResponse, [0, 0] + run.collectionResponse)
            seed("job-response-open", .jobResponse, [1, 0] + (try open(run, task).encoded()))
            seed("share-request", .shareRequest, [0] + run.shareRequest)
            seed("share", .share, [0] + run.share)
        }
        let run = try await HonestRun(tasks[0], in: self)
        let later = PeerScript.isDeferred | PeerScript.hasLocation
        let location = Array("/tasks/x/aggregate_shares/y".utf8).piece
        let jobLocation = Array("/api/dap/tasks/x/collection_jobs/y".utf8).piece
        return seeds + [
            FuzzSeed("job-request-unknown", [0, 0] + run.collectionRequest.withFirstBitFlipped, .refused),
            FuzzSeed("job-response-later", [1, 0, 0, later] + jobLocation + run.collectionResponse),
            FuzzSeed("share-request-later", [2, 0, 1] + run.shareRequest),
            FuzzSeed("share-later", [3, 0, later] + location + run.share),
            FuzzSeed("share-refused", [3, 0, 4 | 1 << 6, 2], .refused),
        ]
    }

    /// The leader's answer without the seals.
    private func open(_ run: HonestRun, _ task: TestTask) throws -> CollectionJobResp {
        let response = try CollectionJobResp(decoding: run.collectionResponse)
        let aad = try AggregateShareAad(
            taskID: task.id, encodedTaskConfiguration: task.client.encodedConfiguration,
            collectionJobReq: CollectionJobReq(decoding: run.collectionRequest)
        ).encoded()
        func open(_ envelope: HpkeCiphertext, by sender: Role) throws -> HpkeCiphertext {
            let recipient = try HPKERecipient(
                keyPair: keys.collector.keyPair, ciphersuite: keys.collector.config.ciphersuite,
                info: DomainSeparation.aggregateShareInfo(sender: sender))
            let share = try recipient.open(
                envelope.payload, encapsulatedKey: envelope.encapsulatedKey, authenticating: aad)
            return HpkeCiphertext(configID: envelope.configID, encapsulatedKey: [0], payload: share)
        }
        return CollectionJobResp(
            reportCount: response.reportCount, interval: response.interval,
            leaderEncryptedAggregateShare: try open(response.leaderEncryptedAggregateShare, by: .leader),
            helperEncryptedAggregateShare: try open(response.helperEncryptedAggregateShare, by: .helper))
    }
}
