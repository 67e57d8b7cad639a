import DAPMessages
import DAPRoles

extension StoreContract {
    /// Further checks that hold across several stores of the same data.
    static let batchConcurrencyChecks = [
        StoreCheck("batches that many fill at the same time are not filled beyond their target") { store in
            let user = StoreUser(store)
            try await user.upload(0..<100, time: 10)
            _ = try await concurrently { _ in try await user.fill(to: 7, maximum: 3) }
            let works = try await user.leaseAll()
            try requireEqual(works.flatMap(\.reportIDs).count, 100, "the number of reports in jobs")
            try requireEqual(Set(works.flatMap(\.reportIDs)).count, 100, "the number of different reports in jobs")
            let sizes = Dictionary(grouping: works, by: \.batchID).mapValues { $0.map(\.reports.count).reduce(0, +) }
            try requireEqual(sizes.values.sorted(), [2] + Array(repeating: 7, count: 14), "the batches' sizes")
        },
        StoreCheck("of jobs that take a batch at the same time each gets another") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(0..<callers / 2, target: 1)
            var works: [CollectionJobWork] = []
            for caller in 0..<callers { works.append(try await user.startCollection(caller, .leaderSelected)) }
            let closings = try await concurrently { [works] caller in
                try await store.closeBatch(works[caller].lease, choice: StoreSamples.anyChoice)
            }
            let taken = closings.compactMap(\.batchID)
            try requireEqual(taken.count, batches.count, "the number of jobs with a batch")
            try requireEqual(Set(taken), Set(batches), "their batches")
            try requireEqual(closings.count { $0 == .noBatch }, callers - batches.count, "the number of those without")
        },
        StoreCheck("reports that race with closing their batch are collected with it or with another") { store in
            let user = StoreUser(store)
            try await user.aggregate(1000..<1002, target: 500)
            let collection = try await user.startCollection(1, .leaderSelected)
            let closed = try await concurrently { caller in
                var batch: BatchID?
                for number in 0..<20 {
                    if caller == 0, number == 3 { batch = try await user.take(collection) }
                    try await user.upload(caller * 100 + number..<caller * 100 + number + 1, time: 10)
                    try await user.fill(to: 500)
                }
                return batch
            }
            let first = try requireValue(closed.compactMap { $0 }.first, "closed batch")
            for work in try await user.leaseAll() { try await user.finish(work) }
            try await user.finish(collection)
            let (second, other) = try await user.closeAny(2)
            try await user.finish(second)
            try require(first != other, "the second job has another batch")
            let counts = [try await user.progress(first).aggregated, try await user.progress(other).aggregated]
            try requireEqual(counts.reduce(0, +), UInt64(callers * 20 + 2), "the number of reports in both")
        },
        StoreCheck("a collection job that is finished and deleted at the same time is collected or abandoned") {
            store in
            let user = StoreUser(store)
            let sum = StoreSamples.littleEndian(3)
            try await user.aggregate(1..<3, time: 10)
            let work = try await user.close(1, StoreSamples.interval(10, 1))
            let isFinished = try await concurrently { caller in
                if caller.isMultiple(of: 2) {
                    return try await store.finishCollectionJob(work.lease, answer: StoreSamples.answer)
                }
                _ = try await store.deleteCollectionJob(task: user.task, id: StoreSamples.collectionJobID(1))
                return false
            }.contains(true)
            try requireEqual(try await user.state(1), nil, "the state")
            let outcome = try await user.ask(2, StoreSamples.interval(10, 1))
            if isFinished {
                try requireEqual(outcome, .overlap, "asking for the collected batch")
            } else {
                try await user.finish(user.leaseCollectionAndClose())
                try requireEqual(try await user.state(2), .finished(sum), "the answer of the next job")
            }
        },
        StoreCheck("of requests deferred at the same time there is one, which one gets to answer") { store in
            let user = StoreUser(store)
            let answers = try await concurrently { _ in try await store.deferRequest(user.jobRequest(1), now: 1000) }
            try require(answers.allSatisfy { $0 == .pending }, "all are told to wait")
            let works = try await concurrently { _ in
                try await store.leaseDeferredRequest(now: 1000, leaseEnd: 1090)
            }
            let lease = try requireValue(works.compactMap { $0?.lease }.first, "lease")
            try requireEqual(works.count { $0 != nil }, 1, "the number of leases")
            let outcomes = try await concurrently { caller in
                try await user.commit(1, 1..<3, lease: caller.isMultiple(of: 2) ? lease : nil)
            }
            try requireEqual(outcomes.count { $0 == .committed }, 1, "the number of commits")
            try requireEqual(outcomes.count { $0 == .existing([1]) }, callers - 1, "the number of those that find it")
        },
        StoreCheck("an answer that races with the request's deletion is given or abandoned, and counted so") { store in
            let user = StoreUser(store)
            let lease = try await user.startDeferred(user.jobRequest(1))
            let isCommitted = try await concurrently { caller in
                if caller == callers / 2 {
                    try require(try await user.deleteAggregationJob(1), "there is a job")
                    return false
                }
                return try await user.commit(1, 1..<3, lease: lease) == .committed
            }.contains(true)
            try requireEqual(try await user.aggregationJob(1), isCommitted ? .answered([1]) : nil, "the job")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(10, 1)),
                .collected(StoreSamples.littleEndian(isCommitted ? 3 : 0)), "the sum")
        },
    ]
}

extension StoreUser {
    fileprivate func leaseCollectionAndClose() async throws -> CollectionJobWork {
        let work = try await leaseCollection()
        _ = try await close(work)
        return work
    }
}
