import DAPMessages
import DAPRoles
import DifferentialPrivacy

extension StoreContract {
    static let privacyChecks = debitChecks + coverageChecks + statementChecks + reservationChecks + privacyFaultChecks

    /// A debit is kept with its release, and only then.
    private static let debitChecks = [
        StoreCheck("a helper's release is debited along with it") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, 1..<3)
            try requireEqual(try await user.spending(), nil, "the spending before")
            let debit = user.debit(at: 10)
            try requireEqual(
                try await user.release(1, StoreSamples.interval(10, 1), debit),
                .collected(StoreSamples.littleEndian(3)),
                "the release")
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending")
            try requireEqual(
                try await store.privacyDebits(metric: StoreUser.metric, limit: 9), [debit], "the debits")
        },
        StoreCheck("a leader's release is debited along with it, in both batch modes") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.finish(work, user.debit(at: 12))
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending")
            let other = StoreUser(store, task: StoreSamples.otherTask)
            try await other.aggregate(1..<3, target: 2)
            let selected = try await other.closeAny(2).work
            try await other.finish(selected, other.debit(at: 10, adding: .samples(10, 20)))
            try await user.requireSpending(.samples(11, 22), releases: 2, "the spending of two tasks")
            try requireEqual(
                try await store.privacyDebits(metric: StoreUser.metric, limit: 9),
                [user.debit(at: 12), other.debit(at: 10, adding: .samples(10, 20))], "the debits")
        },
        StoreCheck("what is not released is not debited") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            _ = try? await user.release(1, interval) { _ in throw StoreSamples.MergeRefused() }
            try await user.upload(1..<2, time: 12)
            let work = try await user.close(1, interval)
            let finish = { (answer: @escaping @Sendable (ReleasableBatch) throws -> BatchRelease) in
                try await store.finishCollectionJob(work.lease, account: StoreUser.account, answer: answer)
            }
            let release = BatchRelease(response: [1], debit: user.debit(at: 10))
            try require(try await !finish { _ in release }, "a report is still to be aggregated")
            try await user.aggregateWaiting()
            _ = try? await finish { _ in throw StoreSamples.MergeRefused() }
            try requireEqual(try await user.spending(), nil, "the spending")
            try require(try await finish { _ in release }, "the second try")
            try require(try await !finish { _ in release }, "the third try")
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending after")
            _ = try await user.release(2, interval, nil)
            try requireEqual(
                try await user.release(3, StoreSamples.interval(12, 5), user.debit(at: 12)), .overlap, "an overlap")
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending at the end")
        },
        StoreCheck("a request that is repeated gets the same answer, and is debited once") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, 1..<3)
            let interval = StoreSamples.interval(10, 1)
            _ = try? await user.release(1, interval) { _ in throw StoreSamples.MergeRefused() }
            _ = try await user.release(1, interval, user.debit(at: 10))
            for _ in 0..<3 {
                let again = try await user.release(1, interval) { _ in
                    BatchRelease(response: [9], debit: user.debit(at: 10))
                }
                try requireEqual(again, .existing(StoreSamples.littleEndian(3)), "the answer")
            }
            try await user.requireSpending(.samples(1, 2), releases: 1, "the spending")
        },
        StoreCheck("a release that costs nothing is counted, one without a debit is not") { store in
            let user = StoreUser(store)
            try await user.charge(1, user.debit(at: 10, adding: .zero))
            _ = try await user.release(2, StoreSamples.interval(0, 0), nil)
            try await user.requireSpending(.zero, releases: 1, "the spending")
        },
        StoreCheck("a metric's debits are told with the last windows first, and no more than so many") { store in
            let user = StoreUser(store)
            for (share, start) in ([30, 10, 20, 20] as [UInt64]).enumerated() {
                try await user.charge(share, user.debit(at: start))
            }
            try await user.charge(4, user.debit(at: 5, windows: 20))
            try await user.charge(5, user.debit(at: 40, of: "views"))
            let debits = { try await store.privacyDebits(metric: StoreUser.metric, limit: $0) }
            try requireEqual(
                try await debits(9).map(\.start), [3000, 500, 2000, 2000, 1000], "where the windows begin")
            try requireEqual(try await debits(2).map(\.start), [3000, 500], "the first two")
            try requireEqual(try await debits(0), [], "the first none")
            try requireEqual(try await store.privacyDebits(metric: "none", limit: 9), [], "those of no metric")
            try requireEqual(try await store.privacySpending().keys.sorted(), ["clicks", "views"], "the metrics")
        },
        StoreCheck("debits stay when what was released is deleted and forgotten") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.finish(work, user.debit(at: 12))
            _ = try await user.commit(1, 1..<3)
            _ = try await user.release(1, StoreSamples.interval(10, 5), user.debit(at: 10))
            let debits = [user.debit(at: 12), user.debit(at: 10)]
            _ = try await store.deleteCollectionJob(task: user.task, id: StoreSamples.collectionJobID(1))
            _ = try await user.deleteAggregateShare(1)
            try await user.forget(before: 100)
            try await user.forget(before: 100, as: .helper)
            try requireEqual(
                try await store.privacyDebits(metric: StoreUser.metric, limit: 9), debits, "the debits")
            try await user.requireSpending(.samples(2, 4), releases: 2, "the spending")
            try requireEqual(try await user.statement(10...12).overlapping.count, 2, "the debits in a statement")
        },
    ]

    /// What a release was made from is erased with it.
    static let erasureChecks = [
        StoreCheck("the aggregate shares of a collected interval are erased, and its counts stay") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            try await user.aggregate(3..<4, time: 14)
            try await user.aggregate(4..<5, time: 15)
            let read = {
                try await store.buckets(task: user.task, batch: StoreSamples.batch(StoreSamples.interval(10, 6)))
            }
            let before = try await read()
            try await user.collect(1, StoreSamples.interval(10, 5))
            let after = try await read()
            try requireEqual(
                after.map(\.aggregateShare), [[], [], StoreSamples.littleEndian(4)], "the aggregate shares")
            try requireEqual(after.map(\.reportCount), before.map(\.reportCount), "the counts")
            try requireEqual(after.map(\.checksum), before.map(\.checksum), "the checksums")
            try requireEqual(after.map(\.times), before.map(\.times), "the times")
        },
        StoreCheck("a collected leader-selected batch's aggregate share is erased, and no other") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(1..<5, target: 2)
            let collected = try await user.collectAny(1)
            for batch in batches {
                let bucket = try requireValue(try await user.buckets(batch).first, "bucket")
                try requireEqual(bucket.aggregateShare.isEmpty, batch == collected, "whether a share is erased")
                try requireEqual(bucket.reportCount, 2, "its reports")
            }
        },
        StoreCheck("a job that fails leaves the aggregate shares as they are") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            try await user.fail(user.close(1, StoreSamples.interval(10, 5)))
            try await user.collect(2, StoreSamples.interval(10, 6))
            try requireEqual(try await user.state(2), .finished(StoreSamples.littleEndian(3)), "the sum")
        },
    ]
}
