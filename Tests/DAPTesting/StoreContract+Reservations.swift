import DAPMessages
import DAPRoles
import DifferentialPrivacy

extension StoreContract {
    /// What a leader's collection job has set aside.
    static let reservationChecks = [
        StoreCheck("a reservation counts for everybody but its own job") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            let other = try await user.close(2, StoreSamples.interval(20, 5))
            let debit = user.debit(at: 12)
            let buckets = try await store.reserveRelease(work.lease, account: StoreUser.account) { batch in
                try requireEqual(batch.statement, PrivacyStatement(), "the statement before")
                try requireEqual(batch.buckets.map(\.reportCount), [2], "the counts")
                return debit
            }
            try requireEqual(
                buckets, StoreSamples.additions((1..<3).map { StoreSamples.metadata($0, time: 12) }), "those")
            let statement = PrivacyStatement(spent: ["clicks": .samples(1, 2)], reserved: [debit])
            try requireEqual(try await user.statement(12...12), statement, "the helper's statement")
            try requireEqual(
                try await user.statement(13...13), PrivacyStatement(spent: statement.spent), "that of another window")
            try requireEqual(
                try await user.statement(for: other), PrivacyStatement(spent: statement.spent), "the other job's")
            try requireEqual(try await user.statement(for: work), PrivacyStatement(), "its own")
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(1, 2), "the spending")
            try requireEqual(
                try await store.privacyDebits(metric: StoreUser.metric, limit: 9), [], "the debits of releases")
        },
        StoreCheck("reserving again replaces the reservation, and a refusal leaves it") { store in
            let user = StoreUser(store)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.reserve(work, user.debit(at: 12))
            try await user.reserve(work, user.debit(at: 13, windows: 2, adding: .samples(10, 20)))
            _ = try? await store.reserveRelease(work.lease, account: StoreUser.account) { _ in
                throw StoreSamples.MergeRefused()
            }
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(10, 20), "the spending")
            try requireEqual(
                try await user.statement(0...99).reserved,
                [user.debit(at: 13, windows: 2, adding: .samples(10, 20))], "the reservations")
        },
        StoreCheck("a release takes the place of its reservation") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.reserve(work, user.debit(at: 12))
            _ = try? await store.finishCollectionJob(work.lease, account: StoreUser.account) { batch in
                try requireEqual(batch.statement, PrivacyStatement(), "its own statement")
                throw StoreSamples.MergeRefused()
            }
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(1, 2), "after a failed try")
            try await user.finish(work, user.debit(at: 12))
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending")
            try requireEqual(try await user.statement(12...12).reserved, [], "the reservations")
            let next = try await user.close(2, StoreSamples.interval(20, 5))
            try await user.reserve(next, user.debit(at: 20))
            try await user.finish(next, nil)
            try await user.requireSpending(.samples(1, 2), releases: 1, "after a release without a debit")
        },
        StoreCheck("a reservation ends when its job fails, and the job starts anew without one") { store in
            let user = StoreUser(store)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.reserve(work, user.debit(at: 12))
            try await user.fail(work)
            try requireEqual(try await user.spending(), nil, "the spending")
            _ = try await user.close(1, StoreSamples.interval(10, 5))
            try requireEqual(try await user.spending(), nil, "the spending of the job that starts anew")
        },
        StoreCheck("a reservation ends when its leader-selected batch is opened again, and not that of an interval") {
            store in
            let user = StoreUser(store)
            let interval = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.reserve(interval, user.debit(at: 12))
            try await store.reopenBatch(interval.lease)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            try await other.aggregate(1..<3, target: 2)
            let selected = try await other.closeAny(2).work
            try await other.reserve(selected, other.debit(at: 10, adding: .samples(10, 20)))
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(11, 22), "the spending")
            try await store.reopenBatch(selected.lease)
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(1, 2), "the spending after")
            let nothing = try await store.reserveRelease(selected.lease, account: StoreUser.account) { _ in
                other.debit(at: 10)
            }
            try requireEqual(nothing, nil, "what the job without a batch can reserve")
        },
        StoreCheck("a leader-selected job's reservation ends with its deletion, and is no later job's") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, target: 2)
            let work = try await user.closeAny(1).work
            try await user.reserve(work, user.debit(at: 10))
            try require(
                try await store.deleteCollectionJob(task: user.task, id: StoreSamples.collectionJobID(1)), "a job")
            try requireEqual(try await user.spending(), nil, "the spending")
            let next = try await user.closeAny(2).work
            try requireEqual(try await user.statement(for: next), PrivacyStatement(), "the next job's statement")
            try await user.fail(next)
            try requireEqual(try await user.spending(), nil, "the spending at the end")
        },
        StoreCheck("a deleted job that goes on to its end keeps its reservation until then") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.reserve(work, user.debit(at: 12))
            try require(
                try await store.deleteCollectionJob(task: user.task, id: StoreSamples.collectionJobID(1)), "a job")
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(1, 2), "the spending")
            try await user.finish(work, user.debit(at: 12))
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending at the end")
        },
        StoreCheck("a reservation outlives its lease and what is forgotten, and is the job's under the next lease") {
            store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, interval)
            try await user.reserve(work, user.debit(at: 12))
            try await user.release(work, dueAt: 2000)
            try await user.forget(before: 100)
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(1, 2), "between the leases")
            let next = try await user.leaseCollection(now: 2000, leaseEnd: 2090)
            let last = try await user.leaseCollection(now: 2090, leaseEnd: 3000)
            try requireEqual(try await user.statement(for: last), PrivacyStatement(), "its own statement")
            let lost = try await store.reserveRelease(next.lease, account: StoreUser.account) { _ in
                user.debit(at: 12, adding: .samples(10, 20))
            }
            try requireEqual(lost, nil, "what a lost lease can reserve")
            try await user.fail(next)
            try await user.requireSpending(
                .zero, releases: 0, reserved: .samples(1, 2), "after a lost lease's dealings")
            try await user.finish(last, user.debit(at: 12))
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending at the end")
        },
        StoreCheck("nothing is reserved without a closed batch, nor for a job that is done") { store in
            let user = StoreUser(store)
            let work = try await user.startCollection(1, StoreSamples.interval(10, 5))
            let reserve = {
                try await store.reserveRelease(work.lease, account: StoreUser.account) { _ in user.debit(at: 12) }
            }
            try requireEqual(try await reserve(), nil, "before it is closed")
            _ = try await user.close(work)
            try requireEqual(try await reserve(), [], "when it is closed, and empty")
            try await user.finish(work, nil)
            try requireEqual(try await reserve(), nil, "when it is collected")
            try requireEqual(try await user.spending(), nil, "the spending")
        },
    ]

    /// The news of a commit may get lost.
    static let privacyFaultChecks = StoreFault.allCases.map { fault in
        StoreCheck("a release is debited once when each call fails once, \(fault), and is repeated") { store in
            let faulty = FaultyStore(store) { _, ordinal in ordinal.isMultiple(of: 2) ? fault : nil }
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            let debit = user.debit(at: 12)
            let buckets = try await repeated {
                try await faulty.reserveRelease(work.lease, account: StoreUser.account) { batch in
                    try requireEqual(batch.statement, PrivacyStatement(), "its own statement")
                    return debit
                }
            }
            try requireEqual(buckets?.count, 1, "the buckets")
            try await user.requireSpending(.zero, releases: 0, reserved: .samples(1, 2), "the reservation")
            let isFinished = try await repeated {
                try await faulty.finishCollectionJob(work.lease, account: StoreUser.account) { _ in
                    BatchRelease(response: [1], debit: debit)
                }
            }
            try requireEqual(isFinished, fault == .notPersisted, "whether the repetition finished it")
            try requireEqual(try await user.state(1), .finished([1]), "the state")
            _ = try await user.commit(1, 1..<3)
            let outcome = try await repeated {
                try await StoreUser(faulty).release(1, StoreSamples.interval(10, 5), user.debit(at: 10))
            }
            let sum = StoreSamples.littleEndian(3)
            try requireEqual(outcome, fault == .persisted ? .existing(sum) : .collected(sum), "the helper's release")
            try await user.requireSpending(.samples(2, 4), releases: 2, "the spending")
            try requireEqual(
                try await repeated { try await faulty.privacyDebits(metric: StoreUser.metric, limit: 9) },
                [debit, user.debit(at: 10)], "the debits")
        }
    }

    private static func repeated<Result: Sendable>(_ call: @Sendable () async throws -> Result) async throws -> Result {
        do {
            return try await call()
        } catch is InjectedFault {
            return try await call()
        }
    }
}
