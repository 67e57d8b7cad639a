import DAPMessages
import DAPRoles

extension StoreContract {
    static let helperAggregationChecks = [
        StoreCheck("a committed job has its response, and the same request finds it") { store in
            let user = StoreUser(store)
            let reports = (1..<4).map { StoreSamples.metadata($0, time: 10) }
            try requireEqual(
                try await user.aggregationJob(1), nil, "the response before")
            try requireEqual(try await user.commit(1, reports, response: [5, 6]), .committed, "the commit")
            try requireEqual(
                try await user.aggregationJob(1), .answered([5, 6]), "the response after")
            try requireEqual(try await user.commit(1, reports, response: [7]), .existing([5, 6]), "the second commit")
            try requireEqual(
                try await StoreUser(store, task: StoreSamples.otherTask).aggregationJob(1), nil, "the other task's")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(10, 1)),
                .collected(StoreSamples.littleEndian(6)),
                "the sum: it was added once")
        },
        StoreCheck("a job without reports and with an empty response is committed") { store in
            let user = StoreUser(store)
            try requireEqual(try await user.commit(1, [], response: []), .committed, "the commit")
            try requireEqual(try await user.commit(1, [], response: []), .existing([]), "the second commit")
            try requireEqual(try await user.aggregationJob(1), .answered([]), "the response")
        },
        StoreCheck("a replayed report keeps its whole job from being committed, and nothing changes") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, [StoreSamples.metadata(1, time: 10), StoreSamples.metadata(2, time: 10)])
            let second = [3, 2, 4].map { StoreSamples.metadata($0, time: 10) }
            try requireEqual(
                try await user.commit(2, second), .conflicts([StoreSamples.reportID(2): .reportReplayed]), "the commit")
            try requireEqual(try await user.aggregationJob(2), nil, "the response")
            try requireEqual(try await user.commit(2, [second[0], second[2]]), .committed, "the commit without it")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(10, 1)),
                .collected(StoreSamples.littleEndian(10)),
                "the sum")
        },
        StoreCheck("a report is replayed though it comes with another time") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, [StoreSamples.metadata(1, time: 10)])
            try requireEqual(
                try await user.commit(2, [StoreSamples.metadata(1, time: 11)]),
                .conflicts([StoreSamples.reportID(1): .reportReplayed]), "the commit")
        },
        StoreCheck("a report twice in a job is replayed") { store in
            let user = StoreUser(store)
            let report = StoreSamples.metadata(1, time: 10)
            try requireEqual(
                try await user.commit(1, [report, report]), .conflicts([StoreSamples.reportID(1): .reportReplayed]),
                "it")
            try requireEqual(try await user.commit(1, [report]), .committed, "without the repetition")
        },
        StoreCheck("a report of a collected bucket keeps its whole job from being committed") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, [StoreSamples.metadata(1, time: 10)])
            _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 5))
            let reports = [2, 3, 4].map { StoreSamples.metadata($0, time: UInt64(10 + 4 * ($0 - 2))) }
            try requireEqual(
                try await user.commit(2, reports),
                .conflicts([StoreSamples.reportID(2): .batchCollected, StoreSamples.reportID(3): .batchCollected]), "it"
            )
            try requireEqual(try await user.commit(3, [reports[2]]), .committed, "the report after the interval")
            try requireEqual(
                try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: reports),
                [.batchCollected, .batchCollected, .reportReplayed], "the errors looked up")
        },
        StoreCheck("errors looked up are those that a commit meets") { store in
            let user = StoreUser(store)
            let reports = (1..<5).map { StoreSamples.metadata($0, time: UInt64($0) * 10) }
            try requireEqual(
                try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: reports),
                [nil, nil, nil, nil],
                "at first")
            _ = try await user.commit(1, Array(reports[..<2]))
            _ = try await user.collectFromHelper(1, StoreSamples.interval(20, 15))
            let errors = try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: reports)
            try requireEqual(errors, [.reportReplayed, .reportReplayed, .batchCollected, nil], "the errors")
            var expected: [ReportID: ReportError] = [:]
            for (report, error) in zip(reports, errors) { expected[report.reportID] = error }
            try requireEqual(try await user.commit(2, reports), .conflicts(expected), "the commit")
            try requireEqual(
                try await store.commitErrors(task: StoreSamples.otherTask, batchID: nil, reports: reports),
                [nil, nil, nil, nil],
                "the other task's")
            try requireEqual(
                try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: []), [],
                "the errors of no reports")
        },
        StoreCheck("when a helper's shares cannot be merged, nothing changes") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, [StoreSamples.metadata(1, time: 10)])
            let reports = [StoreSamples.metadata(2, time: 9), StoreSamples.metadata(3, time: 10)]
            do {
                _ = try await store.commitAggregationJob(
                    HelperAggregationCommit(
                        taskID: StoreSamples.task, id: StoreSamples.aggregationJobID(2), committed: reports,
                        additions: StoreSamples.additions(reports), response: [2]),
                    merge: StoreSamples.failingMerge)
                try require(false, "the merge's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            try requireEqual(
                try await store.commitErrors(task: StoreSamples.task, batchID: nil, reports: reports), [nil, nil],
                "the errors")
            try requireEqual(try await user.commit(2, reports), .committed, "the second try")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(0, 20)),
                .collected(StoreSamples.littleEndian(6)),
                "the sum")
        },
        StoreCheck("a leader and a helper of the same task do not see each other's rows") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<2, time: 10)
            try requireEqual(try await user.commit(1, [StoreSamples.metadata(1, time: 10)]), .committed, "the commit")
            try await user.collect(1, StoreSamples.interval(10, 1))
            try requireEqual(
                try await user.commit(2, [StoreSamples.metadata(2, time: 10)]), .committed, "after collecting")
            try requireEqual(try await user.state(1), .finished(StoreSamples.littleEndian(1)), "the leader's sum")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(10, 1)),
                .collected(StoreSamples.littleEndian(3)),
                "the helper's sum")
        },
    ]

    static let helperCollectionChecks = [
        StoreCheck("the same aggregate share request finds its answer") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            _ = try await user.commit(1, [StoreSamples.metadata(4, time: 12)])
            try requireEqual(
                try await user.aggregateShare(1), nil, "the answer before")
            try requireEqual(
                try await user.collectFromHelper(1, interval), .collected(StoreSamples.littleEndian(4)),
                "the collection")
            try requireEqual(
                try await user.aggregateShare(1), .answered(StoreSamples.littleEndian(4)), "the answer after")
            let again = try await store.collectBatch(
                task: StoreSamples.task, id: StoreSamples.aggregateShareID(1), batch: StoreSamples.batch(interval),
                lease: nil
            ) { _ in [1] }
            try requireEqual(again, .existing(StoreSamples.littleEndian(4)), "the second collection")
            try requireEqual(
                try await StoreUser(store, task: StoreSamples.otherTask).aggregateShare(1), nil, "the other task's")
        },
        StoreCheck("a part of a collected batch is not collected again, its neighbours are") { store in
            let user = StoreUser(store)
            _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 5))
            let overlapping = [(10, 5), (8, 3), (14, 9), (12, 1), (0, 100), (0, .max)] as [(UInt64, UInt64)]
            for (index, (start, duration)) in overlapping.enumerated() {
                try requireEqual(
                    try await user.collectFromHelper(10 + index, StoreSamples.interval(start, duration)), .overlap,
                    "collecting \(duration) from \(start)")
                try requireEqual(try await user.aggregateShare(10 + index), nil, "the answer")
            }
            let empty = HelperCollectionOutcome.collected(StoreSamples.littleEndian(0))
            try requireEqual(try await user.collectFromHelper(20, StoreSamples.interval(5, 5)), empty, "before")
            try requireEqual(try await user.collectFromHelper(21, StoreSamples.interval(15, 5)), empty, "after")
            try requireEqual(
                try await StoreUser(store, task: StoreSamples.otherTask).collectFromHelper(
                    22, StoreSamples.interval(10, 5)),
                empty, "another task's")
        },
        StoreCheck("when a helper's answer cannot be made, nothing changes") { store in
            let user = StoreUser(store)
            let interval = StoreSamples.interval(10, 5)
            do {
                _ = try await store.collectBatch(
                    task: StoreSamples.task, id: StoreSamples.aggregateShareID(1),
                    batch: StoreSamples.batch(interval), lease: nil
                ) { _ in throw StoreSamples.MergeRefused() }
                try require(false, "the answer's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            try requireEqual(try await user.commit(1, [StoreSamples.metadata(1, time: 12)]), .committed, "a commit")
            try requireEqual(
                try await user.collectFromHelper(1, interval), .collected(StoreSamples.littleEndian(1)),
                "the second try")
        },
        StoreCheck("a helper's answer is made from the interval's buckets in order of time") { store in
            let user = StoreUser(store)
            for time in [14, 9, 12, 10, 15] {
                _ = try await user.commit(time, [StoreSamples.metadata(time, time: UInt64(time))])
            }
            _ = try await user.commit(100, [StoreSamples.metadata(100, time: 12)])
            let outcome = try await store.collectBatch(
                task: StoreSamples.task, id: StoreSamples.aggregateShareID(1),
                batch: StoreSamples.batch(StoreSamples.interval(10, 5)), lease: nil
            ) { buckets in buckets.flatMap { [UInt8($0.times.lowerBound.value), UInt8($0.reportCount)] } }
            try requireEqual(outcome, .collected([10, 1, 12, 2, 14, 1]), "the times and counts")
        },
        StoreCheck("a helper's interval may be longer than time itself") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, [StoreSamples.metadata(3, time: 12)])
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.interval(5, .max)),
                .collected(StoreSamples.littleEndian(3)),
                "the sum")
            try requireEqual(
                try await user.commit(2, [StoreSamples.metadata(4, time: 1 << 62)]),
                .conflicts([StoreSamples.reportID(4): .batchCollected]), "a commit far away")
            try requireEqual(
                try await user.collectFromHelper(2, StoreSamples.interval(.max, .max)), .overlap, "a part of its end")
            try requireEqual(
                try await user.collectFromHelper(3, StoreSamples.interval(.max, 0)),
                .collected(StoreSamples.littleEndian(0)), "nothing at its end")
        },
    ]
}
