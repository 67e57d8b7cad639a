import DAPMessages
import DAPRoles

extension StoreContract {
    /// How a leader-selected task's reports come into batches.
    static let batchFillingChecks = [
        StoreCheck("a job of a leader-selected task belongs to a batch, in whose bucket its reports are added up") {
            store in
            let user = StoreUser(store)
            try await user.upload(1..<4, time: 12)
            try await user.upload(4..<5, time: 13)
            try requireEqual(try await user.fill(to: 10), 1, "the number of jobs")
            let first = try await user.lease()
            try requireEqual(
                try await user.progress(first.batch), BatchProgress(aggregated: 0, pending: 4), "at first")
            try requireEqual(try await user.buckets(first.batch), [], "the buckets at first")
            try await user.finish(first)
            try await user.upload(5..<6, time: 17)
            try await user.upload(6..<7, time: 10)
            try requireEqual(try await user.fill(to: 10, maximum: 1), 2, "the number of further jobs")
            for work in try await user.leaseAll() {
                try requireEqual(work.batchID, first.batchID, "the batch of a further job")
                try await user.finish(work)
            }
            let reports = [(1, 12), (2, 12), (3, 12), (4, 13), (5, 17), (6, 10)].map {
                StoreSamples.metadata($0, time: $1)
            }
            let buckets = try await user.buckets(first.batch)
            try requireEqual(buckets, StoreSamples.additions(reports, batch: try first.batch), "the buckets")
            try requireEqual(buckets.map(\.times), [Time(10)...Time(17)], "the times of the first and last report")
            try requireEqual(
                try await user.progress(first.batch), BatchProgress(aggregated: 6, pending: 0), "at the end")
        },
        StoreCheck("a job of a time-interval task belongs to no batch") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            try requireEqual(try await user.lease().batchID, nil, "the job's batch")
        },
        StoreCheck("a batch is filled to its target and not beyond, while its jobs are unfinished too") { store in
            let user = StoreUser(store)
            let works = try await user.uploadAndLease(0..<25, target: 10)
            try requireEqual(works.map(\.reports.count), [10, 10, 5], "the jobs' sizes")
            try requireEqual(Set(works.map(\.batchID)).count, 3, "the number of batches")
            let later = try await user.uploadAndLease(25..<33, target: 10)
            try requireEqual(later.map(\.reports.count), [5, 3], "the later jobs' sizes")
            try requireEqual(later[0].batchID, works[2].batchID, "the batch that had room")
            try require(!works.map(\.batchID).contains(later[1].batchID), "the last job has a new batch")
            try requireEqual(
                (works + later).flatMap(\.reportIDs), reportIDs(0..<33), "the reports, oldest first and each once")
        },
        StoreCheck("jobs are no larger than the room in their batch, nor than is allowed") { store in
            let user = StoreUser(store)
            let works = try await user.uploadAndLease(0..<14, target: 10, maximum: 4)
            try requireEqual(works.map(\.reports.count), [4, 4, 2, 4], "the jobs' sizes")
            try requireEqual(Set(works[..<3].map(\.batchID)).count, 1, "the number of batches of the first three")
            try require(works[3].batchID != works[0].batchID, "the fourth has another")
        },
        StoreCheck("aggregated reports and those in unfinished jobs fill a batch together") { store in
            let user = StoreUser(store)
            let batch = try requireValue(try await user.aggregate(0..<4, target: 10).first, "batch")
            let works = try await user.uploadAndLease(4..<7, target: 10)
            try requireEqual(works.map(\.batchID), [batch], "the batch of what comes next")
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 4, pending: 3), "progress")
            let later = try await user.uploadAndLease(7..<14, target: 10)
            try requireEqual(later.map(\.reports.count), [3, 4], "the later jobs' sizes")
            try requireEqual(later[0].batchID, batch, "the batch that had room")
            for work in works + later { try await user.finish(work) }
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 10, pending: 0), "the end")
        },
        StoreCheck("rejected reports leave room, which later ones fill") { store in
            let user = StoreUser(store)
            let work = try requireValue(try await user.uploadAndLease(0..<10, target: 10).first, "job")
            let batch = try work.batch
            let own = Dictionary(uniqueKeysWithValues: reportIDs(0..<2).map { ($0, ReportError.invalidMessage) })
            try require(try await store.prepareAggregationJob(work.lease, rejected: own), "the job is prepared")
            try requireEqual(
                try await user.progress(batch), BatchProgress(aggregated: 0, pending: 8), "what the leader leaves")
            let second = try await user.uploadAndLease(10..<13, target: 10)
            try requireEqual(second.map(\.reports.count), [2, 1], "the second jobs' sizes")
            try requireEqual(second[0].batchID, batch, "the batch that had room")
            let rest = try await user.lease(now: 2000, leaseEnd: 2090)
            let others = Dictionary(uniqueKeysWithValues: reportIDs(3..<6).map { ($0, ReportError.hpkeDecryptError) })
            try await user.finish(rest, rejected: others)
            try requireEqual(
                try await user.progress(batch), BatchProgress(aggregated: 5, pending: 2), "what the helper leaves")
            let third = try await user.uploadAndLease(13..<17, target: 10)
            try requireEqual(third.map(\.reports.count), [3, 1], "the third jobs' sizes")
            try requireEqual(third.map(\.batchID), [batch, second[1].batchID], "the batches that had room")
        },
        StoreCheck("returned reports leave room, and go into whatever batch has room after their rest") { store in
            let user = StoreUser(store)
            let work = try requireValue(try await user.uploadAndLease(0..<4, target: 4).first, "job")
            try await user.finish(work, returned: reportIDs([0, 3]))
            try requireEqual(
                try await user.progress(work.batch), BatchProgress(aggregated: 2, pending: 0), "what they leave")
            let later = try requireValue(try await user.uploadAndLease(4..<6, target: 4).first, "later job")
            try requireEqual(later.batchID, work.batchID, "the batch of the later ones")
            try requireEqual(try await user.fill(to: 4, now: 1002), 1, "the number of jobs when they have rested")
            let again = try await user.lease(now: 1002)
            try requireEqual(again.reportIDs, reportIDs([0, 3]), "its reports")
            try require(again.batchID != work.batchID, "they do not fit into the batch that they were in")
            try requireEqual(
                try await user.progress(work.batch), BatchProgress(aggregated: 2, pending: 2), "its progress")
        },
        StoreCheck("the reports of a dissolved job leave room, and fill it in smaller jobs") { store in
            let user = StoreUser(store)
            let work = try requireValue(
                try await user.uploadAndLease(0..<8, target: 8, maximum: 16).first, "job")
            try require(try await user.dissolve(work), "it is dissolved")
            try requireEqual(
                try await user.progress(work.batch), BatchProgress(aggregated: 0, pending: 0), "what they leave")
            let smaller = try await user.uploadAndLease(8..<10, target: 8, maximum: 16)
            try requireEqual(smaller.map(\.reports.count), [2, 2, 2, 2, 2], "the smaller jobs' sizes")
            try requireEqual(
                smaller[..<4].map(\.batchID), Array(repeating: work.batchID, count: 4), "the refused ones' batches")
            try require(smaller[4].batchID != work.batchID, "the new ones have no room in it")
        },
    ]

    /// When jobs of leader-selected tasks are created, and of which batch.
    static let batchOrderChecks = [
        StoreCheck("a job is created early when it fills its batch") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try requireEqual(try await user.fill(to: 4, minimum: 10), 0, "the jobs when one is missing")
            try await user.upload(3..<11, time: 10)
            try requireEqual(try await user.fill(to: 4, minimum: 10), 2, "the jobs of 11 reports")
            let works = try await user.leaseAll()
            try requireEqual(works.map(\.reportIDs), [reportIDs(0..<4), reportIDs(4..<8)], "their reports")
            try requireEqual(Set(works.map(\.batchID)).count, 2, "the number of batches")
            try requireEqual(try await user.fill(to: 4, minimum: 10), 0, "the jobs of the rest")
        },
        StoreCheck("a job is created early when it fills a batch that has reports already") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(0..<6, target: 10)
            try await user.upload(6..<9, time: 10)
            try requireEqual(try await user.fill(to: 10, minimum: 8), 0, "the jobs when one is missing")
            try await user.upload(9..<10, time: 10)
            try requireEqual(try await user.fill(to: 10, minimum: 8), 1, "the jobs when it fills up")
            let work = try await user.lease()
            try requireEqual(work.reportIDs, reportIDs(6..<10), "its reports")
            try requireEqual([try work.batch], batches, "its batch")
        },
        StoreCheck("fewer reports than the minimum go into a batch when one of them is old enough") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try requireEqual(
                try await user.fill(to: 100, minimum: 10, uploadedBefore: 990, now: 1000), 0, "the jobs of young ones")
            try requireEqual(
                try await user.fill(to: 100, minimum: 10, uploadedBefore: 1001, now: 1011), 1, "the jobs of old ones")
            try requireEqual(try await user.lease(now: 1011).reportIDs, reportIDs(0..<3), "its reports")
        },
        StoreCheck("the oldest open batch with room is filled first") { store in
            let user = StoreUser(store)
            let works = try await user.uploadAndLease(0..<15, target: 10)
            try requireEqual(works.map(\.reports.count), [10, 5], "the first jobs' sizes")
            let rejected = Dictionary(uniqueKeysWithValues: reportIDs(0..<2).map { ($0, ReportError.vdafVerifyError) })
            try await user.finish(works[0], rejected: rejected)
            let later = try await user.uploadAndLease(15..<24, target: 10)
            try requireEqual(later.map(\.reports.count), [2, 5, 2], "the later jobs' sizes")
            try requireEqual(
                later[..<2].map(\.batchID), works.map(\.batchID), "the batches of the first two, oldest first")
            try require(!works.map(\.batchID).contains(later[2].batchID), "the third has a new batch")
        },
        StoreCheck("the batches of two tasks do not mix, though they have the same IDs") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            try await user.upload(1..<6, time: 10)
            try await other.upload(1..<8, time: 10)
            try await user.fill(to: 10)
            try await other.fill(to: 10)
            let works = try await user.leaseAll()
            try requireEqual(works.map(\.taskID), [user.task, other.task], "the jobs' tasks")
            let batches = try works.map { try $0.batch }
            try requireEqual(batches[0], batches[1], "the batches' IDs")
            try requireEqual(
                try await user.progress(batches[0]), BatchProgress(aggregated: 0, pending: 5), "the one's progress")
            for work in works { try await (work.taskID == user.task ? user : other).finish(work) }
            try requireEqual(
                try await other.progress(batches[0]), BatchProgress(aggregated: 7, pending: 0), "the other's progress")
            try requireEqual(
                try await user.uploadAndLease(6..<11, target: 10).map(\.reports.count), [5], "the one's room")
            try requireEqual(
                try await other.uploadAndLease(8..<13, target: 10).map(\.reports.count), [3, 2], "the other's room")
            try requireEqual(
                StoreSamples.answer(try await user.buckets(batches[0])), StoreSamples.littleEndian(15), "the sum")
            try requireEqual(
                StoreSamples.answer(try await other.buckets(batches[0])), StoreSamples.littleEndian(28),
                "the other's sum")
        },
        StoreCheck("room is what the target of the call leaves, should it have changed") { store in
            let user = StoreUser(store)
            let first = try await user.uploadAndLease(0..<5, target: 8)
            let second = try await user.uploadAndLease(5..<7, target: 3)
            try require(second.map(\.batchID) != first.map(\.batchID), "a batch beyond the target has no room")
            let third = try await user.uploadAndLease(7..<13, target: 6)
            try requireEqual(third.map(\.reports.count), [1, 4, 1], "the third jobs' sizes")
            try requireEqual(third[..<2].map(\.batchID), (first + second).map(\.batchID), "their batches")
        },
        StoreCheck("one call creates a limited number of jobs, each in its batch") { store in
            let user = StoreUser(store)
            try await user.upload(0..<LeaderLimits.jobsPerCreation + 5, time: 10)
            try requireEqual(try await user.fill(to: 1), LeaderLimits.jobsPerCreation, "the first call's jobs")
            try requireEqual(try await user.fill(to: 1), 5, "the second call's jobs")
            let works = try await user.leaseAll()
            try requireEqual(works.flatMap(\.reportIDs), reportIDs(0..<LeaderLimits.jobsPerCreation + 5), "the reports")
            try requireEqual(Set(works.map(\.batchID)).count, works.count, "the number of batches")
        },
        StoreCheck("a job keeps its batch over its leases") { store in
            let user = StoreUser(store)
            let work = try requireValue(try await user.uploadAndLease(0..<3, target: 10).first, "job")
            try require(try await store.prepareAggregationJob(work.lease, rejected: [:]), "it is prepared")
            try await store.releaseAggregationJob(work.lease, dueAt: 1010, location: nil)
            try requireEqual(try await user.lease(now: 1010).batchID, work.batchID, "the batch")
        },
    ]
}
