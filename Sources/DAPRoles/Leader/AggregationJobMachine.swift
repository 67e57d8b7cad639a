package import DAPMessages
package import VDAF

/// One aggregation job on the leader's side (DAP §4.5.3.1): events in, effects out, no clock, no I/O.
///
/// ```
/// loaded ──▶ initialized ──▶ prepared ──▶ answered ──▶ verified ──▶ finish
///   │             │ a job that was prepared before ▲ │
///   │             └────────────────────────────────┤ └──▶ release | dissolve
///   └── the helper answers later: poll ────────────┘
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
        case answered(PeerReply)
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
        /// Ask for the answer to an earlier request; then `answered`.
        case poll(url: String)
        /// Take the last step of verification; then `verified`.
        case verify([LeaderFinishInput])
        /// Tell the helper, if it can be reached, that the job is abandoned (DAP §4.5.5); then go on.
        case abandon(url: String)
        /// Commit the outcome. The end.
        case finish(AggregationJobOutcome)
        /// Take the job apart. The end.
        case dissolve(reason: String)
        /// Try again later; `location` says where the helper is working on it. The end.
        case release(reason: String, pause: UInt64, location: String?)
    }

    private struct Entry {
        let report: UploadedReport
        let continuation: LeaderContinuation
    }

    /// Attempts after which status 400 without one of DAP's problems counts as meant for this very job.
    package static let unexplainedRefusals = 8
    /// Seconds until a helper that answers later is asked again when it names no time, and the longest time it may name.
    package static let usualPause: UInt64 = 1
    package static let longestPause = Backoff.longest

    private let work: AggregationJobWork
    private let buckets: BucketAdditions
    private var entries: [Entry] = []
    /// Where the helper has the job.
    private var location: String?
    /// Whether the helper said that it answers later, so that the job is polled instead of sent.
    private var isPolled: Bool
    /// The helper's answer to an earlier request, until the first step of verification is done.
    private var response: [UInt8]?
    /// The reports that are in the last step of verification.
    private var continued: [ReportMetadata] = []
    /// What the store cannot tell whether it was counted.
    private var blocked: Set<ReportID> = []
    private var rejected: [ReportID: ReportError] = [:]
    private var returned: [ReportID] = []

    /// - Parameters:
    ///   - task: the job's task, to be given with `blockedThrough`.
    ///   - blockedThrough: POSIX seconds up to which reports may have been counted before, if there are such: a job that
    ///     was not prepared goes without them.
    package init(work: AggregationJobWork, task: AggregatorTask? = nil, blockedThrough: UInt64? = nil) {
        self.work = work
        if let task, let blockedThrough, !work.isPrepared {
            for report in work.reports
            where ReportAgeRule.isBlocked(report.metadata.time, task: task, through: blockedThrough) {
                blocked.insert(report.metadata.reportID)
            }
        }
        location = work.location
        isPolled = work.location != nil
        buckets = BucketAdditions(batchID: work.batchID)
    }

    package mutating func receive(_ event: Event) -> [Effect] {
        switch event {
        case .loaded:
            // Nothing is computed before the answer is there.
            if let location { [.poll(url: ResourceURL.aggregationJob(at: location))] } else { [initialize()] }
        case .initialized(let outcomes): initialized(outcomes)
        // Without entries the job is finished: there is nothing to ask.
        case .prepared: entries.isEmpty ? [] : [request()]
        case .answered(let reply): answered(reply)
        case .verified(let batch): verified(batch)
        }
    }

    private func initialize() -> Effect {
        .initialize(
            work.reports.map { report in
                VerificationInput(
                    nonce: report.metadata.reportID.bytes, publicShare: report.publicShare,
                    inputShare: report.leaderInputShare.bytes, bucket: buckets.number(of: report.metadata))
            })
    }

    private mutating func initialized(_ outcomes: [Result<LeaderContinuation, VDAFError>]) -> [Effect] {
        var rejected: [ReportID: ReportError] = [:]
        for (report, outcome) in zip(work.reports, outcomes) {
            switch outcome {
            case .success where blocked.contains(report.metadata.reportID):
                rejected[report.metadata.reportID] = .reportDropped
            case .success(let continuation): entries.append(Entry(report: report, continuation: continuation))
            case .failure: rejected[report.metadata.reportID] = .vdafVerifyError
            }
        }
        guard work.isPrepared else { return [.prepare(rejected: rejected)] }
        // Verification gives the same outcome each time, unless the aggregators' shared secret was changed.
        guard rejected.isEmpty, !entries.isEmpty else {
            return [
                .release(
                    reason: "the job does not verify as it did when it was prepared", pause: Backoff.longest,
                    location: isPolled ? location : nil)
            ]
        }
        if let response { return evaluate(response) }
        return [request()]
    }

    private func request() -> Effect {
        let request = AggregationJobInitReq(
            verificationKeyID: 0, aggregationParameter: [],
            extensions: work.batchID.map { [.leaderSelectedBatchID($0)] } ?? [],
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

    private mutating func answered(_ reply: PeerReply) -> [Effect] {
        location = reply.location ?? location
        switch reply.answer {
        case .response(let body) where isPolled:
            response = body
            return [initialize()]
        case .response(let body): return evaluate(body)
        case .deferred(let retryAfter):
            isPolled = true
            let pause = min(max(retryAfter ?? Self.usualPause, 1), Self.longestPause)
            return [.release(reason: "the helper is still working on it", pause: pause, location: location)]
        case .refused(let problem, let status) where isPolled && !Self.isDefinite(problem, status):
            // The helper has forgotten the job, or does not let itself be asked: the request decides.
            isPolled = false
            location = nil
            return [initialize()]
        case .refused(let problem, let status): return [refused(problem, status: status)]
        case .unavailable(let reason, let retryAfter): return [release(reason, retryAfter: retryAfter)]
        }
    }

    private mutating func evaluate(_ body: [UInt8]) -> [Effect] {
        guard let response = try? AggregationJobResp(decoding: body) else {
            return [release("the helper's response does not decode")]
        }
        guard response.verifyResps.map(\.reportID) == entries.map(\.report.metadata.reportID) else {
            return abandon(because: "the helper answered for other reports, or in another order")
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
                        bucket: buckets.number(of: entry.report.metadata)))
            case .reject(.reportTooEarly): returned.append(answer.reportID)
            case .reject(let error): rejected[answer.reportID] = error
            case .finish: return abandon(because: "the helper finished before the leader could")
            }
        }
        if returned.count == entries.count, let location { return rest(location) }
        return [.verify(inputs)]
    }

    /// All reports of the job are too early. They stay together: once the helper has forgotten its answer, a request that is
    /// still on its way may be the one that it takes, and nothing but the same bytes finds out what became of it.
    private mutating func rest(_ location: String) -> [Effect] {
        // A helper that answers later takes two attempts for each answer.
        guard work.lease.attempt <= LeaderLimits.rests * (isPolled ? 2 : 1) else {
            // The helper keeps its answer, so that nothing that arrives later is taken.
            for id in returned { rejected[id] = .reportTooEarly }
            returned = []
            return [.verify([])]
        }
        let pause = Backoff.pause(attempt: work.lease.attempt, retryAfter: nil, limit: LeaderLimits.longestRest)
        return Self.abandon(at: location)
            + [.release(reason: "all reports are too early for the helper", pause: pause, location: nil)]
    }

    private mutating func verified(_ batch: VerifiedBatch<Void>) -> [Effect] {
        var counted: [ReportMetadata] = []
        for (report, result) in zip(continued, batch.outcomes) {
            switch result {
            case .success: counted.append(report)
            case .failure: rejected[report.reportID] = .vdafVerifyError
            }
        }
        let additions = buckets.make(reports: counted, aggregateShares: batch.aggregateShares)
        return [.finish(AggregationJobOutcome(additions: additions, rejected: rejected, returned: returned))]
    }

    private func abandon(because reason: String) -> [Effect] {
        (location.map(Self.abandon) ?? []) + [.dissolve(reason: reason)]
    }

    private static func abandon(at location: String) -> [Effect] {
        [.abandon(url: ResourceURL.resource(at: location))]
    }

    /// What the job itself is refused for takes it apart. Whatever else is a client error, an operator can mend (tokens, the
    /// helper's catalog, a proxy): it is asked again and again, but a bare 400 only a few times.
    private func refused(_ problem: StoredProblem, status: Int) -> Effect {
        let isEnough = status == 400 && work.lease.attempt >= Self.unexplainedRefusals
        if Self.isDefinite(problem, status) || (isEnough && ProblemType(urn: problem.type) == nil) {
            return .dissolve(reason: problem.detail)
        }
        return release("the helper refused: \(problem.detail)")
    }

    /// Whether the helper refuses the job for what it contains.
    private static func isDefinite(_ problem: StoredProblem, _ status: Int) -> Bool {
        switch (ProblemType(urn: problem.type), status) {
        case (.invalidMessage, _), (.unsupportedExtension, _), (.invalidExtension, _),
            (.invalidAggregationParameter, _), (nil, 413), (nil, 422):
            true
        default: false
        }
    }

    private func release(_ reason: String, retryAfter: UInt64? = nil) -> Effect {
        let pause = Backoff.pause(attempt: work.lease.attempt, retryAfter: retryAfter)
        // A location that never answers is given up: the request finds the job again wherever it is.
        let isKept = isPolled && !work.lease.attempt.isMultiple(of: Backoff.attemptsPerLocation)
        return .release(reason: reason, pause: pause, location: isKept ? location : nil)
    }
}

/// What an aggregation job led to.
package struct AggregationJobOutcome: Sendable {
    /// The verified reports' output shares, by bucket.
    package let additions: [BatchBucket]
    /// The reports that are rejected for good.
    package let rejected: [ReportID: ReportError]
    /// The reports that were too early and may be aggregated later.
    package let returned: [ReportID]
}
