import DAPMessages
import DAPRoles

extension StoreContract {
    /// What becomes of reports that were too early, or refused with their job.
    static let restChecks = [
        StoreCheck("a returned report rests before it goes into a job, and is pending meanwhile") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            try await user.finish(user.lease(), returned: reportIDs([1]), now: 2000)
            let pending = BatchProgress(aggregated: 2, pending: 1)
            try requireEqual(try await user.progress(StoreSamples.interval(10, 1)), pending, "progress")
            try requireEqual(
                try await user.createJobs(uploadedBefore: 5000, now: 2001), 0, "the jobs while it rests")
            try requireEqual(try await user.createJobs(now: 2002), 1, "the jobs when it has rested")
            try requireEqual(try await user.lease(now: 2002).reportIDs, reportIDs([1]), "the report")
            try requireEqual(try await user.progress(StoreSamples.interval(10, 1)), pending, "progress in the job")
        },
        StoreCheck("each rest is twice as long up to the limit, and after the last one the report is rejected") {
            store in
            let user = StoreUser(store)
            try await user.upload(0..<1, time: 10)
            try await user.createJobs()
            var (now, rest) = (StoreUser.now, UInt64(1))
            for number in 1...LeaderLimits.rests {
                try await user.finish(user.lease(now: now), returned: reportIDs([0]), now: now)
                rest = min(2 * rest, LeaderLimits.longestRest)
                now += rest
                try requireEqual(
                    try await user.createJobs(now: now - 1), 0, "the jobs a second before rest \(number) ends")
                try requireEqual(try await user.createJobs(now: now), 1, "the jobs when rest \(number) ends")
            }
            try await user.finish(user.lease(now: now), returned: reportIDs([0]), now: now)
            try requireEqual(try await user.createJobs(now: 1 << 40), 0, "the jobs at last")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 0, pending: 0),
                "progress: it is rejected")
            try requireEqual(try await user.upload(0..<1, time: 10), [.replayed], "the outcome of a replay")
        },
        StoreCheck("a resting report keeps no other waiting") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.createJobs()
            try await user.finish(user.lease(), returned: reportIDs([0, 1]))
            try await user.upload(2..<4, time: 10)
            try requireEqual(try await user.createJobs(minimum: 3), 0, "the jobs of a minimum that rests in part")
            try requireEqual(try await user.createJobs(minimum: 2), 1, "the jobs of the others")
            try requireEqual(try await user.lease().reportIDs, reportIDs(2..<4), "their reports")
        },
        StoreCheck("a resting report of a closed batch keeps it from being finished, and then hurries") { store in
            let user = StoreUser(store)
            try await user.upload(1..<3, time: 10)
            let collection = try await user.close(1, StoreSamples.interval(10, 1))
            try await user.createJobs()
            try await user.finish(user.lease(), returned: reportIDs([2]))
            try require(
                try await !store.finishCollectionJob(collection.lease, answer: StoreSamples.answer), "while it rests")
            try requireEqual(try await user.createJobs(minimum: 10, now: 1001), 0, "the jobs while it rests")
            try requireEqual(try await user.createJobs(minimum: 10, now: 1002), 1, "the jobs when it has rested")
            try await user.finish(user.lease(now: 1002))
            try await user.finish(collection)
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "the sum")
        },
        StoreCheck("refused reports rest eight times as long each time, until one that is alone is dropped") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 1)
            try await user.upload(0..<1, time: 10)
            try await user.createJobs()
            var (now, rest) = (StoreUser.now, LeaderLimits.firstRestAfterRefusal)
            for number in 1...LeaderLimits.restsAfterRefusals {
                try require(try await user.dissolve(user.lease(now: now), now: now), "it is dissolved")
                try requireEqual(
                    try await user.progress(interval), BatchProgress(aggregated: 0, pending: 1), "progress")
                now += min(rest, LeaderLimits.longestRestAfterRefusal)
                rest *= 8
                let early = try await user.createJobs(uploadedBefore: now, now: now - 1)
                try requireEqual(early, 0, "the jobs a second before rest \(number) ends")
                try requireEqual(try await user.createJobs(now: now), 1, "the jobs when rest \(number) ends")
            }
            try require(try await user.dissolve(user.lease(now: now), now: now), "it is dissolved")
            try requireEqual(try await user.createJobs(now: 1 << 40), 0, "the jobs at last")
            try requireEqual(
                try await user.progress(interval), BatchProgress(aggregated: 0, pending: 0), "progress: it is dropped")
            try requireEqual(try await user.upload(0..<1, time: 10), [.replayed], "the outcome of a replay")
        },
        StoreCheck("reports that are refused together are not dropped, and rest no longer than the limit") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            var now = StoreUser.now
            // Jobs as large as a store makes them: at the fourth refusal each is alone.
            for _ in 0..<LeaderLimits.restsAfterRefusals {
                try requireEqual(try await user.createJobs(now: now), 1, "the job")
                try require(try await user.dissolve(user.lease(now: now), now: now), "it is dissolved")
                now += LeaderLimits.longestRestAfterRefusal
            }
            try requireEqual(try await user.createJobs(now: now), 2, "the jobs")
            for work in try await user.leaseAll(now: now, leaseEnd: now + 90) { try await user.finish(work) }
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 2, pending: 0),
                "progress")
        },
        StoreCheck("a refused report that rests keeps neither others waiting nor a closed batch from its turn") {
            store in
            let user = StoreUser(store)
            try await user.upload(1..<3, time: 10)
            let collection = try await user.close(1, StoreSamples.interval(10, 1))
            try await user.createJobs()
            try await user.dissolve(user.lease(), now: StoreUser.now)
            try require(
                try await !store.finishCollectionJob(collection.lease, answer: StoreSamples.answer), "while they rest")
            try await user.upload(3..<5, time: 20)
            try requireEqual(try await user.createJobs(minimum: 2), 1, "the jobs of the others")
            try requireEqual(try await user.lease().reportIDs, reportIDs(3..<5), "their reports")
            let rested = StoreUser.now + LeaderLimits.firstRestAfterRefusal
            try requireEqual(try await user.createJobs(minimum: 10, now: rested), 1, "the jobs when they have rested")
            try await user.finish(user.lease(now: rested))
            try await user.finish(collection)
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "the sum")
        },
        StoreCheck("who lost the lease returns nothing") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.createJobs()
            let lost = try await user.lease()
            let current = try await user.lease(now: 1090, leaseEnd: 1200)
            try require(try await !user.finish(lost, returned: reportIDs(0..<2)), "it is lost")
            try requireEqual(try await user.createJobs(now: 2000), 0, "the number of new jobs")
            try require(try await user.finish(current), "the holder can finish")
        },
    ]

    /// What a job keeps of where the helper is working on it.
    static let locationChecks = [
        StoreCheck("an aggregation job keeps its location over leases, until nil clears it") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.createJobs()
            let first = try await user.lease()
            try requireEqual(first.location, nil, "a new job's location")
            try require(try await store.prepareAggregationJob(first.lease, rejected: [:]), "it is prepared")
            try await store.releaseAggregationJob(first.lease, dueAt: 1010, location: "/aggregation_jobs/ü?step=0")
            let second = try await user.lease(now: 1010, leaseEnd: 1090)
            try requireEqual(second.location, "/aggregation_jobs/ü?step=0", "the location")
            try require(second.isPrepared, "it is prepared still")
            let third = try await user.lease(now: 1090, leaseEnd: 1200)
            try requireEqual(third.location, second.location, "the location when nobody released it")
            try await store.releaseAggregationJob(second.lease, dueAt: 1100, location: "lost")
            try await store.releaseAggregationJob(third.lease, dueAt: 1100, location: "/elsewhere")
            let fourth = try await user.lease(now: 1100, leaseEnd: 1200)
            try requireEqual(fourth.location, "/elsewhere", "the location that the holder gave")
            try await store.releaseAggregationJob(fourth.lease, dueAt: 1100, location: nil)
            try requireEqual(try await user.lease(now: 1100).location, nil, "the location when it was cleared")
        },
        StoreCheck("a collection job keeps its location over leases, until nil clears it") { store in
            let user = StoreUser(store)
            let first = try await user.close(1, StoreSamples.interval(10, 5))
            try requireEqual(first.location, nil, "a new job's location")
            try await user.release(first, dueAt: 1010, location: "/aggregate_shares/ü")
            let second = try await user.leaseCollection(now: 1010, leaseEnd: 1090)
            try requireEqual(second.location, "/aggregate_shares/ü", "the location")
            let third = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try requireEqual(third.location, second.location, "the location when nobody released it")
            try await user.release(second, dueAt: 1100, location: "lost")
            try await user.release(third, dueAt: 1100, location: nil)
            try requireEqual(
                try await user.leaseCollection(now: 1100).location, nil, "the location when it was cleared")
        },
        StoreCheck("a collection job that starts anew, or lets its batch go, has no location") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, target: 2)
            let (first, _) = try await user.closeAny(1)
            try await user.release(first, dueAt: 1000, location: "/first")
            let second = try await user.leaseCollection()
            try requireEqual(second.location, "/first", "the location")
            try await store.reopenBatch(second.lease)
            let third = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try requireEqual(third.location, nil, "the location, which was of the batch that was let go")
            _ = try await user.take(third)
            try await user.release(third, dueAt: 1100, location: "/second")
            try await user.fail(user.leaseCollection(now: 1100))
            _ = try await user.ask(1, .leaderSelected, now: 2000)
            try requireEqual(
                try await user.leaseCollection(now: 2000).location, nil, "the location when it starts anew")
        },
    ]
}

extension StoreUser {
    /// Takes a job apart, so long ago that reports which were refused once have rested, unless a time is given.
    @discardableResult
    func dissolve(
        _ work: AggregationJobWork, now: UInt64 = now - LeaderLimits.firstRestAfterRefusal
    ) async throws -> Bool {
        try await store.dissolveAggregationJob(work.lease, now: now)
    }
}
