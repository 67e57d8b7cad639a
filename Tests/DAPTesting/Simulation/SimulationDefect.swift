import DAPMessages
import DAPRoles
import DifferentialPrivacy

/// A bug that is put into a memory store on purpose, to see that the simulation finds it.
public enum SimulationDefect: String, Sendable, CaseIterable {
    /// The helper's store forgets which reports it has seen.
    case forgottenReplayIDs
    /// The helper's store forgets jobs that it has committed, and which reports they had: a repeated request is committed
    /// again.
    case repeatedCommit
    /// The helper's store forgets the answers of deleted jobs, whatever they have committed.
    case forgottenAnswers
    /// The leader puts reports whose job got no answer into other jobs.
    case regrouping
    /// The leader's store takes reports for a batch that is closed on behalf of a collection job.
    case openWhileCollected
    /// The leader's store says that reports are durable when they are not: the last ones are gone after a crash.
    case earlyAcknowledgement
    /// The leader's store forgets what was collected.
    case forgottenCollections
    /// A lease does not end when its holder is killed.
    case endlessLease
    /// The helper works an aggregate share out anew, with other noise, when it is asked for again.
    case repeatedRelease
    /// The helper's store keeps no debit of what it gives out.
    case freeRelease
    /// What the leader's store has set aside for a job counts as given out when the job goes.
    case keptReservation
    /// What the leader's store has set aside for a job stays set aside when the job goes.
    case endlessReservation
    /// Nobody's store says what was spent.
    case ignoredAccount
}

/// What a defect remembers.
struct DefectState {
    var hidden: [Int64: BatchSelector] = [:]
    var reportsBefore: Int?
    var isLosingReports = false

    mutating func killed(_ party: SimulationParty) {
        if party == .leader { isLosingReports = reportsBefore != nil }
    }
}

extension SimulationWorld {
    func applyDefect(before call: StoreCall, party: SimulationParty) async {
        guard let defect, let store = bases[party] as? MemoryStore else { return }
        switch (defect, party, call) {
        case (.forgottenReplayIDs, .helper, .commitErrors), (.forgottenReplayIDs, .helper, .commitAggregationJob):
            await store.forgetReplayIDs(task.id)
        case (.repeatedCommit, .helper, .aggregationJob):
            await store.forgetReplayIDs(task.id)
            await store.forgetAnswers(task.id)
        case (.forgottenAnswers, .helper, .deleteAggregationJob):
            await store.forgetCommitments(task.id)
        case (.regrouping, .leader, .releaseAggregationJob):
            await store.dissolveLeasedJobs()
        case (.openWhileCollected, .leader, _):
            await store.show(defectState.hidden)
            defectState.hidden = call == .insertReports ? await store.hideClosedBatches() : [:]
        case (.earlyAcknowledgement, .leader, _):
            if defectState.isLosingReports, let before = defectState.reportsBefore {
                await store.keepReports(before, task.id)
            }
            defectState.isLosingReports = false
            defectState.reportsBefore = call == .insertReports ? await store.reportCount(task.id) : nil
        case (.forgottenCollections, .leader, .createCollectionJob), (.forgottenCollections, .leader, .insertReports):
            await store.forgetCollections(task.id)
        case (.endlessLease, .leader, .leaseAggregationJob):
            await store.makeLeasesEndless()
        case (.keptReservation, .leader, .failCollectionJob), (.keptReservation, .leader, .deleteCollectionJob):
            if settings.isLeaderSelected { await store.debitReservations() }
        case (.endlessReservation, .leader, .failCollectionJob), (.endlessReservation, .leader, .deleteCollectionJob):
            if settings.isLeaderSelected { await store.keepReservations(task.id) }
        default: break
        }
    }
}

extension MemoryStore {
    fileprivate func forgetReplayIDs(_ task: TaskID) { helperTasks[task]?.reports = [:] }
    fileprivate func forgetCommitments(_ task: TaskID) {
        for id in (helperTasks[task]?.jobs ?? [:]).keys { helperTasks[task]?.jobs[id]?.hasCommitted = false }
    }

    fileprivate func forgetAnswers(_ task: TaskID) {
        let kept = (helperTasks[task]?.responses ?? [:]).filter { resource, _ in
            if case .aggregateShare = resource { true } else { false }
        }
        helperTasks[task]?.responses = kept
    }

    fileprivate func dissolveLeasedJobs() async {
        for (number, job) in aggregationJobs {
            guard let token = job.schedule.token else { continue }
            _ = try? await dissolveAggregationJob(JobLease(job: number, token: token, attempt: 1), now: 0)
        }
    }

    fileprivate func hideClosedBatches() -> [Int64: BatchSelector] {
        let closed = collectionJobs.compactMapValues(\.batch)
        for number in closed.keys { collectionJobs[number]?.batch = nil }
        return closed
    }

    fileprivate func show(_ batches: [Int64: BatchSelector]) {
        for (number, batch) in batches where collectionJobs[number]?.isPending == true {
            collectionJobs[number]?.batch = batch
        }
    }

    fileprivate func reportCount(_ task: TaskID) -> Int { leaderTasks[task]?.reports.count ?? 0 }

    fileprivate func keepReports(_ count: Int, _ task: TaskID) {
        guard let last = leaderTasks[task]?.reports.count, last > count else { return }
        leaderTasks[task]?.remove(Set(count..<last))
    }

    fileprivate func forgetCollections(_ task: TaskID) { leaderTasks[task]?.collected = [] }

    fileprivate func debitReservations() { debits += takeReservations() }

    /// Under a job that never ends.
    fileprivate func keepReservations(_ task: TaskID) {
        for reservation in takeReservations() {
            let number = -1 - Int64(collectionJobs.count)
            var job = CollectionJob(
                taskID: task, id: StoreSamples.collectionJobID(Int(-number)), request: [], query: .leaderSelected,
                dueAt: .max)
            job.end(.finished([]))
            job.reservation = reservation
            collectionJobs[number] = job
        }
    }

    private func takeReservations() -> [PrivacyDebit] {
        collectionJobs.compactMap { number, job in
            collectionJobs[number]?.reservation = nil
            return job.reservation
        }
    }

    fileprivate func makeLeasesEndless() {
        for (number, job) in aggregationJobs where job.schedule.token != nil {
            aggregationJobs[number]?.schedule.leaseEnd = .max
        }
    }
}
