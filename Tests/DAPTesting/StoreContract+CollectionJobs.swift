import DAPMessages
import DAPRoles

extension StoreContract {
    static let collectionJobChecks = [
        StoreCheck("the same request bytes find the same job, whatever ID is proposed") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            let id = StoreSamples.collectionJobID(1)
            try requireEqual(try await user.ask(1, interval), .job(id, .pending), "the first answer")
            let again = try await store.createCollectionJob(
                task: StoreSamples.task, candidateID: StoreSamples.collectionJobID(77), request: [9, 1, 0],
                query: StoreSamples.query(interval), now: 2000)
            try requireEqual(again, .job(id, .pending), "the second answer")
            try requireEqual(try await user.state(1), .pending, "the job's state")
            try requireEqual(try await user.state(77), nil, "the state of a job that was not created")
            _ = try await user.leaseCollection()
            try require(
                try await store.leaseCollectionJob(now: 1000, leaseEnd: 1090) == nil, "there is one job to lease")
        },
        StoreCheck("tasks do not see each other's collection jobs") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            let interval = StoreSamples.interval(10, 5)
            _ = try await user.ask(1, interval)
            try requireEqual(try await other.state(1), nil, "the state in the other task")
            let twin = try await store.createCollectionJob(
                task: StoreSamples.otherTask, candidateID: StoreSamples.collectionJobID(2), request: [9, 1, 0],
                query: StoreSamples.query(interval), now: StoreUser.now)
            try requireEqual(twin, .job(StoreSamples.collectionJobID(2), .pending), "the same bytes in the other task")
            try requireEqual(try await user.state(2), nil, "the other's job in this task")
        },
        StoreCheck("a leased collection job has its request and query") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            _ = try await user.ask(258, interval)
            let work = try await user.leaseCollection()
            try requireEqual(work.taskID, StoreSamples.task, "the task")
            try requireEqual(work.request, [9, 2, 1], "the request")
            try requireEqual(work.query, StoreSamples.query(interval), "the query")
            try requireEqual(work.batch, nil, "the batch, which is not closed yet")
            try requireEqual(work.lease.attempt, 1, "the attempt")
        },
        StoreCheck("a leased collection job is left alone until the lease ends or is released") { store in
            let user = StoreUser(store)
            let first = try await user.startCollection(1, StoreSamples.interval(10, 5))
            try require(
                try await store.leaseCollectionJob(now: 1089, leaseEnd: 1200) == nil, "the lease excludes others")
            let second = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try requireEqual(second.lease.attempt, 2, "the second attempt")
            try require(second.lease.token != first.lease.token, "a later lease has another token")
            try await user.release(first, dueAt: 1100)
            try require(
                try await store.leaseCollectionJob(now: 1110, leaseEnd: 1300) == nil, "a lost lease ends nothing")
            try await user.release(second, dueAt: 1150)
            try require(
                try await store.leaseCollectionJob(now: 1149, leaseEnd: 1300) == nil, "it is due when it was said")
            try requireEqual(try await user.leaseCollection(now: 1150).lease.attempt, 3, "the third attempt")
        },
        StoreCheck("the collection job that has been due longest is leased first") { store in
            let user = StoreUser(store)
            _ = try await user.ask(1, StoreSamples.interval(10, 5), now: 900)
            _ = try await StoreUser(store, task: StoreSamples.otherTask).ask(2, StoreSamples.interval(10, 5), now: 800)
            _ = try await user.ask(3, StoreSamples.interval(20, 5), now: 1001)
            try requireEqual(try await user.leaseCollection().request, [9, 2, 0], "the first")
            try requireEqual(try await user.leaseCollection().request, [9, 1, 0], "the second")
            try require(try await store.leaseCollectionJob(now: 1000, leaseEnd: 1090) == nil, "the third is not due")
        },
        StoreCheck("a finished job keeps its answer, for the same request bytes too") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            try await user.aggregate(1..<4, time: 12)
            try await user.collect(1, interval)
            let finished = CollectionJobState.finished(StoreSamples.littleEndian(6))
            try requireEqual(try await user.state(1), finished, "the state")
            try requireEqual(
                try await user.ask(1, interval), .job(StoreSamples.collectionJobID(1), finished), "asked again")
            try require(try await store.leaseCollectionJob(now: 9000, leaseEnd: 9090) == nil, "it is not leased again")
        },
        StoreCheck("a failed job keeps its problem until it is asked for again, then starts anew under its ID") {
            store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            let work = try await user.close(1, interval)
            try await user.fail(work)
            try requireEqual(try await user.state(1), .failed(StoreSamples.problem), "the state")
            try require(try await store.leaseCollectionJob(now: 9000, leaseEnd: 9090) == nil, "it is not leased again")
            let again = try await store.createCollectionJob(
                task: StoreSamples.task, candidateID: StoreSamples.collectionJobID(77), request: [9, 1, 0],
                query: StoreSamples.query(interval), now: 5000)
            try requireEqual(again, .job(StoreSamples.collectionJobID(1), .pending), "asked again")
            try require(try await store.leaseCollectionJob(now: 4999, leaseEnd: 5090) == nil, "it is due from then on")
            let anew = try await user.leaseCollection(now: 5000, leaseEnd: 5090)
            try requireEqual(anew.lease.attempt, 1, "the attempt")
            try requireEqual(anew.batch, nil, "its batch, which is open")
            try requireEqual(try await user.close(work), .leaseLost, "the old lease")
            try requireEqual(try await user.close(anew), .closed(StoreSamples.batch(interval)), "the new lease")
        },
        StoreCheck("failing with a lost lease does nothing") { store in
            let user = StoreUser(store)
            let lost = try await user.close(1, StoreSamples.interval(10, 5))
            let current = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try requireEqual(
                current.batch, StoreSamples.batch(StoreSamples.interval(10, 5)), "the batch, which is still closed")
            try await user.fail(lost)
            try requireEqual(try await user.state(1), .pending, "the state")
            try requireEqual(try await user.upload(1..<2, time: 12), [.batchClosed], "the outcome of an upload")
        },
        StoreCheck("a part of a collected interval cannot be asked for again, its neighbours can") { store in
            let user = StoreUser(store)
            try await user.collect(1, StoreSamples.interval(10, 5))
            let overlapping = [(10, 5), (8, 3), (14, 9), (12, 1), (0, 100)] as [(UInt64, UInt64)]
            for (index, (start, duration)) in overlapping.enumerated() {
                try requireEqual(
                    try await user.ask(10 + index, StoreSamples.interval(start, duration)), .overlap,
                    "asking for \(duration) from \(start)")
            }
            try requireEqual(
                try await user.ask(20, StoreSamples.interval(5, 5)), .job(StoreSamples.collectionJobID(20), .pending),
                "before")
            try requireEqual(
                try await user.ask(21, StoreSamples.interval(15, 5)), .job(StoreSamples.collectionJobID(21), .pending),
                "after")
        },
        StoreCheck("an interval that is closed but not collected can be asked for by another job") { store in
            let user = StoreUser(store)
            _ = try await user.close(1, StoreSamples.interval(10, 5))
            try requireEqual(
                try await user.ask(2, StoreSamples.interval(12, 5)), .job(StoreSamples.collectionJobID(2), .pending),
                "it")
        },
        StoreCheck("a failed job whose interval has been collected since overlaps") { store in
            let user = StoreUser(store)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try await user.fail(work)
            try await user.collect(2, StoreSamples.interval(12, 5))
            try requireEqual(try await user.ask(1, StoreSamples.interval(10, 5)), .overlap, "asked again")
        },
        StoreCheck("a task has a limited number of unfinished collection jobs") { store in
            let user = StoreUser(store)
            let limit = LeaderLimits.unfinishedCollectionJobs
            for number in 0..<limit { _ = try await user.ask(number, StoreSamples.interval(UInt64(number), 1)) }
            let beyond = StoreSamples.interval(UInt64(limit), 1)
            try requireEqual(try await user.ask(limit, beyond), .tooMany, "one more")
            try requireEqual(
                try await user.ask(5, StoreSamples.interval(5, 1)), .job(StoreSamples.collectionJobID(5), .pending),
                "one that exists")
            try requireEqual(
                try await StoreUser(store, task: StoreSamples.otherTask).ask(limit, beyond),
                .job(StoreSamples.collectionJobID(limit), .pending), "another task's")
            let work = try await user.leaseCollection()
            try await user.fail(work)
            try requireEqual(
                try await user.ask(limit, beyond), .job(StoreSamples.collectionJobID(limit), .pending),
                "when one has failed")
        },
    ]

    static let batchClosingChecks = [
        StoreCheck("of two jobs that overlap, the second closes its batch when the first has failed") { store in
            let user = StoreUser(store)
            let first = try await user.close(1, StoreSamples.interval(10, 5))
            let second = try await user.startCollection(2, StoreSamples.interval(14, 5))
            try requireEqual(try await user.close(second), .closedByAnother, "the second, at first")
            try requireEqual(try await user.upload(1..<2, time: 15), [.inserted], "an upload into the second's batch")
            try requireEqual(
                try await user.close(first), .closed(StoreSamples.batch(StoreSamples.interval(10, 5))),
                "the first, again")
            try await user.fail(first)
            try requireEqual(
                try await user.close(second), .closed(StoreSamples.batch(StoreSamples.interval(14, 5))),
                "the second, at last")
            try requireEqual(
                try await user.upload(2..<5, time: 13), [.inserted, .inserted, .inserted],
                "uploads into the first's batch")
            try requireEqual(
                try await user.upload(5..<6, time: 15), [.batchClosed], "an upload into the second's batch")
        },
        StoreCheck("a job learns that a part of its batch has been collected") { store in
            let user = StoreUser(store)
            let first = try await user.close(1, StoreSamples.interval(10, 5))
            let second = try await user.startCollection(2, StoreSamples.interval(5, 20))
            let third = try await user.close(3, StoreSamples.interval(15, 5))
            try await user.finish(first)
            try requireEqual(try await user.close(second), .collectedByAnother, "closing the second")
            try requireEqual(
                try await user.close(third), .closed(StoreSamples.batch(StoreSamples.interval(15, 5))),
                "the third still is")
        },
        StoreCheck("batches that touch, and those of other tasks, are closed independently") { store in
            let user = StoreUser(store)
            _ = try await user.close(1, StoreSamples.interval(10, 5))
            _ = try await user.close(2, StoreSamples.interval(15, 5))
            _ = try await user.close(3, StoreSamples.interval(5, 5))
            _ = try await StoreUser(store, task: StoreSamples.otherTask).close(4, StoreSamples.interval(0, 50))
        },
        StoreCheck("many closed batches are each found") { store in
            let user = StoreUser(store)
            for number in 1..<20 { _ = try await user.close(number, StoreSamples.interval(UInt64(number) * 10, 5)) }
            for number in 1..<20 {
                let time = UInt64(number) * 10
                let outcomes = try await store.insertReports([
                    StoreSamples.report(number * 10, time: time - 1), StoreSamples.report(number * 10 + 1, time: time),
                    StoreSamples.report(number * 10 + 2, time: time + 4),
                    StoreSamples.report(number * 10 + 3, time: time + 5),
                ])
                try requireEqual(
                    outcomes, [.inserted, .batchClosed, .batchClosed, .inserted], "the outcomes at \(time)")
            }
        },
        StoreCheck("who lost the lease closes nothing") { store in
            let user = StoreUser(store)
            let lost = try await user.startCollection(1, StoreSamples.interval(10, 5))
            _ = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try requireEqual(try await user.close(lost), .leaseLost, "closing")
            try requireEqual(try await user.upload(1..<2, time: 12), [.inserted], "an upload")
        },
    ]
}
