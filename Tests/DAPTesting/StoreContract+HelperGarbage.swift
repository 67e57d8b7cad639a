import DAPMessages
import DAPRoles

extension StoreContract {
    /// What a helper forgets.
    static let helperGarbageChecks = [
        StoreCheck("expired IDs, buckets and answers go, and what is young stays, with the same answers") { store in
            let user = StoreUser(store)
            let old = (0..<3).map { StoreSamples.metadata($0, time: 10) }
            let young = (3..<6).map { StoreSamples.metadata($0, time: 20) }
            let mixed = [StoreSamples.metadata(6, time: 10), StoreSamples.metadata(7, time: 20)]
            _ = try await user.commit(1, old)
            _ = try await user.commit(2, young)
            _ = try await user.commit(3, mixed)
            let count = try await user.forget(before: 20, as: .helper)
            try require(count.rows >= 4 + 1 + 1, "IDs, a bucket and a job are deleted, not \(count.rows) rows")
            try requireEqual(count.unaggregatedReports, 0, "the reports that were lost")
            try requireEqual(try await user.aggregationJob(1), nil, "a job whose reports have expired")
            try requireEqual(try await user.aggregationJob(2), .answered([2]), "a young job")
            try requireEqual(try await user.aggregationJob(3), .answered([3]), "a job with a young report")
            try requireEqual(try await user.commit(3, mixed, response: [99]), .existing([3]), "a retried job")
            try requireEqual(
                try await store.commitErrors(task: user.task, batchID: nil, reports: old + young + mixed),
                old.map { _ in .reportDropped } + young.map { _ in .reportReplayed } + [
                    .reportDropped, .reportReplayed,
                ], "the errors looked up")
            try requireEqual(
                try await user.commit(4, old + young),
                .conflicts(
                    Dictionary(
                        uniqueKeysWithValues: old.map { ($0.reportID, ReportError.reportDropped) }
                            + young.map { ($0.reportID, .reportReplayed) })), "the commit of all again")
            try requireEqual(try await user.aggregationJob(4), nil, "its answer")
            try requireEqual(
                try await user.commit(5, [StoreSamples.metadata(0, time: 20)]), .committed,
                "a forgotten ID at a young time")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(20, 1)),
                .collected(StoreSamples.littleEndian(3 + 4 + 5 + 7 + 0)), "the sum of what is young")
        },
        StoreCheck("an answer stays until the last report of its request has expired, a rejected one or not") { store in
            let user = StoreUser(store)
            let reports = [StoreSamples.metadata(0, time: 10)]
            for (job, lastTime) in [(1, 10), (2, 19), (3, 20), (4, UInt64.max)] as [(Int, UInt64)] {
                let commit = HelperAggregationCommit(
                    taskID: user.task, id: StoreSamples.aggregationJobID(job), lastTime: Time(lastTime),
                    committed: job == 1 ? reports : [], additions: [], response: [UInt8(job)])
                try requireEqual(
                    try await store.commitAggregationJob(commit, merge: StoreSamples.merge), .committed, "a job")
            }
            try await user.forget(before: 20, as: .helper)
            try requireEqual(try await user.aggregationJob(1), nil, "an expired job")
            try requireEqual(try await user.aggregationJob(2), nil, "a rejected job that has expired")
            try requireEqual(try await user.aggregationJob(3), .answered([3]), "one that has not")
            try requireEqual(try await user.aggregationJob(4), .answered([4]), "one that never will")
        },
        StoreCheck("an aggregate share is forgotten with its whole interval, which is never collected again") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, (1..<3).map { StoreSamples.metadata($0, time: 10) })
            _ = try await user.commit(2, (3..<5).map { StoreSamples.metadata($0, time: 21) })
            _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 5))
            _ = try await user.collectFromHelper(2, StoreSamples.interval(15, 10))
            try await user.forget(before: 20, as: .helper)
            try requireEqual(try await user.aggregateShare(1), nil, "that of an expired interval")
            try requireEqual(
                try await user.aggregateShare(2), .answered(StoreSamples.littleEndian(7)), "of one partly expired")
            try requireEqual(try await user.collectFromHelper(1, StoreSamples.interval(10, 5)), .expired, "it again")
            try requireEqual(try await user.collectFromHelper(3, StoreSamples.interval(19, 1)), .overlap, "a part")
            try requireEqual(try await user.collectFromHelper(4, StoreSamples.interval(24, 5)), .overlap, "another")
            try requireEqual(
                try await user.commit(3, [StoreSamples.metadata(9, time: 22)]),
                .conflicts([StoreSamples.reportID(9): .batchCollected]), "a commit to a collected time")
            try await user.forget(before: 25, as: .helper)
            try requireEqual(try await user.aggregateShare(2), nil, "the other, when it has expired")
            try requireEqual(try await user.collectFromHelper(5, StoreSamples.interval(24, 5)), .expired, "a part")
            try requireEqual(
                try await user.collectFromHelper(6, StoreSamples.interval(25, 5)),
                .collected(StoreSamples.littleEndian(0)), "what has not expired")
        },
        StoreCheck("a deleted aggregate share's interval is forgotten too") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, 1..<3)
            _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 1))
            _ = try await user.deleteAggregateShare(1)
            try await user.forget(before: 11, as: .helper)
            try requireEqual(try await user.collectFromHelper(1, StoreSamples.interval(10, 1)), .expired, "it again")
        },
        StoreCheck("a leader-selected batch and its jobs' answers stay as long as it has a young report") { store in
            let user = StoreUser(store)
            let (batch, expired) = (StoreSamples.batchID(1), StoreSamples.batchID(2))
            _ = try await user.commit(1, (1..<3).map { StoreSamples.metadata($0, time: 10) }, batch: batch)
            _ = try await user.commit(2, [StoreSamples.metadata(3, time: 20)], batch: batch)
            _ = try await user.commit(3, (4..<6).map { StoreSamples.metadata($0, time: 10) }, batch: expired)
            _ = try await user.collectFromHelper(1, expired)
            try await user.forget(before: 20, as: .helper)
            try requireEqual(try await user.aggregationJob(1), .answered([1]), "an expired job of the young batch")
            try requireEqual(try await user.aggregationJob(3), nil, "a job of the expired batch")
            try requireEqual(try await user.aggregateShare(1), nil, "the expired batch's share")
            try requireEqual(
                try await user.commit(4, [StoreSamples.metadata(2, time: 10)], batch: batch),
                .conflicts([StoreSamples.reportID(2): .reportDropped]), "an expired report again")
            try requireEqual(
                try await user.collectFromHelper(2, batch), .collected(StoreSamples.littleEndian(6)), "the batch")
            try await user.forget(before: 21, as: .helper)
            try requireEqual(try await user.aggregateShare(2), nil, "its share, when it has expired")
            try requireEqual(try await user.aggregationJob(1), nil, "its job")
            try requireEqual(
                try await user.collectFromHelper(3, batch), .collected(StoreSamples.littleEndian(0)),
                "what is left of the batch")
        },
        StoreCheck("failed requests go some time after they were due; unanswered ones stay") { store in
            let user = StoreUser(store)
            let failed = try await user.startDeferred(user.shareRequest(1))
            try await store.failDeferredRequest(failed, problem: StoreSamples.problem)
            _ = try await store.deferRequest(user.shareRequest(2), now: StoreUser.now)
            _ = try await store.deferRequest(user.jobRequest(3), now: StoreUser.now)
            try await user.forget(before: 50, as: .helper, dueBefore: StoreUser.now)
            try requireEqual(try await user.aggregateShare(1), .failed(StoreSamples.problem), "one that failed")
            try await user.forget(before: 50, as: .helper, dueBefore: StoreUser.now + 1)
            try requireEqual(try await user.aggregateShare(1), nil, "one that failed, later")
            try requireEqual(try await user.aggregateShare(2), .pending, "one that waits")
            try requireEqual(try await user.aggregationJob(3), .pending, "another")
            try requireEqual(try await user.leaseDeferred().request, user.shareRequest(2), "the one that is leased")
        },
        StoreCheck("a helper forgets in steps, by the task's own time and its own role") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            for user in [user, other] {
                for job in 0..<20 { _ = try await user.commit(job, [StoreSamples.metadata(job, time: UInt64(job))]) }
                try await user.aggregate(0..<2, time: 10)
            }
            for _ in 0..<100 {
                let count = try await user.forgetSome(before: 100, as: .helper, limit: 4)
                try require(count.rows <= 5, "a step deletes about 4 rows, not \(count.rows)")
            }
            try requireEqual(try await user.forget(before: 100, as: .helper), GarbageCount(), "nothing is left")
            for job in 0..<20 {
                try requireEqual(try await user.aggregationJob(job), nil, "an expired job")
                try requireEqual(try await other.aggregationJob(job), .answered([UInt8(job)]), "another task's job")
            }
            try await user.requireProgress(at: 10, aggregated: 2, pending: 0)
            try requireEqual(try await user.upload(0..<1, time: 10), [.replayed], "the leader's report")
        },
    ]
}
