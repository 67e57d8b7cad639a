import DAPMessages

/// Sees every request that reaches the helper and every answer that leaves it, also those that get lost, and knows what an
/// honest helper never answers, whoever asks.
struct HelperWitness {
    private enum Batch: Hashable {
        case time(Time)
        case selected(BatchID)
    }

    private struct Job {
        let body: [UInt8]
        let reports: [(id: ReportID, batch: Batch)]
        var response: [UInt8]?
        /// The helper has refused it each time, so it did nothing.
        var hasOnlyBeenRefused = true
    }

    private struct Share {
        let request: AggregateShareReq
        var response: [UInt8]?
    }

    private var jobs: [[UInt8]: Job] = [:]
    private var jobOrder: [[UInt8]] = []
    private var jobsByLocation: [String: [UInt8]] = [:]
    private var shares: [[UInt8]: Share] = [:]
    private var shareOrder: [[UInt8]] = []
    private var sharesByLocation: [String: [UInt8]] = [:]
    private var verified: [ReportID: (body: [UInt8], batch: Batch)] = [:]
    /// Requests for shares that its account did not cover. What they ask for may have more reports later.
    private var uncovered: Set<[UInt8]> = []
    private let minimum: UInt64
    /// The store has forgotten answers, so they may change.
    var isForgetful = false

    init(minimum: UInt64) { self.minimum = minimum }

    /// The aggregation job requests that reached the helper, in order.
    var jobRequests: [[UInt8]] { jobOrder }
    /// The aggregate share requests that reached the helper, in order.
    var shareRequests: [[UInt8]] { shareOrder }
    /// Those of them that were answered, in order.
    var answeredShares: [[UInt8]] { shareOrder.filter { shares[$0]?.response != nil } }
    /// Where a job is, without its query.
    func location(ofJob body: [UInt8]) -> String? {
        jobsByLocation.filter { $0.value == body }.map(\.key).min()
    }

    /// Whether its account did not cover what a request asks for, or one that was sent to a URL.
    func wasUncovered(_ body: [UInt8], at url: String) -> Bool {
        uncovered.contains(body) || sharesByLocation[Self.resource(url)].map(uncovered.contains) ?? false
    }

    /// The leader-selected batch of a report that was verified.
    func selectedBatch(of id: ReportID) -> BatchID? {
        if case .selected(let batch)? = verified[id]?.batch { batch } else { nil }
    }

    /// How many reports the helper says are verified in an interval, and their checksum.
    func verified(in interval: Interval) -> (count: UInt64, checksum: BatchChecksum) {
        totals { batch in
            if case .time(let time) = batch { interval.contains(time) } else { false }
        }
    }

    // MARK: - What is seen

    mutating func sawJob(_ body: [UInt8], answer: [UInt8]?, location: String?, isRefused: Bool) throws {
        if jobs[body] == nil {
            guard let request = try? AggregationJobInitReq(decoding: body) else { return }
            let batchID = (try? request.leaderSelectedBatchID()) ?? nil
            let reports = request.verifyInits.map { verifyInit in
                let metadata = verifyInit.reportShare.metadata
                return (id: metadata.reportID, batch: batchID.map(Batch.selected) ?? .time(metadata.time))
            }
            jobs[body] = Job(body: body, reports: reports)
            jobOrder.append(body)
        }
        if let location { jobsByLocation[Self.resource(location)] = body }
        if !isRefused { jobs[body]?.hasOnlyBeenRefused = false }
        if let answer { try answered(body, answer) }
    }

    mutating func polledJob(_ url: String, answer: [UInt8]?) throws {
        guard let body = jobsByLocation[Self.resource(url)], let answer else { return }
        try answered(body, answer)
    }

    /// The job's answer may be another from here on, if no report was verified.
    mutating func deletedJob(_ url: String) {
        guard let body = jobsByLocation[Self.resource(url)], let job = jobs[body] else { return }
        if !job.reports.contains(where: { verified[$0.id]?.body == body }) { jobs[body]?.response = nil }
    }

