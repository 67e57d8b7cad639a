import DAPMessages
import DAPRoles

/// What comes after the steps: the faults end, everything is collected, and what was said before is said again.
extension SimulationWorld {
    /// Seconds in which everything that can be collected must be, once faults have ended.
    private static let patience: UInt64 = 7200
    /// Seconds in which reports are aggregated while nobody waits for a batch: one that is refused is refused at once.
    private static let secondsToAggregate = 5
    /// How often so many reports are uploaded as fill a batch before one must be ready.
    private static let fillsOfOneBatch = 3

    func settle() async {
        frames = [Frame(faults: [])]
        heal()
        while violation == nil, !lateMessages.isEmpty {
            let message = lateMessages.removeFirst()
            _ = try? await deliver(message.request, to: message.receiver)
        }
        // What has expired may be missing.
        if time.milliseconds / 1000 > settings.retention / 2 { isTampered = true }
        if settings.isLeaderSelected { await collectSelected() } else { await collectIntervals() }
        if !isTampered, violation == nil {
            let areFillersCounted = !settings.isLeaderSelected && budgetRefusals.isEmpty
            check { try ledger.checkComplete(fillersToo: areFillersCounted, isExcused: isBeyondBudget) }
        }
        check { try witness.checkReleases() }
        checkAccountsAgree()
        await repeatEverything()
        await pollEverything()
        await outlive()
        for party in [SimulationParty.leader, .helper] { await checkAccount(party) }
        check { try witness.checkReleases() }
        frames = []
    }

    /// Everybody is up, with the right time, and nothing goes wrong any more.
    private func heal() {
        // Clients that fetch the configurations.
        uploaders = [:]
        for party in SimulationParty.allCases { clocks[party]?.set(ahead: 0, gain: 0) }
        for party in [SimulationParty.leader, .helper] {
            aggregators[party]?.outage = nil
            aggregators[party]?.upAgainAt = 0
            if running(party) == nil { fail(.progress, "the \(party.rawValue) does not start") }
        }
    }

    // MARK: - Time intervals

    private func collectIntervals() async {
        for interval in collections.asked where violation == nil { await finish(interval) }
        for unit in ledger.uncollectedTimes where violation == nil && !collections.covers(unit) {
            // The clients' clocks may have been ahead.
            let start = unit.value * settings.timePrecision
            if start > time.now { time.advance(milliseconds: (start - time.now) * 1000) }
            let count = Int(settings.minBatchSize)
            guard await fill(count, at: start) || isTampered else {
                return fail(.progress, "unit \(name(unit)) takes no more reports, and nobody has collected it")
            }
            await finish(Interval(start: unit, duration: Duration(1)), mustSucceed: true)
        }
    }

    /// Asks until there is an end.
    private func finish(_ interval: Interval, mustSucceed: Bool = false) async {
        let names = "[\(name(interval.start)), +\(interval.duration.value))"
        switch await collect(interval, patience: Self.patience) {
        case .released: break
        case .pending: fail(.progress, "interval \(names) is stuck")
        case .refused(let type):
            guard !isTampered, type != PrivacyBudgetProblem.type else { return }
            if mustSucceed || ![ProblemType.batchOverlap.urn, ProblemType.invalidBatchSize.urn].contains(type) {
                fail(.progress, "interval \(names) cannot be collected: \(type)")
            }
        }
    }

    /// A unit of time as the steps name it.
    private func name(_ unit: Time) -> Int64 { Int64(bitPattern: unit.value &- firstUnit) }

    /// Uploads reports that only make a batch large enough.
    ///
    /// - Returns: whether all were accepted.
    private func fill(_ count: Int, at time: UInt64? = nil) async -> Bool {
        let before = ledger.fillers
        let number = ledger.fillerNumber
        let now = clock(.client).now()
        await uploadSound((0..<count).map { _ in (number, time ?? now) })
        return ledger.fillers == before + count
    }

    // MARK: - Leader-selected batches

    private func collectSelected() async {
        let size = Int(max(settings.minBatchSize, settings.batchTargetSize))
        // Each batch that is not ready gets as many reports as it can need, and there are no more batches than reports.
        // One that was refused for an account more often than others comes after them.
        var left = isTampered ? 3 : ledger.entries.count + budgetRefusals.count + 3
        var vainFills = 0
        while violation == nil, left > 0 {
            left -= 1
            if await collect(nil, patience: 60) == .released { continue }
            if ledger.uncollected(isExcused: isBeyondBudget).isEmpty { break }
            guard await fill(size) || isTampered else { return fail(.progress, "fillers are refused") }
            if settings.privacy != nil { await work(seconds: Self.secondsToAggregate) }
            let end = await collect(nil, patience: Self.patience)
            // Reports that turned out invalid leave room in batches, which later ones fill.
            vainFills += end == .released || end == .refused(PrivacyBudgetProblem.type) ? 0 : 1
            if vainFills > Self.fillsOfOneBatch, !isTampered { fail(.progress, "a batch is stuck: \(end)") }
        }
        // Of reports that nobody knows to be accepted there can be a batch under way.
        while violation == nil, left > 0, !isTampered, isReleasing {
            left -= 1
            guard await collect(nil, patience: Self.patience) == .released else { break }
        }
    }

    /// Whether something was set aside, or given out by the helper, that the leader has not given out.
    private var isReleasing: Bool {
        !account(.leader).reserved.isEmpty || account(.helper).released.count > account(.leader).released.count
    }

    // MARK: - Afterwards

    /// Old messages come once more: nobody says anything else than before, and nothing is counted.
    private func repeatEverything() async {
        guard violation == nil else { return }
        let url = ResourceURL.reports(of: task.client.configuration, task: task.id)
        for body in uploadBodies {
            _ = try? await deliver(TransportRequest(.post, url, mediaType: .uploadReq, body: body), to: .leader)
        }
        for body in witness.jobRequests { await askForJob(body) }
        for body in witness.shareRequests { await askForShare(body) }
        await work(seconds: 2)
    }

    /// Answers are asked for again and again.
    private func pollEverything() async {
        for _ in 0..<settings.polls where violation == nil {
            for url in collections.answers.keys.sorted() {
                _ = try? await deliver(TransportRequest(.get, url, token: keys.collectorToken), to: .leader)
            }
            for body in witness.answeredShares { await askForShare(body) }
            for interval in collections.intervals.keys.sorted(by: { $0.start < $1.start }) {
                let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: interval))
                guard let body = try? CollectionJobReq(query: query).encoded() else { continue }
                let url = ResourceURL.collectionJobs(of: task.client.configuration, task: task.id)
                let request = TransportRequest(
                    .post, url, mediaType: .collectionJobReq, token: keys.collectorToken, body: body)
                _ = try? await deliver(request, to: .leader)
            }
        }
    }

    /// Everything expires and is forgotten; then the old messages come again.
    private func outlive() async {
        guard violation == nil else { return }
        time.advance(milliseconds: (settings.retention + 3 * settings.timePrecision) * 1000)
        for party in [SimulationParty.leader, .helper] { await collectGarbage(party) }
        witness.isForgetful = true
        await repeatEverything()
        for interval in collections.intervals.keys.sorted(by: { $0.start < $1.start }) where violation == nil {
            _ = await collect(interval, patience: 30)
        }
    }
}
