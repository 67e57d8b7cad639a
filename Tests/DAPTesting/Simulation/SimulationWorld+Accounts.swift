import DAPMessages
import DAPRoles
import DifferentialPrivacy

/// What is given out, and what the aggregators' accounts say of it. A release is known here by the call that made it, so
/// also when its answer gets lost.
extension SimulationWorld {
    /// Something was given out.
    func sawRelease(
        by party: SimulationParty, _ attempt: ReleaseAttempt, response: [UInt8], job: Int64? = nil
    ) async {
        guard let sight = attempt.sight, let hull = AccountWitness.Hull(sight.batch.buckets),
            sight.response == response
        else { return fail(.debited, "the \(party.rawValue) gives out an answer that it made from nothing") }
        checkStatement(sight.batch.statement, of: party, job: job)
        if !account(party).covers(hull, job: job) {
            fail(.covered, "the \(party.rawValue) gives out \(text(hull)), which its account does not cover")
        }
        accounts[party]?.release(hull, response, job: job)
        record("gave out", party.rawValue, text(hull))
        // The helper pays first, whatever was done to the messages.
        if party == .leader, !account(.helper).released.contains(hull) {
            fail(.agreement, "the leader gives out \(text(hull)), and the helper did not")
        }
        await checkErased(sight.batch.buckets, at: party)
        await checkAccount(party)
    }

    /// Something was set aside.
    func sawReservation(_ attempt: ReleaseAttempt, job: Int64) async {
        guard let sight = attempt.sight, let hull = AccountWitness.Hull(sight.batch.buckets) else {
            return fail(.debited, "the leader sets something aside for nothing")
        }
        checkStatement(sight.batch.statement, of: .leader, job: job)
        if !account(.leader).covers(hull, job: job) {
            fail(.covered, "the leader sets aside \(text(hull)), which its account does not cover")
        }
        accounts[.leader]?.reserve(hull, job: job)
        await checkAccount(.leader)
    }

    /// A call that might have given something out has failed.
    func sawNoRelease(by party: SimulationParty, _ attempt: ReleaseAttempt, job: Int64? = nil) async {
        if let sight = attempt.sight, sight.isRefused {
            guard let hull = AccountWitness.Hull(sight.batch.buckets), !account(party).covers(hull, job: job) else {
                return fail(.covered, "the \(party.rawValue) refuses what its account covers")
            }
            checkStatement(sight.batch.statement, of: party, job: job)
            record("refused", party.rawValue, text(hull))
            budgetRefusals.append(BudgetRefusal(party: party, hull: hull, buckets: sight.batch.buckets.map(\.id)))
        }
        await checkAccount(party)
    }

    func changeAccount(_ party: SimulationParty, _ change: @Sendable (inout AccountWitness) -> Void) async {
        if var account = accounts[party] {
            change(&account)
            accounts[party] = account
        }
        await checkAccount(party)
    }

    // MARK: - What must hold

    /// An aggregator's store says of its account what was seen.
    func checkAccount(_ party: SimulationParty) async {
        guard violation == nil, let store = bases[party] else { return }
        do {
            let spending = try await store.privacySpending()
            let debits = try await store.privacyDebits(metric: SimulatedPrivacy.metric, limit: Int(Int32.max))
            check { try checkAccount(account(party), spending, debits, party) }
        } catch {
            fail(.noOtherError, "the account cannot be read: \(error)")
        }
    }

    private func checkAccount(
        _ account: AccountWitness, _ spending: [String: PrivacySpending], _ debits: [PrivacyDebit],
        _ party: SimulationParty
    ) throws {
        func broken(_ what: String) -> SimulationViolation {
            SimulationViolation(law: .debited, detail: "the \(party.rawValue) \(what)")
        }
        guard account.privacy != nil else {
            guard spending.isEmpty, debits.isEmpty else { throw broken("debits what has no promise") }
            return
        }
        let expected = account.released.map { hull in
            PrivacyDebit(
                metric: SimulatedPrivacy.metric, task: task.id.bytes, start: hull.first * settings.timePrecision,
                windows: hull.count, windowLength: settings.timePrecision,
                costPerWindow: account.costPerWindow(of: hull) ?? .zero, added: .zero)
        }
        let found = debits.map(\.withoutAdded)
        guard expected.count == found.count, Self.counted(expected) == Self.counted(found) else {
            throw broken("has given out \(account.released.count) batches, and debited \(debits.count), or others")
        }
        let said = spending[SimulatedPrivacy.metric] ?? PrivacySpending(spent: .zero, reserved: .zero, releases: 0)
        let reserved = account.reserved.values.reduce(AccountWitness.Usage(), +)
        guard said.spent == account.cost(of: account.spent), said.releases == UInt64(account.released.count),
            spending.keys.allSatisfy({ $0 == SimulatedPrivacy.metric })
        else { throw broken("has spent \(account.cost(of: account.spent)), and says \(said)") }
        guard said.reserved == account.cost(of: reserved) else {
            throw broken("has set aside \(account.cost(of: reserved)), and says \(said)")
        }
    }

