import DAPMessages
import DAPRoles

extension StoreContract {
    static let jobLeaseChecks = [
        StoreCheck("a leased job is left alone until the lease ends") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let first = try await user.lease(now: 1000, leaseEnd: 1090)
            try requireEqual(first.lease.attempt, 1, "the first attempt")
            try require(
                try await store.leaseAggregationJob(now: 1089, leaseEnd: 1200) == nil, "the lease excludes others")
            let second = try await user.lease(now: 1090, leaseEnd: 1200)
            try requireEqual(second.lease.job, first.lease.job, "the job's number")
            try require(second.lease.token != first.lease.token, "a later lease has another token")
            try requireEqual(second.lease.attempt, 2, "the second attempt")
            try require(second.reports == first.reports, "the reports are the same, in the same order")
        },
        StoreCheck("a job is due when it is created, and not before") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs(now: 500)
            try require(try await store.leaseAggregationJob(now: 499, leaseEnd: 600) == nil, "nothing is due before")
            _ = try await user.lease(now: 500, leaseEnd: 600)
        },
        StoreCheck("a released job is due when it was said, for a further attempt") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let first = try await user.lease()
            try await store.releaseAggregationJob(first.lease, dueAt: 1020, location: nil)
            try require(try await store.leaseAggregationJob(now: 1019, leaseEnd: 1100) == nil, "nothing is due before")
            let second = try await user.lease(now: 1020)
            try requireEqual(second.lease.attempt, 2, "the attempt")
            try require(second.lease.token != first.lease.token, "a later lease has another token")
            try require(second.reports == first.reports, "the reports are the same, in the same order")
        },
        StoreCheck("the job that has been due longest is leased first, of whatever task") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            for (time, whose) in [(900, user), (800, other), (950, user)] as [(UInt64, StoreUser)] {
                try await whose.upload(Int(time)..<Int(time) + 2, time: 10)
                try await whose.createJobs(now: time)
            }
            let works = try await user.leaseAll()
            try requireEqual(works.compactMap(\.reportIDs.first), reportIDs([800, 900, 950]), "the order")
            try requireEqual(
                works.map(\.taskID), [StoreSamples.otherTask, StoreSamples.task, StoreSamples.task], "the tasks")
        },
        StoreCheck("leases of different jobs have different tokens") { store in
            let user = StoreUser(store)
            try await user.upload(0..<20, time: 10)
            try await user.createJobs(maximum: 1)
            let tokens = try await user.leaseAll().map(\.lease.token)
            let collection = try await user.startCollection(1, StoreSamples.interval(10, 1))
            try requireEqual(Set(tokens + [collection.lease.token]).count, 21, "the number of tokens")
        },
        StoreCheck("who lost the lease changes nothing") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let lost = try await user.lease(now: 1000, leaseEnd: 1090)
            let current = try await user.lease(now: 1090, leaseEnd: 1200)
            let all = Dictionary(uniqueKeysWithValues: lost.reportIDs.map { ($0, ReportError.vdafVerifyError) })
            try require(try await !store.prepareAggregationJob(lost.lease, rejected: all), "it cannot prepare")
            try require(try await !user.finish(lost), "it cannot finish")
            try require(try await !user.dissolve(lost), "it cannot dissolve")
            try await store.releaseAggregationJob(lost.lease, dueAt: 1100, location: nil)
            try require(try await store.leaseAggregationJob(now: 1110, leaseEnd: 1300) == nil, "it cannot release")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 0, pending: 5),
                "progress")
            try require(try await user.finish(current), "the holder can finish")
        },
        StoreCheck("who lost the lease to a release cannot finish either") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            try await store.releaseAggregationJob(work.lease, dueAt: 1020, location: nil)
            try require(try await !user.finish(work), "a released job is nobody's")
        },
        StoreCheck("a lease that ended holds as long as nobody else took the job") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let work = try await user.lease(now: 1000, leaseEnd: 1001)
            try require(try await user.finish(work), "the last holder can finish")
        },
        StoreCheck("a forged lease of a real job does nothing") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let lease = try await user.lease().lease
            let forged = JobLease(job: lease.job, token: lease.token + 1, attempt: lease.attempt)
            try require(try await !store.prepareAggregationJob(forged, rejected: [:]), "it cannot prepare")
            try require(try await !store.dissolveAggregationJob(forged, now: StoreUser.now), "it cannot dissolve")
            try requireEqual(
                try await store.closeBatch(forged, choice: StoreSamples.anyChoice), .leaseLost,
                "closing with an aggregation job's lease")
        },
    ]

    static let jobOutcomeChecks = [
        StoreCheck("preparing takes the rejected reports out for good and keeps the others' order") { store in
            let user = StoreUser(store)
            try await user.upload(0..<6, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            try require(!work.isPrepared, "a new job is not prepared")
            let rejected = [
                StoreSamples.reportID(0): ReportError.vdafVerifyError, StoreSamples.reportID(3): .invalidMessage,
            ]
            try require(try await store.prepareAggregationJob(work.lease, rejected: rejected), "it is prepared")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 0, pending: 4),
                "progress")
            for attempt in 2...3 {
                let again = try await user.lease(now: UInt64(attempt) * 1000, leaseEnd: UInt64(attempt) * 1000 + 90)
                try require(again.isPrepared, "the job is prepared")
                try requireEqual(again.reportIDs, reportIDs([1, 2, 4, 5]), "the reports that are left")
            }
        },
        StoreCheck("a list that is fixed stays as it is") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            let one = [StoreSamples.reportID(0): ReportError.vdafVerifyError]
            try require(try await store.prepareAggregationJob(work.lease, rejected: one), "it is prepared")
            try require(try await store.prepareAggregationJob(work.lease, rejected: one), "it is prepared again")
            let another = [StoreSamples.reportID(1): ReportError.vdafVerifyError]
            try require(try await store.prepareAggregationJob(work.lease, rejected: another), "the lease is still held")
            try requireEqual(try await user.lease(now: 2000).reportIDs, reportIDs(1..<3), "the reports that are left")
        },
        StoreCheck("preparing with every report rejected finishes the job") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            let rejected = Dictionary(uniqueKeysWithValues: work.reportIDs.map { ($0, ReportError.vdafVerifyError) })
            try require(try await store.prepareAggregationJob(work.lease, rejected: rejected), "it is prepared")
            try require(try await store.leaseAggregationJob(now: 9000, leaseEnd: 9090) == nil, "there is no job left")
            try requireEqual(try await user.createJobs(), 0, "the number of new jobs")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 0, pending: 0),
                "progress")
            try requireEqual(try await user.upload(0..<1, time: 10), [.replayed], "the outcome of a replay")
        },
        StoreCheck("rejecting or returning a report of another job does nothing") { store in
            let user = StoreUser(store)
            try await user.upload(0..<4, time: 10)
            try await user.createJobs(maximum: 2)
            let works = try await user.leaseAll()
            let foreign = [
                StoreSamples.reportID(2): ReportError.vdafVerifyError, StoreSamples.reportID(99): .invalidMessage,
            ]
            try require(try await store.prepareAggregationJob(works[0].lease, rejected: foreign), "it is prepared")
            try require(
                try await user.finish(works[0], rejected: foreign, returned: reportIDs([3, 98])), "it is finished")
            try requireEqual(try await user.createJobs(now: 2000), 0, "the number of new jobs")
            try require(try await store.prepareAggregationJob(works[1].lease, rejected: [:]), "the other is prepared")
            let other = try await user.lease(now: 2000, leaseEnd: 2090)
            try requireEqual(other.reportIDs, reportIDs(2..<4), "the other job's reports")
            try require(try await user.finish(other), "the other job can be finished")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 4, pending: 0),
                "progress")
        },
        StoreCheck("finishing adds to the buckets that are there and starts those that are not") { store in
            let user = StoreUser(store)
            let all = StoreSamples.interval(0, 100)
            for (numbers, time) in [(1..<4, 12), (4..<6, 10), (6..<9, 12)] as [(Range<Int>, UInt64)] {
                try await user.aggregate(numbers, time: time)
            }
            let expected = StoreSamples.additions(
                (4..<6).map { StoreSamples.metadata($0, time: 10) }
                    + (Array(1..<4) + Array(6..<9)).map { StoreSamples.metadata($0, time: 12) }
            ).sorted { $0.times.lowerBound < $1.times.lowerBound }
            try requireEqual(
                try await store.buckets(task: StoreSamples.task, batch: StoreSamples.batch(all)), expected,
                "the buckets")
            try requireEqual(
                try await store.buckets(task: StoreSamples.otherTask, batch: StoreSamples.batch(all)), [],
                "the other task's buckets")
        },
        StoreCheck("a report rejected by the helper is neither pending nor aggregated") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            try await user.finish(user.lease(), rejected: [StoreSamples.reportID(1): .hpkeDecryptError])
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 2, pending: 0),
                "progress")
            try requireEqual(try await user.createJobs(), 0, "the number of new jobs")
        },
        StoreCheck("a returned report goes into a later job, with its shares") { store in
            let user = StoreUser(store)
            try await user.upload(0..<5, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            try await user.finish(work, returned: reportIDs([3, 1]))
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 3, pending: 2),
                "progress")
            try requireEqual(try await user.createJobs(maximum: 5, now: 1002), 1, "the number of new jobs")
            try require(
                try await user.lease(now: 1002).reports == [work.reports[1], work.reports[3]],
                "the reports come back, in order")
        },
        StoreCheck("a report that is both rejected and returned is rejected") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            try await user.finish(
                work, rejected: [StoreSamples.reportID(0): .vdafVerifyError], returned: reportIDs([0]))
            try requireEqual(try await user.createJobs(now: 2000), 0, "the number of new jobs")
        },
        StoreCheck("a job is finished once") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            try require(try await user.finish(work), "the first time")
            try require(try await !user.finish(work), "not the second time")
            try require(try await store.leaseAggregationJob(now: 9000, leaseEnd: 9090) == nil, "there is no job left")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 3, pending: 0),
                "progress")
        },
        StoreCheck("when shares cannot be merged, nothing changes and the lease is kept") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, time: 10)
            try await user.upload(2..<4, time: 10)
            try await user.upload(4..<5, time: 9)
            try await user.createJobs()
            let work = try await user.lease()
            do {
                _ = try await store.finishAggregationJob(
                    work.lease, additions: StoreSamples.additions(work.reports.map(\.metadata)), rejected: [:],
                    returned: [], now: 1000, merge: StoreSamples.failingMerge)
                try require(false, "the merge's error is thrown")
            } catch is StoreSamples.MergeRefused {}
            try requireEqual(
                try await user.progress(StoreSamples.interval(0, 20)), BatchProgress(aggregated: 2, pending: 3),
                "progress")
            try require(try await user.finish(work), "it can be finished afterwards")
            try requireEqual(
                try await user.progress(StoreSamples.interval(0, 20)), BatchProgress(aggregated: 5, pending: 0),
                "the end")
        },
        StoreCheck("nothing is added to a collected bucket") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, time: 10)
            try await user.collect(1, StoreSamples.interval(10, 1))
            try await user.upload(2..<4, time: 11)
            try await user.createJobs()
            let work = try await user.lease()
            let stray = [StoreSamples.metadata(50, time: 10)] + work.reports.map(\.metadata)
            let isFinished = try await store.finishAggregationJob(
                work.lease, additions: StoreSamples.additions(stray), rejected: [:], returned: [],
                now: 1000, merge: StoreSamples.merge)
            try require(isFinished, "the job is finished")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 2, pending: 0),
                "collected")
            try requireEqual(
                try await user.progress(StoreSamples.interval(11, 1)), BatchProgress(aggregated: 2, pending: 0),
                "the other")
        },
    ]
}
