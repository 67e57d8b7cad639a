package import DAPMessages
package import VDAF

/// One aggregation job on the leader's side (DAP §4.5.2.1): events in, effects out, no clock, no I/O.
///
/// ```
/// loaded ──▶ initialized ──▶ prepared ──▶ answered ──▶ verified ──▶ finish
///                 │ a job that was prepared before ▲ │
///                 └────────────────────────────────┘ └──▶ release | dissolve
/// ```
/// The leader's messages follow from the ordered report list alone, so a repeated request has the same bytes. Once a
/// request may have arrived, nothing but these bytes is sent for its reports: `release` keeps the list,
/// and only a definite refusal, by which the helper has aggregated none of it, leads to `dissolve`.
package struct AggregationJobMachine {
    package enum Event: Sendable {
        /// The job was leased.
        case loaded
        /// The leader's first step of verification is done.
        case initialized([Result<LeaderContinuation, VDAFError>])
        /// The report list is fixed.
        case prepared
        /// The helper answered the request, or did not.
        case answered(PeerAnswer)
        /// The leader's last step of verification is done.
        case verified(VerifiedBatch<Void>)
    }

    package enum Effect: Sendable {
        /// Take the first step of verification; then `initialized`.
        case initialize([VerificationInput])
        /// Fix the report list; then `prepared`.
        case prepare(rejected: [ReportID: ReportError])
        /// Send the request; then `answered`.
        case send(body: [UInt8])
        /// Take the last step of verification; then `verified`.
        case verify([LeaderFinishInput])
        /// Commit the outcome. The end.
        case finish(AggregationJobOutcome)
        /// Take the job apart. The end.
        case dissolve(reason: String)
        /// Try again later. The end.
        case release(reason: String, pause: UInt64)
    }

    private struct Entry {
        let report: UploadedReport
        let continuation: LeaderContinuation
    }

    /// Attempts after which status 400 without one of DAP's problems counts as meant for this very job.
    package static let unexplainedRefusals = 8

    private let work: AggregationJobWork
    private var entries: [Entry] = []
    /// The reports that are in the last step of verification.
    private var continued: [ReportMetadata] = []
    private var rejected: [ReportID: ReportError] = [:]
    private var returned: [ReportID] = []

    package init(work: AggregationJobWork) { self.work = work }

    package mutating func receive(_ event: Event) -> [Effect] {
        switch event {
        case .loaded: [.initialize(work.reports.map(VerificationInput.init(leader:)))]
        case .initialized(let outcomes): initialized(outcomes)
        // Without entries the job is finished: there is nothing to ask.
        case .prepared: entries.isEmpty ? [] : [request()]
        case .answered(.response(let body)): answered(body)
        case .answered(.refused(let problem, let status)): [refused(problem, status: status)]
        case .answered(.unavailable(let reason, let retryAfter)): [release(reason, retryAfter: retryAfter)]
        case .verified(let batch): verified(batch)
        }
    }

    private mutating func initialized(_ outcomes: [Result<LeaderContinuation, VDAFError>]) -> [Effect] {
        var rejected: [ReportID: ReportError] = [:]
        for (report, outcome) in zip(work.reports, outcomes) {
            switch outcome {
            case .success(let continuation): entries.append(Entry(report: report, continuation: continuation))
            case .failure: rejected[report.metadata.reportID] = .vdafVerifyError
            }
        }
        guard work.isPrepared else { return [.prepare(rejected: rejected)] }
        // Verification gives the same outcome each time, unless the aggregators' shared secret was changed.
        guard rejected.isEmpty, !entries.isEmpty else {
            return [.release(reason: "the job does not verify as it did when it was prepared", pause: Backoff.longest)]
        }
        return [request()]
    }

    private func request() -> Effect {
        let request = AggregationJobInitReq(
            verificationKeyID: 0, aggregationParameter: [], extensions: [],
            verifyInits: entries.map { entry in
                VerifyInit(
                    reportShare: ReportShare(
                        metadata: entry.report.metadata, publicShare: entry.report.publicShare,
                        encryptedInputShare: entry.report.helperEncryptedInputShare),
                    payload: entry.continuation.outbound)
            })
        do {
            return .send(body: try request.encoded())
        } catch {
            // Every part was decoded from the wire once, so it fits the wire.
            return .dissolve(reason: "the request cannot be encoded")
        }
    }

    private mutating func answered(_ body: [UInt8]) -> [Effect] {
        guard let response = try? AggregationJobResp(decoding: body) else {
            return [release("the helper's response does not decode")]
        }
        guard response.verifyResps.map(\.reportID) == entries.map(\.report.metadata.reportID) else {
            return [.dissolve(reason: "the helper answered for other reports, or in another order")]
        }
        var inputs: [LeaderFinishInput] = []
        for (entry, answer) in zip(entries, response.verifyResps) {
            switch answer.outcome {
            case .continue(let payload):
                continued.append(entry.report.metadata)
                inputs.append(
                    LeaderFinishInput(
                        inputShare: entry.report.leaderInputShare.bytes,
                        jointRandSeed: entry.continuation.jointRandSeed, inbound: payload,
                        bucket: entry.report.metadata.time.value))
            case .reject(.reportTooEarly): returned.append(answer.reportID)
            case .reject(let error): rejected[answer.reportID] = error
            case .finish: return [.dissolve(reason: "the helper finished before the leader could")]
            }
        }
        if returned.count == entries.count {
            // Together again they would make the same request, which has its answer for ever.
            for id in returned { rejected[id] = .reportTooEarly }
            returned = []
        }
        return [.verify(inputs)]
    }

    private mutating func verified(_ batch: VerifiedBatch<Void>) -> [Effect] {
        var counted: [ReportMetadata] = []
        for (report, result) in zip(continued, batch.outcomes) {
            switch result {
            case .success: counted.append(report)
            case .failure: rejected[report.reportID] = .vdafVerifyError
            }
        }
        let additions = BucketAdditions.make(reports: counted, aggregateShares: batch.aggregateShares)
        return [.finish(AggregationJobOutcome(additions: additions, rejected: rejected, returned: returned))]
    }

    /// What the job itself is refused for takes it apart. Whatever else is a client error, an operator can mend (tokens, the
    /// helper's catalog, a proxy): it is asked again and again, but a bare 400 only a few times.
    private func refused(_ problem: StoredProblem, status: Int) -> Effect {
        switch (ProblemType(urn: problem.type), status) {
        case (.invalidMessage, _), (.unsupportedExtension, _), (.invalidExtension, _),
            (.invalidAggregationParameter, _), (nil, 413), (nil, 422):
            return .dissolve(reason: problem.detail)
        case (nil, 400) where work.lease.attempt >= Self.unexplainedRefusals:
            return .dissolve(reason: problem.detail)
        default:
            return release("the helper refused: \(problem.detail)")
        }
    }

    private func release(_ reason: String, retryAfter: UInt64? = nil) -> Effect {
        .release(reason: reason, pause: Backoff.pause(attempt: work.lease.attempt, retryAfter: retryAfter))
    }
}

/// What an aggregation job led to.
package struct AggregationJobOutcome: Sendable {
    /// The verified reports' output shares, by bucket.
    package let additions: [BatchBucket]
    /// The reports that are rejected for good.
    package let rejected: [ReportID: ReportError]
    /// The reports that may be aggregated later.
    package let returned: [ReportID]
}

extension VerificationInput {
    fileprivate init(leader report: UploadedReport) {
        self.init(
            nonce: report.metadata.reportID.bytes, publicShare: report.publicShare,
            inputShare: report.leaderInputShare.bytes, bucket: report.metadata.time.value)
    }
}