    private func checkStatement(_ statement: PrivacyStatement, of party: SimulationParty, job: Int64?) {
        let account = account(party)
        let expected = account.cost(of: account.used(without: job))
        if (statement.spent[SimulatedPrivacy.metric] ?? .zero) != expected {
            fail(.debited, "what the \(party.rawValue)'s account says to a release is not what was spent")
        }
    }

    /// Noise beside the number that it hides would hide nothing.
    private func checkErased(_ buckets: [BatchBucket], at party: SimulationParty) async {
        let ids = Set(buckets.map(\.id))
        var left = await (bases[party] as? MemoryStore)?.shares(of: task.id, at: party) ?? [:]
        if party == .leader {
            for batch in ids.map(\.selector) {
                for bucket in (try? await bases[.leader]?.buckets(task: task.id, batch: batch)) ?? [] {
                    left[bucket.id] = bucket.aggregateShare
                }
            }
        }
        if left.contains(where: { ids.contains($0.key) && !$0.value.isEmpty }) {
            fail(.erased, "the \(party.rawValue) keeps the sums of what it gave out")
        }
    }

    /// An answer that leaves an aggregator was given out by its store.
    func checkAnswer(_ answer: [UInt8], of party: SimulationParty) throws {
        guard account(party).responses.contains(answer) else {
            throw SimulationViolation(
                law: .sameAnswer, detail: "the \(party.rawValue) answers with what it never gave out")
        }
    }

    /// Nothing is set aside any more, and both have paid for the same.
    func checkAccountsAgree() {
        guard !isTampered, violation == nil else { return }
        if !account(.leader).reserved.isEmpty { fail(.debited, "something stays set aside") }
        let (leader, helper) = (account(.leader).released, account(.helper).released)
        if Self.counted(leader) != Self.counted(helper) {
            fail(
                .agreement,
                "the leader has paid for \(leader.map(text)), the helper for \(helper.map(text))")
        }
        let results = collections.intervals.count + collections.selected.count
        if leader.count != results {
            fail(.accepted, "\(leader.count) batches were given out, and the collector has \(results)")
        }
    }

    /// The collector was told that an account does not cover what it asked for.
    func checkBudgetProblem(_ interval: Interval?) {
        let isKnown = budgetRefusals.contains { refusal in
            interval.map { interval in
                interval.start.value <= refusal.hull.first
                    && refusal.hull.first + refusal.hull.count <= interval.start.value + interval.duration.value
            } ?? true
        }
        if !isKnown, !isTampered { fail(.covered, "nobody's account was asked, and the collector is refused") }
    }

    // MARK: - What cannot be collected

    func account(_ party: SimulationParty) -> AccountWitness {
        guard let account = accounts[party] else { preconditionFailure("aggregators have accounts") }
        return account
    }

    /// Whether an account does not cover a batch.
    func isBeyondBudget(_ hull: AccountWitness.Hull) -> Bool {
        !account(.leader).covers(hull) || !account(.helper).covers(hull)
    }

    /// Whether a report is in a batch that an account does not cover.
    func isBeyondBudget(_ id: ReportID, at time: Time) -> Bool {
        guard settings.privacy != nil else { return false }
        guard settings.isLeaderSelected else {
            return isBeyondBudget(AccountWitness.Hull(first: time.value, count: 1))
        }
        guard let batch = witness.selectedBatch(of: id) else { return false }
        return budgetRefusals.contains { $0.buckets.contains(.batch(batch)) && isBeyondBudget($0.hull) }
    }

    private func text(_ hull: AccountWitness.Hull) -> String {
        "[\(Int64(bitPattern: hull.first &- firstUnit)), +\(hull.count))"
    }

    private static func counted<Element: Hashable>(_ elements: [Element]) -> [Element: Int] {
        elements.reduce(into: [:]) { counts, element in counts[element, default: 0] += 1 }
    }
}

/// A batch that an account did not cover.
struct BudgetRefusal {
    let party: SimulationParty
    let hull: AccountWitness.Hull
    let buckets: [BatchBucketID]
}

extension PrivacyDebit {
    /// What it adds depends on the order of releases, and aggregators finish in orders of their own.
    fileprivate var withoutAdded: PrivacyDebit {
        PrivacyDebit(
            metric: metric, task: task, start: start, windows: windows, windowLength: windowLength,
            costPerWindow: costPerWindow, added: .zero)
    }
}

extension BatchBucketID {
    /// A batch of this bucket alone.
    fileprivate var selector: BatchSelector {
        switch self {
        case .time(let time):
            .timeInterval(
                TimeIntervalBatchSelectorConfig(batchInterval: Interval(start: time, duration: Duration(1))))
        case .batch(let id): .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: id))
        }
    }
}

extension MemoryStore {
    fileprivate func shares(of task: TaskID, at party: SimulationParty) -> [BatchBucketID: [UInt8]] {
        let buckets = party == .leader ? leaderTasks[task]?.buckets : helperTasks[task]?.buckets
        return (buckets ?? [:]).mapValues(\.aggregateShare)
    }
}
