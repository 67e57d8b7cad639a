import DAPMessages
import DAPRoles

extension StoreContract {
    /// What becomes of a collection job that the collector deletes.
    static let collectionDeletionChecks = [
        StoreCheck("a collection job that is deleted before its batch is closed is abandoned") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            let work = try await user.startCollection(1, interval)
            try require(try await user.delete(1), "there is a job")
            try requireEqual(try await user.state(1), nil, "its state")
            try requireEqual(try await user.upload(1..<2, time: 12), [.inserted], "an upload")
            try await user.aggregateWaiting()
            try require(
                try await !store.finishCollectionJob(work.lease, answer: StoreSamples.answer), "its holder's answer")
            try requireEqual(try await user.close(work), .leaseLost, "its holder's closing")
            try await user.fail(work)
            try await user.release(work, dueAt: 1000)
            try require(try await store.leaseCollectionJob(now: 9000, leaseEnd: 9090) == nil, "there is no job left")
            try requireEqual(try await user.state(1), nil, "its state after all that")
            try require(try await !user.delete(1), "there is no job to delete again")
            try await user.collect(2, StoreSamples.interval(12, 5))
        },
        StoreCheck("a collection job that is deleted while its interval is closed goes on to its end") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            try await user.aggregate(0..<2, time: 12)
            let work = try await user.close(1, interval)
            try require(try await user.delete(1), "there is a job")
            try requireEqual(
                try await user.upload(2..<3, time: 12), [.batchClosed], "an upload: the helper may be done")
            try await user.finish(work)
            try require(try await user.state(1) != .pending, "it is finished")
            try require(try await user.delete(1), "the finished job")
            try requireEqual(try await user.state(1), nil, "its state")
        },
        StoreCheck("a deleted job's leader-selected batch takes no more reports and is given out next") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(0..<5, target: 3)
            let (work, batch) = try await user.closeAny(1)
            try require(try await user.delete(1), "there is a job")
            try require(
                try await !store.finishCollectionJob(work.lease, answer: StoreSamples.answer), "its holder's answer")
            try await store.reopenBatch(work.lease)
            try requireEqual(batch, batches[0], "its batch")
            // There is room for one more in it, were it open.
            let works = try await user.uploadAndLease(5..<7, target: 4)
            try requireEqual(works.map(\.batchID), [batches[1]], "the batches that are filled")
            let next = try await user.closeAny(2, StoreSamples.strictChoice)
            try requireEqual(next.batch, batch, "the next job's batch, however strict the choice")
            try await user.fail(next.work)
            try require(try await user.delete(2), "there is a second job")
            try requireEqual(
                try await user.closeAny(3, StoreSamples.strictChoice).batch, batch, "its batch after a failure")
        },
        StoreCheck("a deleted job's leader-selected batch that the next job lets go takes reports again") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(0..<3, target: 3)
            _ = try await user.closeAny(1)
            try require(try await user.delete(1), "there is a job")
            let (work, batch) = try await user.closeAny(2)
            try requireEqual(batch, batches[0], "the next job's batch")
            try await store.reopenBatch(work.lease)
            let works = try await user.uploadAndLease(3..<4, target: 4)
            try requireEqual(works.map(\.batchID), batches, "the batches that are filled")
        },
        StoreCheck("a deleted job's batch is free when its lease was lost, and when it has ended") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, target: 2)
            let (work, batch) = try await user.closeAny(1)
            try await user.release(work, dueAt: 5000)
            try require(try await user.delete(1), "there is a job")
            try requireEqual(try await user.closeAny(2).batch, batch, "the next job's batch")
        },
        StoreCheck("a failed job is deleted, and the same bytes make a new one") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            try await user.fail(user.close(1, interval))
            try require(try await user.delete(1), "there is a job")
            try requireEqual(try await user.state(1), nil, "its state")
            try requireEqual(
                try await user.repeatRequest(1, StoreSamples.query(interval)),
                .job(StoreSamples.collectionJobID(77), .pending),
                "asking again")
            try requireEqual(try await user.state(1), nil, "the old job's state")
            try require(try await !user.delete(1), "the old job is gone")
            try require(try await user.delete(77), "there is the new job")
        },
        StoreCheck("an interval stays collected when its job is deleted") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            try await user.aggregate(1..<4, time: 12)
            let other = try await user.startCollection(2, StoreSamples.interval(8, 5))
            try await user.collect(1, interval)
            let buckets = try await store.buckets(task: user.task, batch: StoreSamples.batch(interval))
            try require(try await user.delete(1), "there is a job")
            try requireEqual(try await user.state(1), nil, "its state")
            try require(try await !user.delete(1), "there is none to delete again")
            try requireEqual(try await user.repeatRequest(1, StoreSamples.query(interval)), .overlap, "asking again")
            try requireEqual(try await user.ask(3, StoreSamples.interval(14, 1)), .overlap, "asking for a part")
            try requireEqual(try await user.close(other), .collectedByAnother, "closing a part")
            try requireEqual(
                try await user.upload(3..<5, time: 12), [.replayed, .batchClosed], "a replay and a new report")
            try requireEqual(
                try await store.buckets(task: user.task, batch: StoreSamples.batch(interval)), buckets, "the buckets")
            _ = try await user.close(4, StoreSamples.interval(15, 5))
        },
        StoreCheck("nothing is added to a collected interval when its job is deleted") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, time: 10)
            try await user.collect(1, StoreSamples.interval(10, 1))
            try require(try await user.delete(1), "there is a job")
            try await user.upload(2..<4, time: 11)
            try await user.createJobs()
            let work = try await user.lease()
            let stray = StoreSamples.additions([StoreSamples.metadata(50, time: 10)])
            _ = try await store.finishAggregationJob(
                work.lease, additions: stray, rejected: [:], returned: [], now: 1000, merge: StoreSamples.merge)
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 2, pending: 0), "it")
        },
        StoreCheck("the bytes of a deleted leader-selected job make a new one, which takes the next batch") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(1..<5, target: 2)
            try await user.collectAny(1)
            try require(try await user.delete(1), "there is a job")
            try requireEqual(try await user.state(1), nil, "its state")
            try requireEqual(
                try await user.repeatRequest(1, .leaderSelected),
                .job(StoreSamples.collectionJobID(77), .pending), "asking again")
            let work = try await user.leaseCollection()
            try requireEqual(try await user.take(work), batches[1], "the new job's batch")
            try await user.finish(work)
            try requireEqual(try await user.state(77), .finished(StoreSamples.littleEndian(7)), "the new job's state")
            try requireEqual(try await user.state(1), nil, "the old job's state")
            try require(try await user.delete(77), "there is the new job")
            try requireEqual(try await user.upload(1..<3, time: 10), [.replayed, .replayed], "replays")
            let later = try await user.uploadAndLease(5..<6, target: 10)
            try require(!batches.contains(try later[0].batch), "later reports go elsewhere")
            let third = try await user.closeAny(3)
            try requireEqual(third.batch, try later[0].batch, "what is left to collect")
        },
        StoreCheck("only a task's own job is deleted") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            try require(try await !user.delete(1), "a job of an unknown task")
            _ = try await user.close(1, StoreSamples.interval(10, 5))
            try require(try await !other.delete(1), "another task's job")
            try require(try await !user.delete(2), "an unknown job")
            try requireEqual(try await user.state(1), .pending, "the state of the job")
            try requireEqual(try await user.upload(1..<2, time: 12), [.batchClosed], "an upload")
        },
        StoreCheck("deleted jobs do not count as unfinished") { store in
            let user = StoreUser(store)
            let limit = LeaderLimits.unfinishedCollectionJobs
            for number in 0..<limit { _ = try await user.ask(number, .leaderSelected) }
            try requireEqual(try await user.ask(limit, .leaderSelected), .tooMany, "one more")
            try require(try await user.delete(3), "there is a job")
            try requireEqual(
                try await user.ask(limit, .leaderSelected), .job(StoreSamples.collectionJobID(limit), .pending),
                "one more when one is deleted")
        },
    ]

    /// What becomes of what the leader deletes at the helper.
    static let helperDeletionChecks = [
        StoreCheck("an aggregation job's response stays when it is deleted, as do its reports") { store in
            let user = StoreUser(store)
            let reports = (1..<4).map { StoreSamples.metadata($0, time: 10) }
            try require(try await !user.deleteAggregationJob(1), "a job of an unknown task")
            _ = try await user.commit(1, reports)
            try require(
                try await !StoreUser(store, task: StoreSamples.otherTask).deleteAggregationJob(1), "another task's job")
            try require(try await !user.deleteAggregationJob(2), "an unknown job")
            try require(try await !user.deleteAggregateShare(1), "an aggregate share of that ID")
            for _ in 0..<2 {
                try requireEqual(try await user.aggregationJob(1), .answered([1]), "the job")
                try require(try await user.deleteAggregationJob(1), "there is a job")
            }
            try requireEqual(try await user.aggregationJob(1), .answered([1]), "the deleted job")
            try requireEqual(
                try await store.commitErrors(task: user.task, batchID: nil, reports: reports),
                [.reportReplayed, .reportReplayed, .reportReplayed], "the errors looked up")
            var conflicts: [ReportID: ReportError] = [:]
            for report in reports { conflicts[report.reportID] = .reportReplayed }
            try requireEqual(try await user.commit(1, reports), .existing([1]), "the same job again")
            try requireEqual(try await user.commit(2, reports), .conflicts(conflicts), "its reports in another job")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(10, 1)),
                .collected(StoreSamples.littleEndian(6)), "the sum: they were counted once")
        },
        StoreCheck("the response to a job that committed nothing is gone when the job is deleted") { store in
            let user = StoreUser(store)
            let reports = [StoreSamples.metadata(1, time: 10)]
            try requireEqual(try await user.commit(1, [], response: [8]), .committed, "a job of rejected reports")
            try requireEqual(try await user.commit(1, reports), .existing([8]), "the same bytes")
            try require(try await user.deleteAggregationJob(1), "there is a job")
            try requireEqual(try await user.aggregationJob(1), nil, "the deleted job")
            try require(try await !user.deleteAggregationJob(1), "there is none to delete again")
            try requireEqual(try await user.commit(1, reports), .committed, "the same bytes, when one is in time")
            try require(try await user.deleteAggregationJob(1), "the deletion came twice")
            try requireEqual(try await user.aggregationJob(1), .answered([1]), "the job that has committed")
            try requireEqual(try await user.commit(1, reports), .existing([1]), "a retry")
        },
        StoreCheck("a deleted aggregate share's response is gone, and its interval stays collected") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            _ = try await user.commit(1, 1..<3)
            _ = try await user.collectFromHelper(1, interval)
            try require(
                try await !StoreUser(store, task: StoreSamples.otherTask).deleteAggregateShare(1), "another task's")
            try require(try await !user.deleteAggregateShare(2), "an unknown one")
            try require(try await user.deleteAggregateShare(1), "there is one")
            try requireEqual(try await user.aggregateShare(1), nil, "the deleted one")
            try require(try await !user.deleteAggregateShare(1), "there is none to delete again")
            try requireEqual(try await user.collectFromHelper(1, interval), .overlap, "the same request")
            try requireEqual(try await user.aggregateShare(1), nil, "its answer")
            try requireEqual(
                try await user.collectFromHelper(2, StoreSamples.interval(14, 5)), .overlap, "a part of it")
            try requireEqual(
                try await user.commit(2, [2, 3].map { StoreSamples.metadata($0, time: 12) }),
                .conflicts([StoreSamples.reportID(2): .reportReplayed, StoreSamples.reportID(3): .batchCollected]),
                "a commit into it")
        },
        StoreCheck("a leader-selected batch stays collected when its aggregate share is deleted") { store in
            let user = StoreUser(store)
            let batch = StoreSamples.batchID(1)
            _ = try await user.commit(1, 1..<3, batch: batch)
            _ = try await user.collectFromHelper(1, batch)
            try require(try await user.deleteAggregateShare(1), "there is one")
            try require(try await !user.deleteAggregateShare(1), "there is none to delete again")
            try requireEqual(try await user.aggregateShare(1), nil, "the deleted one")
            for share in 1...2 {
                try requireEqual(try await user.collectFromHelper(share, batch), .overlap, "collecting it again")
            }
            try requireEqual(
                try await user.commit(2, 3..<4, batch: batch),
                .conflicts([StoreSamples.reportID(3): .batchCollected]), "a commit into it")
            try requireEqual(
                try await user.commit(3, 2..<3, batch: StoreSamples.batchID(2)),
                .conflicts([StoreSamples.reportID(2): .reportReplayed]), "its reports in another batch")
        },
        StoreCheck("a deferred request that is deleted is nobody's, though it failed or was being answered") { store in
            let user = StoreUser(store)
            for (number, request) in [user.jobRequest(1), user.shareRequest(2)].enumerated() {
                let delete = {
                    number == 0 ? try await user.deleteAggregationJob(1) : try await user.deleteAggregateShare(2)
                }
                let look = { number == 0 ? try await user.aggregationJob(1) : try await user.aggregateShare(2) }
                try requireEqual(try await store.deferRequest(request, now: 1000), .pending, "a new request")
                try require(try await delete(), "there is one that waits")
                try requireEqual(try await look(), nil, "it")
                try await user.requireNoDeferred("it is not to be answered")
                let lease = try await user.startDeferred(request)
                try require(try await delete(), "there is one that is being answered")
                try require(try await !delete(), "there is none to delete again")
                try await store.failDeferredRequest(lease, problem: StoreSamples.problem)
                try await store.releaseDeferredRequest(lease, dueAt: 1000)
                try requireEqual(try await look(), nil, "it, when its holder gives it back")
                try await user.requireNoDeferred("it stays deleted")
                let later = try await user.startDeferred(request)
                try await store.failDeferredRequest(later, problem: StoreSamples.problem)
                try require(try await delete(), "there is one that failed")
                try requireEqual(try await look(), nil, "the one that failed")
            }
        },
    ]
}

extension StoreUser {
    fileprivate func delete(_ number: Int) async throws -> Bool {
        try await store.deleteCollectionJob(task: task, id: StoreSamples.collectionJobID(number))
    }

    /// Sends the bytes of a request again, proposing the ID 77.
    fileprivate func repeatRequest(_ number: UInt8, _ query: Query) async throws -> CollectionJobCreation {
        try await store.createCollectionJob(
            task: task, candidateID: StoreSamples.collectionJobID(77), request: [9, number, 0], query: query,
            now: Self.now)
    }
}
