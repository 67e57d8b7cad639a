import DAPMessages
import DAPRoles

extension StoreContract {
    /// A leader's leader-selected batches that expire.
    static let expiredBatchChecks = [
        StoreCheck("a batch goes when all of its reports have expired, collected or not") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(1..<5, target: 2)
            let collected = try await user.collectAny(1)
            try requireEqual(collected, batches[0], "the collected batch")
            try await user.forget(before: 10)
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "the job")
            try requireEqual(try await user.progress(batches[1]).aggregated, 2, "the other batch")
            try await user.forget(before: 11)
            try requireEqual(try await user.state(1), nil, "the job, when it has expired")
            for batch in batches { try requireEqual(try await user.progress(batch).aggregated, 0, "a batch") }
            let work = try await user.startCollection(2, .leaderSelected)
            try requireEqual(
                try await store.closeBatch(work.lease, choice: StoreSamples.anyChoice), .noBatch,
                "what can be collected")
            try requireEqual(
                try await user.upload(1..<5, time: 10), [.expired, .expired, .expired, .expired], "replays")
        },
        StoreCheck("a batch with a young report stays whole, and is filled as if nothing had expired") { store in
            let user = StoreUser(store)
            let batch = try requireValue(try await user.aggregate(1..<3, target: 5).first, "batch")
            try await user.upload(3..<4, time: 30)
            try await user.fill(to: 5)
            for work in try await user.leaseAll() { _ = try await user.finish(work) }
            try await user.forget(before: 20)
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 3, pending: 0), "the batch")
            try await user.upload(4..<8, time: 31)
            try await user.fill(to: 5)
            let works = try await user.leaseAll()
            try requireEqual(works.map(\.reports.count), [2, 2], "the sizes of the next jobs")
            try requireEqual(works.first?.batchID, batch, "the batch of the first")
            for work in works { _ = try await user.finish(work) }
            try requireEqual(
                try await user.collectAny(1, StoreSamples.anyChoice), batch, "the batch that is collected first")
            try requireEqual(
                try await user.state(1), .finished(StoreSamples.littleEndian(1 + 2 + 3 + 4 + 5)), "its sum")
        },
        StoreCheck("a closed batch stays; when its job fails it is forgotten") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, target: 2)
            let (work, batch) = try await user.closeAny(1)
            try await user.forget(before: 20)
            try requireEqual(try await user.progress(batch).aggregated, 2, "the closed batch")
            try await user.fail(work)
            try await user.forget(before: 20)
            try requireEqual(try await user.progress(batch).aggregated, 0, "the batch that was let go")
            let (later, _) = try await nextBatch(user, after: batch)
            try requireEqual(later.aggregated, 2, "a later batch")
        },
        StoreCheck("jobs of an expired batch go with it, but not while one is worked on or has a young report") {
            store in
            let user = StoreUser(store)
            try await user.upload(1..<3, time: 10)
            try await user.fill(to: 10)
            let first = try await user.lease()
            let batch = try first.batch
            try await user.forget(before: 20, now: 1089)
            try requireEqual(try await user.progress(batch).pending, 2, "the reports under a lease")
            try await user.upload(3..<4, time: 30)
            try await user.fill(to: 10)
            try await user.forget(before: 20, now: 1090)
            try requireEqual(try await user.progress(batch).pending, 3, "the reports beside a young one")
            let count = try await user.forget(before: 31, now: 1090)
            try requireEqual(count.unaggregatedReports, 3, "the lost reports")
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 0, pending: 0), "the batch")
            try require(try await !user.finish(first), "the lease is lost")
            try requireEqual(try await user.leaseAll(now: 5000, leaseEnd: 6000).count, 0, "jobs that are due")
            let (later, id) = try await nextBatch(user, after: batch)
            try require(id != batch, "later reports go elsewhere")
            try requireEqual(later, BatchProgress(aggregated: 2, pending: 0), "a later batch")
        },
        StoreCheck("a batch with many expired jobs is forgotten in steps, and takes no report meanwhile") { store in
            let user = StoreUser(store)
            try await user.upload(0..<8, time: 10)
            try await user.fill(to: 20, maximum: 2)
            let batch = try (try await user.lease(now: 1000, leaseEnd: 1001)).batch
            _ = try await user.forgetSome(before: 20, limit: 2)
            try await user.upload(8..<9, time: 30)
            try await user.fill(to: 20)
            let young = try requireValue(
                try await user.leaseAll(now: 2000, leaseEnd: 2090).first { $0.reportIDs == reportIDs([8]) }, "young job"
            )
            try require(try young.batch != batch, "a young report goes elsewhere")
            try await user.forget(before: 20)
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 0, pending: 0), "the batch")
            try require(try await user.finish(young), "the young job can be finished")
            try requireEqual(try await user.progress(young.batch).aggregated, 1, "its batch")
        },
        StoreCheck("a batch whose last report is nearly expired takes no more") { store in
            let user = StoreUser(store)
            let batch = try requireValue(try await user.aggregate(0..<2, target: 4).first, "batch")
            try await user.upload(2..<3, time: 12)
            try await user.fill(to: 4, freshSince: 11)
            let other = try await user.lease()
            try require(try other.batch != batch, "a new report goes elsewhere")
            _ = try await user.finish(other)
            try await user.upload(3..<4, time: 12)
            try await user.fill(to: 4, freshSince: 10)
            try requireEqual(try await user.lease().batch, batch, "a fresh batch is filled, the oldest first")
        },
    ]

    /// Aggregates two more reports.
    private static func nextBatch(
        _ user: StoreUser, after batch: BatchID
    ) async throws -> (progress: BatchProgress, id: BatchID) {
        try await user.upload(100..<102, time: 40)
        try await user.fill(to: 2)
        let work = try await user.lease()
        _ = try await user.finish(work)
        return (try await user.progress(work.batch), try work.batch)
    }
}
