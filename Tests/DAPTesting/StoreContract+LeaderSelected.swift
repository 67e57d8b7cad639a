import DAPMessages
import DAPRoles

extension StoreContract {
    /// What becomes of a leader-selected batch that a collection job has got.
    static let leaderSelectedChecks = [
        StoreCheck("a leader-selected job is finished when its batch is closed and drained, and not before") { store in
            let user = StoreUser(store)
            let works = try await user.uploadAndLease(1..<6, target: 3)
            let collection = try await user.startCollection(1, .leaderSelected)
            let finish = { try await store.finishCollectionJob(collection.lease, answer: StoreSamples.answer) }
            try await user.finish(works[1])
            try require(try await !finish(), "not without a batch")
            try requireEqual(try await user.take(collection), try works[0].batch, "the batch")
            try require(try await !finish(), "not while reports are in a job")
            // The reports of other batches, and those that wait for one, are none of its business.
            _ = try await user.uploadAndLease(6..<7, target: 3)
            try await user.upload(7..<9, time: 10)
            try await user.finish(works[0], returned: reportIDs([2]))
            try requireEqual(
                try await user.progress(works[0].batch), BatchProgress(aggregated: 2, pending: 0), "its progress")
            try require(try await finish(), "when its jobs are done, though a report was returned")
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(1 + 3)), "the state")
            try require(try await !finish(), "not a second time")
        },
        StoreCheck("a collected batch is not filled and not collected again, whatever room it has") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<3, target: 10)
            let batch = try await user.collectAny(1)
            let later = try await user.uploadAndLease(3..<5, target: 10)
            try require(try later.allSatisfy { try $0.batch != batch }, "later reports go elsewhere")
            try requireEqual(
                try await user.progress(batch), BatchProgress(aggregated: 3, pending: 0), "its progress")
            let (second, other) = try await user.closeAny(2)
            try require(other != batch, "the second job gets another")
            try await user.finish(later[0])
            try await user.finish(second)
            let third = try await user.startCollection(3, .leaderSelected)
            try requireEqual(
                try await store.closeBatch(third.lease, choice: StoreSamples.anyChoice), .noBatch, "the third job's")
        },
        StoreCheck("nothing is added to the bucket of a collected batch") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, target: 2)
            let batch = try await user.collectAny(1)
            let before = try await user.buckets(batch)
            let work = try requireValue(try await user.uploadAndLease(2..<4, target: 2).first, "job")
            let stray = StoreSamples.additions([StoreSamples.metadata(50, time: 10)], batch: batch)
            let isFinished = try await store.finishAggregationJob(
                work.lease, additions: stray + StoreSamples.additions(work.reports.map(\.metadata), batch: work.batch),
                rejected: [:], returned: [], now: 1000, merge: StoreSamples.merge)
            try require(isFinished, "the job is finished")
            try requireEqual(try await user.buckets(batch), before, "the collected bucket")
            try requireEqual(
                try await user.progress(work.batch), BatchProgress(aggregated: 2, pending: 0), "the other batch")
        },
        StoreCheck("the buckets and the progress of a batch are its own") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(1..<7, target: 3)
            for (batch, numbers) in zip(batches, [1..<4, 4..<7]) {
                let reports = numbers.map { StoreSamples.metadata($0, time: 10) }
                try requireEqual(
                    try await user.buckets(batch), StoreSamples.additions(reports, batch: batch), "the buckets")
                try requireEqual(
                    try await user.progress(batch), BatchProgress(aggregated: 3, pending: 0), "the progress")
            }
            let unknown = StoreSamples.batchID(99)
            try requireEqual(try await user.buckets(unknown), [], "an unknown batch's buckets")
            try requireEqual(
                try await user.progress(unknown), BatchProgress(aggregated: 0, pending: 0), "an unknown one's progress")
        },
        StoreCheck("a batch all of whose reports were rejected has no buckets") { store in
            let user = StoreUser(store)
            let work = try requireValue(try await user.uploadAndLease(0..<2, target: 2).first, "job")
            let collection = try await user.closeAny(1)
            let rejected = Dictionary(uniqueKeysWithValues: work.reportIDs.map { ($0, ReportError.vdafVerifyError) })
            try await user.finish(work, rejected: rejected)
            try requireEqual(
                try await user.progress(collection.batch), BatchProgress(aggregated: 0, pending: 0), "its progress")
            let isFinished = try await store.finishCollectionJob(collection.work.lease) { [UInt8($0.count)] }
            try require(isFinished, "the job can be finished")
            try requireEqual(try await user.state(1), .finished([0]), "the number of buckets")
        },
        StoreCheck("when a leader-selected job's answer cannot be made, nothing changes and the lease is kept") {
            store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, target: 2)
            let (work, batch) = try await user.closeAny(1)
            do {
                _ = try await store.finishCollectionJob(work.lease) { _ in throw StoreSamples.MergeRefused() }
                try require(false, "the answer's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            try requireEqual(try await user.state(1), .pending, "the state")
            try requireEqual(try await user.take(work), batch, "the batch")
            try await user.finish(work)
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "the state at the end")
        },
        StoreCheck("leader-selected jobs do not overlap, and each request bytes have their own job") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<5, target: 2)
            try await user.collectAny(1)
            try await user.collectAny(2)
            let sums = [3, 7].map { CollectionJobState.finished(StoreSamples.littleEndian($0)) }
            for number in 1...2 {
                try requireEqual(
                    try await user.ask(number, .leaderSelected),
                    .job(StoreSamples.collectionJobID(number), sums[number - 1]), "asking again")
            }
            try requireEqual(
                try await user.ask(3, .leaderSelected), .job(StoreSamples.collectionJobID(3), .pending), "a third job")
        },
        StoreCheck("every report that was uploaded is collected once, however its jobs and batches fared") { store in
            let user = StoreUser(store)
            try await collectEverything(user, reports: 60, target: 7)
        },
    ]

    /// Lets jobs be taken apart, returned, failed, let go and deleted by turns until everything is collected.
    private static func collectEverything(_ user: StoreUser, reports: Int, target: Int) async throws {
        try await user.upload(0..<reports, time: 10)
        var (now, number) = (StoreUser.now, 0)
        var (count, sum) = (UInt64(0), UInt64(0))
        while count < UInt64(reports), number < 100 {
            now += 100
            number += 1
            try await user.fill(to: target, maximum: 3, now: now)
            for (index, work) in try await user.leaseAll(now: now, leaseEnd: now + 90).enumerated() {
                switch (index + number) % 5 {
                case 0 where work.reports.count > 1: try await user.dissolve(work, now: now)
                case 1: try await user.finish(work, returned: Array(work.reportIDs.prefix(number % 3)), now: now)
                case 2: try await user.store.releaseAggregationJob(work.lease, dueAt: now + 10, location: "elsewhere")
                default: try await user.finish(work, now: now)
                }
            }
            try requireEqual(
                try await user.ask(number, .leaderSelected, now: now),
                .job(StoreSamples.collectionJobID(number), .pending), "asking")
            let work = try await user.leaseCollection(now: now, leaseEnd: now + 90)
            let closing = try await user.store.closeBatch(work.lease, choice: StoreSamples.anyChoice)
            if let batch = closing.batchID {
                let progress = try await user.progress(batch)
                try require(progress.aggregated + progress.pending <= target, "a batch is not filled beyond its target")
            }
            switch number % 4 {
            case 0: try await user.fail(work)
            case 1:
                _ = try await user.store.deleteCollectionJob(
                    task: user.task, id: StoreSamples.collectionJobID(number))
            default:
                _ = try await user.store.finishCollectionJob(work.lease) { buckets in
                    let count = buckets.map(\.reportCount).reduce(0, +)
                    return StoreSamples.littleEndian(count) + StoreSamples.answer(buckets)
                }
                // A job that is finished does not fail.
                try await user.fail(work)
            }
            if case .finished(let answer) = try await user.state(number) {
                count += StoreSamples.value(answer.prefix(8))
                sum += StoreSamples.value(answer.suffix(8))
            }
        }
        try requireEqual(count, UInt64(reports), "the number of collected reports")
        try requireEqual(sum, UInt64(reports * (reports - 1) / 2), "their sum")
    }
}
