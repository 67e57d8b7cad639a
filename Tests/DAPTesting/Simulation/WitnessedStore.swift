import DAPMessages
import DAPRoles
import DifferentialPrivacy
import Synchronization

/// A store that shows a simulation every release, right when it is made. Some of the bugs that are put in on purpose are
/// here, between a store and who uses it.
final class WitnessedStore: LeaderStore, HelperStore {
    let base: any SimulatedStore
    let party: SimulationParty
    let defect: SimulationDefect?
    unowned let world: SimulationWorld
    /// The batches of aggregate shares, for a helper that works them out once more.
    private let repeatable = Mutex<[AggregateShareID: ReleasableBatch]>([:])

    init(_ base: any SimulatedStore, of party: SimulationParty, world: SimulationWorld, defect: SimulationDefect?) {
        self.base = base
        self.party = party
        self.world = world
        self.defect = defect
    }

    private func spoiled(_ batch: ReleasableBatch) -> ReleasableBatch {
        defect == .ignoredAccount ? ReleasableBatch(buckets: batch.buckets) : batch
    }

    private func spoiled(_ release: BatchRelease) -> BatchRelease {
        defect == .freeRelease && party == .helper ? BatchRelease(response: release.response) : release
    }
}

/// What was seen inside a transaction that gives something out, or sets it aside.
final class ReleaseAttempt: Sendable {
    struct Sight {
        let batch: ReleasableBatch
        /// The account does not cover it.
        var isRefused = false
        var debit: PrivacyDebit?
        var response: [UInt8] = []
    }

    private let last = Mutex<Sight?>(nil)

    /// Of the last time that the transaction was run; nil when it got nowhere.
    var sight: Sight? { last.withLock { $0 } }

    func see(_ batch: ReleasableBatch, _ answer: (ReleasableBatch) throws -> BatchRelease) throws -> BatchRelease {
        do {
            let release = try answer(batch)
            note(Sight(batch: batch, debit: release.debit, response: release.response))
            return release
        } catch let abort as DAPAbort {
            note(Sight(batch: batch, isRefused: abort.kind == .other(type: PrivacyBudgetProblem.type)))
            throw abort
        }
    }

    private func note(_ sight: Sight) { last.withLock { $0 = sight } }
}

// MARK: - The helper's releases

extension WitnessedStore {
    func aggregateShare(task: TaskID, id: AggregateShareID) async throws -> HelperAnswer? {
        let answer = try await base.aggregateShare(task: task, id: id)
        if defect == .repeatedRelease, case .answered? = answer { return nil }
        return answer
    }

    func collectBatch(
        task: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?, account: PrivacyAccount?,
        answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome {
        let attempt = ReleaseAttempt()
        let outcome: HelperCollectionOutcome
        do {
            outcome = try await base.collectBatch(
                task: task, id: id, batch: batch, lease: lease, account: account
            ) { batch in
                spoiled(try attempt.see(batch) { try answer(spoiled($0)) })
            }
        } catch {
            await world.sawNoRelease(by: .helper, attempt)
            throw error
        }
        switch outcome {
        case .collected(let response):
            await world.sawRelease(by: .helper, attempt, response: response)
            if defect == .repeatedRelease, let batch = attempt.sight?.batch { repeatable.withLock { $0[id] = batch } }
        case .existing where defect == .repeatedRelease:
            guard let batch = repeatable.withLock({ $0[id] }) else { return outcome }
            return .existing(try answer(batch).response)
        case .existing, .overlap, .expired, .abandoned: await world.checkAccount(.helper)
        }
        return outcome
    }
}

// MARK: - The leader's releases

extension WitnessedStore {
    func reserveRelease(
        _ lease: JobLease, account: PrivacyAccount, reserve: @Sendable (ReleasableBatch) throws -> PrivacyDebit
    ) async throws -> [BatchBucket]? {
        let attempt = ReleaseAttempt()
        let buckets: [BatchBucket]?
        do {
            buckets = try await base.reserveRelease(lease, account: account) { batch in
                let release = try attempt.see(batch) {
                    BatchRelease(response: [], debit: try reserve(spoiled($0)))
                }
                guard let debit = release.debit else { preconditionFailure("it is given two lines above") }
                return debit
            }
        } catch {
            await world.sawNoRelease(by: .leader, attempt, job: lease.job)
            throw error
        }
        if buckets != nil {
            await world.sawReservation(attempt, job: lease.job)
        } else {
            await world.checkAccount(.leader)
        }
        return buckets
    }

    func finishCollectionJob(
        _ lease: JobLease, account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> Bool {
        let attempt = ReleaseAttempt()
        let isFinished: Bool
        do {
            isFinished = try await base.finishCollectionJob(lease, account: account) { batch in
                spoiled(try attempt.see(batch) { try answer(spoiled($0)) })
            }
        } catch {
            await world.sawNoRelease(by: .leader, attempt, job: lease.job)
            throw error
        }
        if isFinished {
            await world.sawRelease(by: .leader, attempt, response: attempt.sight?.response ?? [], job: lease.job)
        } else {
            await world.checkAccount(.leader)
        }
        return isFinished
    }

    func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        let work = try await base.leaseCollectionJob(now: now, leaseEnd: leaseEnd)
        if let work { await world.changeAccount(.leader) { $0.lease(work.lease) } }
        return work
    }

    func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        try await base.failCollectionJob(lease, problem: problem)
        await world.changeAccount(.leader) { $0.leave(lease, endsReservation: true) }
    }

    func reopenBatch(_ lease: JobLease) async throws {
        try await base.reopenBatch(lease)
        let endsReservation = world.settings.isLeaderSelected
        await world.changeAccount(.leader) { $0.leave(lease, endsLease: false, endsReservation: endsReservation) }
    }

    func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        try await base.releaseCollectionJob(lease, dueAt: dueAt, location: location)
        await world.changeAccount(.leader) { $0.leave(lease, endsReservation: false) }
    }

    func deleteCollectionJob(task: TaskID, id: CollectionJobID) async throws -> Bool {
        let isPending = try await base.collectionJob(task: task, id: id) == .pending
        let isDeleted = try await base.deleteCollectionJob(task: task, id: id)
        // One of a time-interval task that has anything set aside goes on to its end.
        if isPending, world.settings.isLeaderSelected { await world.changeAccount(.leader) { $0.endReservations() } }
        return isDeleted
    }
}