    mutating func sawShare(_ body: [UInt8], answer: [UInt8]?, location: String?) throws {
        if shares[body] == nil {
            guard let request = try? AggregateShareReq(decoding: body) else { return }
            shares[body] = Share(request: request)
            shareOrder.append(body)
        }
        if let location { sharesByLocation[Self.resource(location)] = body }
        if let answer { try released(body, answer) }
    }

    /// - Parameter url: of the request, which its body creates or an earlier one has created.
    mutating func refusedUncovered(_ body: [UInt8], at url: String) {
        uncovered.insert(sharesByLocation[Self.resource(url)] ?? body)
    }

    mutating func polledShare(_ url: String, answer: [UInt8]?) throws {
        guard let body = sharesByLocation[Self.resource(url)], let answer else { return }
        try released(body, answer)
    }

    // MARK: - What must hold

    private mutating func answered(_ body: [UInt8], _ answer: [UInt8]) throws {
        guard let job = jobs[body] else { return }
        if let earlier = job.response, earlier != answer, !isForgetful {
            throw SimulationViolation(law: .sameAnswer, detail: "an aggregation job has two answers")
        }
        jobs[body]?.response = answer
        guard let response = try? AggregationJobResp(decoding: answer) else {
            throw SimulationViolation(law: .noOtherError, detail: "the helper's answer does not decode")
        }
        let batches = Dictionary(job.reports.map { ($0.id, $0.batch) }, uniquingKeysWith: { first, _ in first })
        for answer in response.verifyResps {
            guard case .continue = answer.outcome, let batch = batches[answer.reportID] else { continue }
            if let earlier = verified[answer.reportID], earlier.body != body {
                throw SimulationViolation(law: .verifiedOnce, detail: "a report was verified in two jobs")
            }
            verified[answer.reportID] = (body, batch)
        }
    }

    private mutating func released(_ body: [UInt8], _ answer: [UInt8]) throws {
        guard let share = shares[body] else { return }
        if let earlier = share.response {
            guard earlier == answer || isForgetful else {
                throw SimulationViolation(law: .sameAnswer, detail: "an aggregate share has two answers")
            }
            return
        }
        for other in shares.values
        where other.response != nil
            && other.request.batchSelector.overlaps(
                share.request.batchSelector)
        {
            throw SimulationViolation(law: .collectedOnce, detail: "the helper gave two shares of one batch")
        }
        guard share.request.reportCount >= minimum else {
            throw SimulationViolation(
                law: .minimum, detail: "the helper gave its share of \(share.request.reportCount) reports")
        }
        shares[body]?.response = answer
        try checkRelease(share.request)
    }

    /// The helper's shares are of what it has said it verified, also when it has said more since.
    func checkReleases() throws {
        for share in shares.values where share.response != nil { try checkRelease(share.request) }
    }

    private func checkRelease(_ request: AggregateShareReq) throws {
        let isInBatch = { (batch: Batch) -> Bool in
            switch (batch, request.batchSelector) {
            case (.time(let time), .timeInterval(let config)): config.batchInterval.contains(time)
            case (.selected(let id), .leaderSelected(let config)): config.batchID == id
            default: false
            }
        }
        let known = totals(isInBatch)
        // What it did for a request that it has not answered to anybody is not known.
        let unknown = jobs.values.filter { $0.response == nil && !$0.hasOnlyBeenRefused }
            .map { job in job.reports.count { isInBatch($0.batch) && verified[$0.id] == nil } }.reduce(0, +)
        let isExact = known.count == request.reportCount && known.checksum == request.checksum
        guard
            isExact
                || (unknown > 0 && known.count <= request.reportCount
                    && request.reportCount <= known.count + UInt64(unknown))
        else {
            throw SimulationViolation(
                law: .shareGuard,
                detail: "the helper gave its share of \(request.reportCount) reports, and has verified \(known.count)")
        }
    }

    private func totals(_ isInBatch: (Batch) -> Bool) -> (count: UInt64, checksum: BatchChecksum) {
        var count: UInt64 = 0
        var checksum = BatchChecksum()
        for (id, report) in verified where isInBatch(report.batch) {
            count += 1
            checksum.add(id)
        }
        return (count, checksum)
    }

    private static func resource(_ url: String) -> String { String(url.prefix { $0 != "?" }) }
}
