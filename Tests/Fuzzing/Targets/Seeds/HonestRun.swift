import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import VDAF

/// The messages of one task's honest reports, from upload to collection.
struct HonestRun {
    /// An encoded `AggregationJobInitReq` and its answer.
    let jobRequest: [UInt8]
    let jobResponse: [UInt8]
    /// The job at the helper.
    let jobID: AggregationJobID
    /// An encoded `CollectionJobReq` and its answer.
    let collectionRequest: [UInt8]
    let collectionResponse: [UInt8]
    /// An encoded `AggregateShareReq` and its answer.
    let shareRequest: [UInt8]
    let share: [UInt8]
    /// The aggregate share at the helper.
    let shareID: AggregateShareID

    init(_ task: TestTask, in world: FuzzWorld) async throws {
        let parties = FuzzParties(world)
        try await parties.aggregateHonestReports(of: task, in: world)
        collectionRequest = try CollectionJobReq(query: world.query(task)).encoded()
        let (id, _) = try await parties.collection.create(task: task.id, body: collectionRequest)
        try await parties.step()
        guard case .finished(let response) = try await parties.collection.job(task: task.id, id: id) else {
            throw LawBroken("an honest batch is collected")
        }
        collectionResponse = response
        let requests = parties.transport.requests.filter { $0.method == .post }
        guard let job = requests.first(where: { $0.url.hasSuffix("aggregation_jobs") }),
            let share = requests.first(where: { $0.url.hasSuffix("aggregate_shares") })
        else { throw LawBroken("the leader asks the helper") }
        jobRequest = job.body
        shareRequest = share.body
        let jobAnswer = try await parties.helper.createAggregationJob(task: task.id, body: job.body)
        let shareAnswer = try await parties.helper.createAggregateShare(task: task.id, body: share.body)
        guard case .answered(let jobResponse) = jobAnswer.1, case .answered(let shareResponse) = shareAnswer.1 else {
            throw LawBroken("an honest request is answered")
        }
        (jobID, self.jobResponse) = (jobAnswer.0, jobResponse)
        (shareID, self.share) = (shareAnswer.0, shareResponse)
    }
}

extension FuzzWorld {
    /// The kinds of Prio3, for names.
    static let kinds = ["count", "sum", "sum-vec", "histogram", "multihot"]

    /// A task's kind of Prio3 and batch mode, for names.
    func name(_ index: Int) -> String {
        Self.kinds[index % Self.kinds.count] + (index < Self.kinds.count ? "-interval" : "-selected")
    }

    /// Honest reports whose envelopes are still open, and the leader's input shares.
    func openReports(_ task: TestTask, count: Int) throws -> [(report: Report, leaderShare: [UInt8])] {
        var random = RandomSource.seeded(Self.seed)
        return try task.client.vdaf.parameters.examples.prefix(count).enumerated().map { index, measurement in
            let id = try ReportID(random.bytes(ReportID.byteCount))
            let shares = try task.client.vdaf.shard(
                measurement, context: DomainSeparation.vdafContext(taskID: task.id), nonce: id.bytes,
                random: random.bytes(task.client.vdaf.randomSize))
            func envelope(_ config: HpkeConfig, _ share: [UInt8]) throws -> HpkeCiphertext {
                HpkeCiphertext(
                    configID: config.id, encapsulatedKey: [0],
                    payload: try PlaintextInputShare(payload: share).encoded())
            }
            let report = Report(
                metadata: ReportMetadata(reportID: id, time: window(task).start), publicShare: shares.publicShare,
                leaderEncryptedInputShare: try envelope(keys.leader[index % 2].config, shares.inputShares[0]),
                helperEncryptedInputShare: try envelope(keys.helper[index % 2].config, shares.inputShares[1]))
            return (report, shares.inputShares[0])
        }
    }
}
