import DAPMessages
import DAPRoles

extension StoreContract {
    /// A helper's leader-selected batches.
    static let helperBatchChecks = [
        StoreCheck("a job's reports are added to the bucket of its batch, whatever their times") { store in
            let user = StoreUser(store)
            let (batch, other) = (StoreSamples.batchID(1), StoreSamples.batchID(2))
            let reports = [(1, 12), (2, 13), (3, 12), (4, 17), (5, 10)].map { StoreSamples.metadata($0, time: $1) }
            try requireEqual(
                try await user.commit(1, Array(reports[..<3]), batch: batch), .committed, "the first job")
            try requireEqual(try await user.commit(2, 10..<12, batch: other), .committed, "another batch's job")
            try requireEqual(try await user.commit(3, [reports[3]], batch: batch), .committed, "the second job")
            try requireEqual(try await user.commit(4, [reports[4]], batch: batch), .committed, "the third job")
            let outcome = try await store.collectBatch(
                task: user.task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(batch), lease: nil
            ) { buckets in
                try requireEqual(buckets, StoreSamples.additions(reports, batch: batch), "the buckets")
                try requireEqual(buckets.map(\.times), [Time(10)...Time(17)], "the first and the last time")
                return StoreSamples.answer(buckets)
            }
            try requireEqual(outcome, .collected(StoreSamples.littleEndian(15)), "the sum")
            try requireEqual(
                try await user.collectFromHelper(2, other), .collected(StoreSamples.littleEndian(21)), "the other sum")
        },
        StoreCheck("no report is committed to a collected batch, and to others they are") { store in
            let user = StoreUser(store)
            let (batch, other) = (StoreSamples.batchID(1), StoreSamples.batchID(2))
            let reports = (1..<4).map { StoreSamples.metadata($0, time: UInt64($0)) }
            _ = try await user.commit(1, [reports[0]], batch: batch)
            _ = try await user.collectFromHelper(1, batch)
            let errors: [ReportError?] = [.reportReplayed, .batchCollected, .batchCollected]
            try requireEqual(
                try await store.commitErrors(task: user.task, batchID: batch, reports: reports), errors,
                "the errors looked up")
            var conflicts: [ReportID: ReportError] = [:]
            for (report, error) in zip(reports, errors) { conflicts[report.reportID] = error }
            try requireEqual(try await user.commit(2, reports, batch: batch), .conflicts(conflicts), "the commit")
            try requireEqual(try await user.aggregationJob(2), nil, "its response")
            try requireEqual(
                try await store.commitErrors(task: user.task, batchID: other, reports: reports),
                [.reportReplayed, nil, nil], "the errors for another batch")
            try requireEqual(
                try await user.commit(2, Array(reports[1...]), batch: other), .committed, "a commit to another batch")
            let stranger = StoreUser(store, task: StoreSamples.otherTask)
            try requireEqual(
                try await store.commitErrors(task: stranger.task, batchID: batch, reports: reports), [nil, nil, nil],
                "the errors for another task's batch of the same ID")
            try requireEqual(
                try await stranger.commit(2, reports, batch: batch), .committed, "a commit to another task's batch")
        },
        StoreCheck("a report is replayed in another batch") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, 1..<3, batch: StoreSamples.batchID(1))
            try requireEqual(
                try await user.commit(2, 2..<4, batch: StoreSamples.batchID(2)),
                .conflicts([StoreSamples.reportID(2): .reportReplayed]), "it")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.batchID(2)),
                .collected(StoreSamples.littleEndian(0)), "the other batch, in which nothing is")
        },
        StoreCheck("a batch is collected once, and its answer is found by the same request") { store in
            let user = StoreUser(store)
            let batch = StoreSamples.batchID(1)
            _ = try await user.commit(1, 1..<3, batch: batch)
            let sum = StoreSamples.littleEndian(3)
            try requireEqual(try await user.collectFromHelper(1, batch), .collected(sum), "the first request")
            try requireEqual(try await user.collectFromHelper(1, batch), .existing(sum), "the same request")
            try requireEqual(try await user.aggregateShare(1), .answered(sum), "its answer")
            try requireEqual(try await user.collectFromHelper(2, batch), .overlap, "another request")
            try requireEqual(try await user.aggregateShare(2), nil, "the other's answer")
            try requireEqual(
                try await user.collectFromHelper(3, StoreSamples.batchID(2)),
                .collected(StoreSamples.littleEndian(0)), "another batch")
            try requireEqual(
                try await StoreUser(store, task: StoreSamples.otherTask).collectFromHelper(1, batch),
                .collected(StoreSamples.littleEndian(0)), "another task's batch of the same ID")
        },
        StoreCheck("a batch without reports is collected too, for ever") { store in
            let user = StoreUser(store)
            let batch = StoreSamples.batchID(1)
            let outcome = try await store.collectBatch(
                task: user.task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(batch), lease: nil
            ) { [UInt8($0.count)] }
            try requireEqual(outcome, .collected([0]), "the number of buckets")
            try requireEqual(
                try await user.commit(1, 1..<2, batch: batch), .conflicts([StoreSamples.reportID(1): .batchCollected]),
                "a commit to it")
        },
        StoreCheck("when a batch's answer cannot be made, or its shares merged, nothing changes") { store in
            let user = StoreUser(store)
            let batch = StoreSamples.batchID(1)
            _ = try await user.commit(1, 1..<2, batch: batch)
            let reports = [StoreSamples.metadata(2, time: 10)]
            do {
                _ = try await store.commitAggregationJob(
                    HelperAggregationCommit(
                        taskID: user.task, id: StoreSamples.aggregationJobID(2), batchID: batch, committed: reports,
                        additions: StoreSamples.additions(reports, batch: batch), response: [2]),
                    merge: StoreSamples.failingMerge)
                try require(false, "the merge's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            do {
                _ = try await store.collectBatch(
                    task: user.task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(batch), lease: nil
                ) { _ in throw StoreSamples.MergeRefused() }
                try require(false, "the answer's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            try requireEqual(try await user.commit(2, reports, batch: batch), .committed, "the commit")
            try requireEqual(
                try await user.collectFromHelper(1, batch), .collected(StoreSamples.littleEndian(3)), "the sum")
        },
        StoreCheck("a leader and a helper of the same task do not see each other's batches") { store in
            let user = StoreUser(store)
            let batch = try requireValue(try await user.aggregate(1..<3, target: 4).first, "batch")
            try requireEqual(try await user.commit(1, 1..<4, batch: batch), .committed, "the helper's commit")
            try requireEqual(
                try await user.progress(batch), BatchProgress(aggregated: 2, pending: 0), "the leader's progress")
            try await user.collectAny(1)
            try requireEqual(try await user.commit(2, 4..<5, batch: batch), .committed, "the helper's next commit")
            try requireEqual(
                try await user.collectFromHelper(1, batch), .collected(StoreSamples.littleEndian(10)), "the sum")
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(3)), "the leader's sum")
        },
    ]
}
