import DAPMessages
import DAPRoles

extension StoreContract {
    static let collectionOutcomeChecks = [
        StoreCheck("progress counts what waits, what is in a job and what is aggregated, within the interval") {
            store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            try requireEqual(
                try await user.progress(interval), BatchProgress(aggregated: 0, pending: 0), "at the start")
            try await user.aggregate(0..<4, time: 10)
            try await user.aggregate(4..<6, time: 14)
            try await user.aggregate(6..<7, time: 15)
            try await user.upload(10..<13, time: 11)
            try await user.createJobs()
            try await user.upload(13..<14, time: 14)
            try await user.upload(14..<16, time: 9)
            try requireEqual(try await user.progress(interval), BatchProgress(aggregated: 6, pending: 4), "inside")
            try requireEqual(
                try await user.progress(StoreSamples.interval(0, 100)), BatchProgress(aggregated: 7, pending: 6),
                "overall")
        },
        StoreCheck("a job is not finished before its batch is closed and drained") { store in
            let user = StoreUser(store)
            try await user.upload(1..<3, time: 12)
            let collection = try await user.startCollection(1, StoreSamples.interval(10, 5))
            let finish = { try await store.finishCollectionJob(collection.lease, answer: StoreSamples.answer) }
            try require(try await !finish(), "not while the batch is open")
            try requireEqual(
                try await user.close(collection), .closed(StoreSamples.batch(StoreSamples.interval(10, 5))), "closing")
            try require(try await !finish(), "not while reports wait")
            try await user.createJobs()
            let job = try await user.lease()
            try require(try await !finish(), "not while reports are in a job")
            try await user.finish(job, returned: reportIDs([2]))
            try require(try await !finish(), "not while a returned report rests")
            try requireEqual(try await user.state(1), .pending, "the state meanwhile")
            try await user.aggregateWaiting(now: 1010)
            try require(try await finish(), "when everything is aggregated")
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "the state at the end")
        },
        StoreCheck("an open batch that is drained is not finished") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let collection = try await user.startCollection(1, StoreSamples.interval(10, 5))
            try require(
                try await !store.finishCollectionJob(collection.lease, answer: StoreSamples.answer), "it is not closed")
        },
        StoreCheck("reports outside the interval do not keep a job from finishing") { store in
            let user = StoreUser(store)
            try await user.upload(1..<2, time: 9)
            try await user.upload(2..<3, time: 15)
            try await StoreUser(store, task: StoreSamples.otherTask).upload(3..<4, time: 12)
            try await user.collect(1, StoreSamples.interval(10, 5))
        },
        StoreCheck("who lost the lease does not finish") { store in
            let user = StoreUser(store)
            let lost = try await user.close(1, StoreSamples.interval(10, 5))
            let current = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try require(try await !store.finishCollectionJob(lost.lease, answer: StoreSamples.answer), "lost")
            try require(try await store.finishCollectionJob(current.lease, answer: StoreSamples.answer), "current")
            try require(try await !store.finishCollectionJob(current.lease) { _ in [1] }, "a second time")
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(0)), "the state")
        },
        StoreCheck("the answer is made from the interval's buckets in order of time") { store in
            let user = StoreUser(store)
            for time in [14, 12, 10, 9, 15] as [UInt64] {
                try await user.aggregate(Int(time)..<Int(time) + 1, time: time)
            }
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            let isFinished = try await store.finishCollectionJob(work.lease) { buckets in
                buckets.map { UInt8(truncatingIfNeeded: $0.times.lowerBound.value) }
            }
            try require(isFinished, "it is finished")
            try requireEqual(try await user.state(1), .finished([10, 12, 14]), "the state")
            let buckets = try await store.buckets(
                task: StoreSamples.task, batch: StoreSamples.batch(StoreSamples.interval(10, 5)))
            try requireEqual(buckets.map(\.id), [.time(Time(10)), .time(Time(12)), .time(Time(14))], "the buckets")
        },
        StoreCheck("when the answer cannot be made, nothing changes and the lease is kept") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            do {
                _ = try await store.finishCollectionJob(work.lease) { _ in throw StoreSamples.MergeRefused() }
                try require(false, "the answer's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            try requireEqual(try await user.state(1), .pending, "the state")
            try require(
                try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer), "it can be finished")
        },
        StoreCheck("an empty answer is an answer") { store in
            let user = StoreUser(store)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try require(try await store.finishCollectionJob(work.lease) { _ in [] }, "it is finished")
            try requireEqual(try await user.state(1), .finished([]), "the state")
        },
        StoreCheck("intervals may be longer than time itself") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            try await user.upload(3..<4, time: 13)
            for interval in [StoreSamples.interval(0, .max), StoreSamples.interval(5, .max)] {
                try requireEqual(
                    try await user.progress(interval), BatchProgress(aggregated: 2, pending: 1),
                    "the progress of \(interval)")
                let buckets = try await store.buckets(task: StoreSamples.task, batch: StoreSamples.batch(interval))
                try requireEqual(buckets.map(\.id), [.time(Time(12))], "the buckets of \(interval)")
            }
            try requireEqual(
                try await user.progress(StoreSamples.interval(.max, .max)), BatchProgress(aggregated: 0, pending: 0),
                "the end")
            try await user.aggregateWaiting()
            try await user.collect(1, StoreSamples.interval(5, .max))
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(6)), "the answer")
            try requireEqual(try await user.upload(4..<5, time: 1 << 62), [.batchClosed], "an upload far away")
            try requireEqual(try await user.upload(5..<6, time: 4), [.inserted], "an upload before")
            try requireEqual(try await user.ask(2, StoreSamples.interval(0, .max)), .overlap, "asking for more")
            try requireEqual(
                try await user.ask(3, StoreSamples.interval(0, 5)), .job(StoreSamples.collectionJobID(3), .pending),
                "before")
        },
        StoreCheck("an interval without a unit of time overlaps nothing") { store in
            let user = StoreUser(store)
            try await user.collect(1, StoreSamples.interval(12, 0))
            try requireEqual(try await user.upload(1..<2, time: 12), [.inserted], "an upload")
            try await user.aggregateWaiting()
            try await user.collect(2, StoreSamples.interval(10, 5))
            try requireEqual(
                try await user.upload(2..<3, time: 13), [.batchClosed], "an upload into the collected batch")
            try requireEqual(
                try await user.ask(3, StoreSamples.interval(13, 0)), .job(StoreSamples.collectionJobID(3), .pending),
                "inside")
        },
    ]
}
