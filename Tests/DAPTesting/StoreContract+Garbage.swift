import DAPMessages
import DAPRoles

extension StoreContract {
    /// What is forgotten, of whatever.
    static let garbageChecks =
        expiredReportChecks + expiredJobChecks + expiredCollectionChecks + expiredBatchChecks + helperGarbageChecks
        + retentionChecks

    /// A leader's reports.
    private static let expiredReportChecks = [
        StoreCheck("expired reports go, aggregated or not, and are not taken again; others stay") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<3, time: 10)
            try await user.aggregate(5..<7, time: 20)
            try await user.upload(3..<5, time: 11)
            try await user.upload(7..<8, time: 20)
            let count = try await user.forget(before: 20)
            try requireEqual(count.unaggregatedReports, 2, "the reports that were lost")
            try require(count.rows >= 6, "five reports and a bucket are deleted, not \(count.rows) rows")
            try requireEqual(
                try await user.upload(0..<3, time: 10), [.expired, .expired, .expired], "aggregated ones again")
            try requireEqual(try await user.upload(3..<5, time: 19), [.expired, .expired], "the lost ones again")
            try requireEqual(
                try await user.upload(5..<8, time: 20), [.replayed, .replayed, .replayed], "young ones again")
            try requireEqual(try await user.upload(0..<1, time: 20), [.inserted], "a forgotten ID at a young time")
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
            try await user.requireProgress(at: 11, aggregated: 0, pending: 0)
            try await user.requireProgress(at: 20, aggregated: 2, pending: 2)
            try requireEqual(try await user.createJobs(), 1, "the jobs of what waits")
            try requireEqual(try await user.lease().reportIDs, reportIDs([7, 0]), "its reports, in order of upload")
        },
        StoreCheck("a report that rests is forgotten too") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.createJobs()
            try await user.finish(user.lease(), returned: reportIDs(0..<2))
            try requireEqual(try await user.forget(before: 11).unaggregatedReports, 2, "the reports that were lost")
            try requireEqual(try await user.createJobs(now: 5000), 0, "the jobs of what waits")
        },
        StoreCheck("what is forgotten stays forgotten, though a later call says less") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<1, time: 10)
            try await user.forget(before: 20)
            try requireEqual(try await user.forget(before: 5), GarbageCount(), "nothing is left")
            try requireEqual(try await user.upload(0..<1, time: 19), [.expired], "a report of a forgotten time")
            try requireEqual(try await user.upload(0..<1, time: 20), [.inserted], "one of a time that is not")
        },
        StoreCheck("a step deletes about as many rows as it is told, and the steps delete all") { store in
            let user = StoreUser(store)
            for batch in 0..<4 { try await user.aggregate(batch * 10..<batch * 10 + 10, time: UInt64(batch)) }
            try await user.upload(40..<50, time: 4)
            var rows = 0
            for _ in 0..<60 {
                let count = try await user.forgetSome(before: 10, limit: 3)
                try require(count.rows <= 3, "a step deletes at most 3 rows, not \(count.rows)")
                rows += count.rows
            }
            try requireEqual(rows, 50 + 4, "reports and buckets deleted")
            try requireEqual(try await user.forgetSome(before: 10, limit: 0), GarbageCount(), "nothing at all")
        },
        StoreCheck("a task's data are forgotten by its own time, and by its own role") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            for user in [user, other] {
                try await user.aggregate(0..<2, time: 10)
                _ = try await user.commit(1, 0..<3)
            }
            try await user.forget(before: 20)
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
            try requireEqual(try await user.upload(0..<1, time: 10), [.expired], "a report again")
            try await other.requireProgress(at: 10, aggregated: 2, pending: 0)
            try requireEqual(try await other.upload(0..<1, time: 10), [.replayed], "the other task's report")
            for user in [user, other] {
                try requireEqual(try await user.aggregationJob(1), .answered([1]), "the helper's job")
                try requireEqual(
                    try await user.collectFromHelper(1, StoreSamples.interval(10, 1)),
                    .collected(StoreSamples.littleEndian(3)), "the helper's sum")
            }
            let stranger = StoreUser(store, task: StoreSamples.taskID(3))
            try requireEqual(try await stranger.forget(before: 20), GarbageCount(), "an unknown task's data")
        },
    ]

    /// A leader's aggregation jobs in a time-interval task.
    private static let expiredJobChecks = [
        StoreCheck("a job goes when all of its reports have expired and nobody works on it") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            _ = try await store.prepareAggregationJob(work.lease, rejected: [:])
            try requireEqual(try await user.forget(before: 20, now: 1089), GarbageCount(), "under a lease, nothing")
            try await user.requireProgress(at: 10, aggregated: 0, pending: 3)
            try requireEqual(try await user.forget(before: 20, now: 1090).unaggregatedReports, 3, "the lost reports")
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
            try requireEqual(try await user.leaseAll(now: 5000, leaseEnd: 6000).count, 0, "jobs that are due")
            try require(try await !user.finish(work), "its holder's lease is lost")
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
        },
        StoreCheck("a job with a young report stays as it is; what it adds to expired buckets is dropped") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.upload(2..<4, time: 20)
            try await user.createJobs()
            let first = try await user.lease()
            _ = try await store.prepareAggregationJob(first.lease, rejected: [:])
            try await user.forget(before: 20)
            let work = try await user.lease(now: 2000, leaseEnd: 2090)
            try requireEqual(work.reportIDs, first.reportIDs, "its reports")
            try require(try await user.finish(work), "it can be finished")
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
            try await user.requireProgress(at: 20, aggregated: 2, pending: 0)
            try await user.forget(before: 20)
            try requireEqual(try await user.upload(0..<2, time: 10), [.expired, .expired], "the expired ones again")
        },
        StoreCheck("the buckets and jobs of a batch that is closed for an unfinished job stay until it ends") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 10)
            try await user.aggregate(3..<4, time: 14)
            try await user.upload(4..<6, time: 11)
            try await user.createJobs()
            let collection = try await user.close(1, StoreSamples.interval(10, 3))
            try await user.forget(before: 20)
            try await user.requireProgress(at: 10, aggregated: 2, pending: 0)
            try await user.requireProgress(at: 11, aggregated: 0, pending: 2)
            try await user.requireProgress(at: 14, aggregated: 0, pending: 0)
            let work = try await user.lease(now: 2000, leaseEnd: 2090)
            try require(try await user.finish(work), "its job can be finished")
            try await user.finish(collection)
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(1 + 2 + 4 + 5)), "the sum")
            try await user.forget(before: 20)
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
            try await user.requireProgress(at: 11, aggregated: 0, pending: 0)
            try requireEqual(try await user.state(1), nil, "the job, when all has expired")
        },
        StoreCheck("a batch that a failed job lets go is forgotten") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 10)
            let collection = try await user.close(1, StoreSamples.interval(10, 3))
            try await user.forget(before: 20)
            try await user.fail(collection)
            try await user.forget(before: 20)
            try await user.requireProgress(at: 10, aggregated: 0, pending: 0)
            try requireEqual(try await user.state(1), nil, "the job")
        },
    ]

    /// A leader's collection jobs in a time-interval task.
    private static let expiredCollectionChecks = [
        StoreCheck("a collected interval is forgotten as a whole, and never collected again") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 10)
            try await user.aggregate(3..<5, time: 21)
            try await user.collect(1, StoreSamples.interval(10, 5))
            try await user.collect(2, StoreSamples.interval(15, 10))
            try await user.forget(before: 20)
            try requireEqual(try await user.state(1), nil, "the job of an expired interval")
            try requireEqual(
                try await user.state(2), .finished(StoreSamples.littleEndian(7)), "that of one partly expired")
            try requireEqual(try await user.upload(9..<10, time: 22), [.batchClosed], "a report of the latter")
            try requireEqual(try await user.ask(3, StoreSamples.interval(24, 5)), .overlap, "a part of the latter")
            let work = try await user.startCollection(4, StoreSamples.interval(10, 2))
            try requireEqual(try await user.close(work), .expired, "closing a part of the former")
            try await user.fail(work)
            let mixed = try await user.startCollection(5, StoreSamples.interval(14, 1))
            try requireEqual(try await user.close(mixed), .expired, "closing another")
            try await user.forget(before: 25)
            try requireEqual(try await user.state(2), nil, "the other job, when it has expired")
            let open = try await user.ask(6, StoreSamples.interval(25, 5))
            try requireEqual(open, .job(StoreSamples.collectionJobID(6), .pending), "what has not expired")
        },
        StoreCheck("an answer stays for a while after it was made, however old its interval") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 10)
            try await user.collect(1, StoreSamples.interval(10, 5))
            let end = StoreUser.now + GarbageLimits.answerGrace
            try await user.forget(before: 20, now: end - 1)
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "before its end")
            try await user.forget(before: 20, now: end)
            try requireEqual(try await user.state(1), nil, "at its end")
        },
        StoreCheck("an interval whose answer was deleted is forgotten too") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 10)
            try await user.collect(1, StoreSamples.interval(10, 5))
            _ = try await store.deleteCollectionJob(task: user.task, id: StoreSamples.collectionJobID(1))
            try await user.forget(before: 15)
            let work = try await user.startCollection(2, StoreSamples.interval(10, 5))
            try requireEqual(try await user.close(work), .expired, "closing it again")
        },
        StoreCheck("failed jobs go with their interval, or some time after they were due; unfinished ones stay") {
            store in
            let user = StoreUser(store)
            try await user.fail(user.close(1, StoreSamples.interval(10, 5)))
            try await user.fail(user.close(2, StoreSamples.interval(18, 5)))
            let work = try await user.startCollection(3, .leaderSelected)
            try await user.fail(work)
            _ = try await user.ask(4, StoreSamples.interval(10, 5))
            _ = try await user.ask(5, .leaderSelected)
            let states = { try await [1, 2, 3, 4, 5].asyncMap { try await user.state($0).map(\.name) } }
            try await user.forget(before: 20, dueBefore: StoreUser.now)
            try requireEqual(try await states(), [nil, "failed", "failed", "pending", "pending"], "the jobs")
            try await user.forget(before: 20, dueBefore: StoreUser.now + 1)
            try requireEqual(try await states(), [nil, "failed", nil, "pending", "pending"], "the jobs later")
        },
    ]
}

extension CollectionJobState {
    fileprivate var name: String {
        switch self {
        case .pending: "pending"
        case .finished: "finished"
        case .failed: "failed"
        }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
