import DAPMessages
import DAPRoles

extension StoreContract {
    /// How many callers there are at the same time.
    static let callers = 8

    /// These checks hold across several stores of the same data too: let the store that is checked spread its calls.
    static let concurrencyChecks = [
        StoreCheck("of concurrent uploads of the same reports one inserts each") { store in
            let user = StoreUser(store)
            let insertions = try await concurrently { caller in
                // Each caller starts elsewhere, and has batches of another size.
                let order = (0..<200).map { ($0 + caller * 25) % 200 }
                var inserted: [Int] = []
                for start in stride(from: 0, to: order.count, by: 10 + caller) {
                    let batch = order[start..<min(order.count, start + 10 + caller)]
                    let outcomes = try await store.insertReports(batch.map { StoreSamples.report($0, time: 10) })
                    inserted += zip(batch, outcomes).filter { $0.1 == .inserted }.map(\.0)
                }
                return inserted
            }
            try requireEqual(insertions.flatMap { $0 }.sorted(), Array(0..<200), "the inserted reports")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 0, pending: 200),
                "progress")
        },
        StoreCheck("of concurrent leases one gets each job") { store in
            let user = StoreUser(store)
            try await user.upload(0..<60, time: 10)
            try await user.createJobs(maximum: 1)
            let leases = try await concurrently { _ in try await user.leaseAll().map(\.lease) }.flatMap { $0 }
            try requireEqual(leases.count, 60, "the number of leases")
            try requireEqual(Set(leases.map(\.job)).count, 60, "the number of leased jobs")
            try requireEqual(Set(leases.map(\.token)).count, 60, "the number of tokens")
        },
        StoreCheck("of concurrent job creations one takes each report") { store in
            let user = StoreUser(store)
            try await user.upload(0..<100, time: 10)
            let created = try await concurrently { _ in try await user.createJobs(maximum: 5) }.reduce(0, +)
            try requireEqual(created, 20, "the number of jobs")
            let reports = try await user.leaseAll().flatMap(\.reportIDs)
            try requireEqual(reports.count, 100, "the number of reports in jobs")
            try requireEqual(Set(reports).count, 100, "the number of different reports in jobs")
        },
        StoreCheck("concurrent finishes of different jobs all add up") { store in
            let user = StoreUser(store)
            try await user.upload(0..<64, time: 10)
            try await user.createJobs(maximum: 2)
            _ = try await concurrently { _ in
                while let work = try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090) {
                    try require(try await user.finish(work), "a leased job can be finished")
                }
            }
            try await user.collect(1, StoreSamples.interval(10, 1))
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(64 * 63 / 2)), "the sum")
        },
        StoreCheck("of concurrent finishes of one job one succeeds") { store in
            let user = StoreUser(store)
            try await user.upload(0..<10, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            let finished = try await concurrently { _ in try await user.finish(work) }
            try requireEqual(finished.count { $0 }, 1, "the number of successes")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 10, pending: 0),
                "progress")
        },
        StoreCheck("of concurrent requests with the same bytes one creates the collection job") { store in
            let creations = try await concurrently { caller in
                try await store.createCollectionJob(
                    task: StoreSamples.task, candidateID: StoreSamples.collectionJobID(caller), request: [1],
                    query: StoreSamples.query(StoreSamples.interval(10, 5)), now: 1000)
            }
            try require(creations.allSatisfy { $0 == creations[0] }, "all get the same job")
            _ = try await StoreUser(store).leaseCollection()
            try require(try await store.leaseCollectionJob(now: 1000, leaseEnd: 1090) == nil, "there is one job")
        },
        StoreCheck("of jobs with overlapping intervals that close at the same time one succeeds") { store in
            let user = StoreUser(store)
            var works: [CollectionJobWork] = []
            for caller in 0..<callers {
                works.append(try await user.startCollection(caller, StoreSamples.interval(UInt64(10 + caller), 10)))
            }
            let closings = try await concurrently { [works] caller in try await user.close(works[caller]) }
            try requireEqual(closings.count { $0 != .closedByAnother }, 1, "the number of closed batches")
            try requireEqual(closings.count { $0 == .closedByAnother }, callers - 1, "the number of refusals")
        },
        StoreCheck("uploads that race with closing a batch are either refused or aggregated") { store in
            let user = StoreUser(store)
            let collection = try await user.startCollection(1, StoreSamples.interval(10, 1))
            let inserted = try await concurrently { caller in
                var inserted: UInt64 = 0
                for number in 0..<20 {
                    if caller == 0, number == 3 { _ = try await user.close(collection) }
                    let outcome = try await user.upload(caller * 100 + number..<caller * 100 + number + 1, time: 10)
                    if outcome == [.inserted] { inserted += 1 }
                }
                return inserted
            }.reduce(0, +)
            try await user.aggregateWaiting()
            let isFinished = try await store.finishCollectionJob(collection.lease) { buckets in
                StoreSamples.littleEndian(buckets.map(\.reportCount).reduce(0, +))
            }
            try require(isFinished, "the batch is drained")
            try requireEqual(
                try await user.state(1), .finished(StoreSamples.littleEndian(inserted)), "the collected reports")
        },
        StoreCheck("of concurrent commits of jobs that share a report one succeeds") { store in
            let user = StoreUser(store)
            let shared = StoreSamples.metadata(1, time: 10)
            let outcomes = try await concurrently { caller in
                try await user.commit(caller, [shared, StoreSamples.metadata(100 + caller, time: 10)])
            }
            try requireEqual(outcomes.count { $0 == .committed }, 1, "the number of commits")
            try requireEqual(
                outcomes.count { $0 == .conflicts([StoreSamples.reportID(1): .reportReplayed]) }, callers - 1,
                "conflicts")
        },
        StoreCheck("of concurrent commits of the same job one succeeds and all have its response") { store in
            let user = StoreUser(store)
            let outcomes = try await concurrently { caller in
                try await user.commit(1, [StoreSamples.metadata(1, time: 10)], response: [7])
            }
            try requireEqual(outcomes.count { $0 == .committed }, 1, "the number of commits")
            try requireEqual(outcomes.count { $0 == .existing([7]) }, callers - 1, "the number of those that find it")
        },
        StoreCheck("of concurrent collections of overlapping intervals one succeeds") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, [StoreSamples.metadata(1, time: 19)])
            let outcomes = try await concurrently { caller in
                try await user.collectFromHelper(caller, StoreSamples.interval(UInt64(10 + caller), 10))
            }
            try requireEqual(
                outcomes.count { $0 == .collected(StoreSamples.littleEndian(1)) }, 1, "the number of answers")
            try requireEqual(outcomes.count { $0 == .overlap }, callers - 1, "the number of refusals")
        },
    ]

    static func concurrently<Result: Sendable>(
        _ body: @escaping @Sendable (_ caller: Int) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for caller in 0..<callers { group.addTask { try await body(caller) } }
            var results: [Result] = []
            for try await result in group { results.append(result) }
            return results
        }
    }
}
