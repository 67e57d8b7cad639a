import DAPMessages
import DAPRoles

extension StoreContract {
    static let jobCreationChecks = [
        StoreCheck("nothing is created for a task without reports, known or unknown") { store in
            try requireEqual(try await StoreUser(store).createJobs(), 0, "the jobs of an unknown task")
            try await StoreUser(store).aggregate(0..<3, time: 10)
            try requireEqual(try await StoreUser(store).createJobs(), 0, "the jobs of a task whose reports are done")
        },
        StoreCheck("jobs are created while the minimum is waiting; the rest waits") { store in
            let user = StoreUser(store)
            try await user.upload(0..<9, time: 10)
            try requireEqual(try await user.createJobs(minimum: 10, maximum: 12), 0, "jobs of 9 reports")
            try await user.upload(9..<35, time: 10)
            try requireEqual(try await user.createJobs(minimum: 10, maximum: 12), 3, "jobs of 35 reports")
            try requireEqual(try await user.leaseAll().map(\.reports.count), [12, 12, 11], "the jobs' sizes")
            try await user.upload(35..<44, time: 10)
            try requireEqual(try await user.createJobs(minimum: 10, maximum: 12), 0, "jobs of 9 new reports")
        },
        StoreCheck("a job has as many reports as are allowed, though fewer than the minimum") { store in
            let user = StoreUser(store)
            try await user.upload(0..<10, time: 10)
            try requireEqual(try await user.createJobs(minimum: 7, maximum: 3), 2, "the number of jobs")
            try requireEqual(try await user.leaseAll().map(\.reports.count), [3, 3], "the jobs' sizes")
        },
        StoreCheck("a job has at most the limit of reports, whatever maximum is asked for") { store in
            let user = StoreUser(store)
            try await user.upload(0..<LeaderLimits.reportsPerJob + 1, time: 10)
            try requireEqual(try await user.createJobs(maximum: .max), 2, "the number of jobs")
            try requireEqual(
                try await user.leaseAll().map(\.reports.count), [LeaderLimits.reportsPerJob, 1], "their sizes")
        },
        StoreCheck("fewer reports than the minimum go into a job when one of them is old enough") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try requireEqual(
                try await user.createJobs(minimum: 10, uploadedBefore: 990, now: 1000), 0, "the jobs of young ones")
            try await user.upload(3..<5, time: 10)
            try requireEqual(
                try await user.createJobs(minimum: 10, uploadedBefore: 999, now: 1009), 0, "the jobs a bit later")
            try requireEqual(
                try await user.createJobs(minimum: 10, uploadedBefore: 1001, now: 1011), 1, "the jobs when one is old")
            try requireEqual(try await user.lease(now: 1011).reportIDs, reportIDs(0..<5), "its reports")
        },
        StoreCheck("fewer reports than the minimum go into jobs when one of them belongs to a closed batch") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.upload(3..<4, time: 20)
            try await user.upload(4..<7, time: 10)
            try requireEqual(try await user.createJobs(minimum: 10), 0, "the jobs while the batch is open")
            _ = try await user.close(1, StoreSamples.interval(20, 1))
            try requireEqual(try await user.createJobs(minimum: 10, maximum: 2), 2, "the jobs when it is closed")
            let works = try await user.leaseAll()
            try requireEqual(
                works.map(\.reportIDs), [reportIDs(0..<2), reportIDs(2..<4)], "their reports, oldest first")
            try requireEqual(try await user.createJobs(minimum: 10, maximum: 2), 0, "the jobs of what is left")
        },
        StoreCheck("a batch closed by another task does not hurry") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            _ = try await StoreUser(store, task: StoreSamples.otherTask).close(1, StoreSamples.interval(10, 1))
            try requireEqual(try await user.createJobs(minimum: 10), 0, "the number of jobs")
        },
        StoreCheck("reports go oldest first, and each is in one job") { store in
            let user = StoreUser(store)
            try await user.upload(20..<30, time: 12)
            try await user.upload(0..<10, time: 10)
            try await user.upload(10..<20, time: 11)
            try requireEqual(try await user.createJobs(maximum: 8), 4, "the number of jobs")
            try requireEqual(try await user.createJobs(maximum: 8), 0, "the number of jobs of the second call")
            let works = try await user.leaseAll()
            try requireEqual(
                works.flatMap(\.reportIDs), reportIDs(Array(20..<30) + Array(0..<20)), "the reports over all jobs")
        },
        StoreCheck("one call creates as many jobs as it may, though each is smaller than the minimum") { store in
            let user = StoreUser(store)
            try await user.upload(0..<LeaderLimits.jobsPerCreation + 20, time: 10)
            try requireEqual(
                try await user.createJobs(minimum: 10, maximum: 1), LeaderLimits.jobsPerCreation,
                "the first call's jobs")
            try requireEqual(try await user.createJobs(minimum: 10, maximum: 1), 11, "the second call's jobs")
        },
        StoreCheck("a report is old enough at the very second that is asked for") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try requireEqual(
                try await user.createJobs(minimum: 10, uploadedBefore: 1000, now: 1000), 1, "the number of jobs")
        },
        StoreCheck("one call creates a limited number of jobs") { store in
            let user = StoreUser(store)
            try await user.upload(0..<LeaderLimits.jobsPerCreation + 5, time: 10)
            try requireEqual(
                try await user.createJobs(maximum: 1), LeaderLimits.jobsPerCreation, "the first call's jobs")
            try requireEqual(try await user.createJobs(maximum: 1), 5, "the second call's jobs")
            let works = try await user.leaseAll()
            try requireEqual(works.flatMap(\.reportIDs), reportIDs(0..<LeaderLimits.jobsPerCreation + 5), "the reports")
        },
    ]

    static let refusalChecks = [
        StoreCheck("the reports of a refused job go into ever smaller jobs until a culprit is alone, and is dropped") {
            store in
            let user = StoreUser(store)
            let all = StoreSamples.interval(0, 100)
            try await user.upload(0..<64, time: 10)
            try requireEqual(try await user.createJobs(maximum: 64), 1, "the first jobs")
            try require(try await user.dissolve(user.lease()), "a leased job can be dissolved")
            try requireEqual(try await user.progress(all), BatchProgress(aggregated: 0, pending: 64), "the progress")
            try requireEqual(try await user.createJobs(maximum: 64), 8, "the second jobs")
            var refused: [ReportID] = []
            for (index, work) in try await user.leaseAll().enumerated() {
                try requireEqual(work.reports.count, 8, "a second job's size")
                if index == 3 {
                    refused = work.reportIDs
                    try require(try await user.dissolve(work), "a second job can be dissolved")
                } else {
                    try await user.finish(work)
                }
            }
            let third = StoreUser.now + 8 * LeaderLimits.firstRestAfterRefusal
            try requireEqual(try await user.createJobs(maximum: 64, now: third), 8, "the third jobs")
            let works = try await user.leaseAll(now: third, leaseEnd: third + 90)
            try requireEqual(works.map(\.reportIDs), refused.map { [$0] }, "the third jobs' reports")
            for (index, work) in works.enumerated() {
                if index == 5 {
                    try require(try await user.dissolve(work, now: third), "a job of one can be dissolved")
                } else {
                    try await user.finish(work)
                }
            }
            let fourth = third + LeaderLimits.longestRestAfterRefusal
            try requireEqual(try await user.createJobs(maximum: 64, now: fourth), 1, "the fourth job")
            try require(try await user.dissolve(user.lease(now: fourth), now: fourth), "it can be dissolved")
            try requireEqual(try await user.createJobs(maximum: 64, now: 1 << 40), 0, "the fifth jobs")
            try requireEqual(try await user.progress(all), BatchProgress(aggregated: 63, pending: 0), "the end")
            try requireEqual(
                try await user.upload(0..<64, time: 10).filter { $0 != .replayed }, [], "what is not replayed")
        },
        StoreCheck("what was left of a refused job goes back, without what the leader had rejected") { store in
            let user = StoreUser(store)
            try await user.upload(0..<4, time: 10)
            try await user.createJobs()
            let work = try await user.lease()
            let rejected = Dictionary(uniqueKeysWithValues: reportIDs(0..<3).map { ($0, ReportError.vdafVerifyError) })
            try require(try await store.prepareAggregationJob(work.lease, rejected: rejected), "the job is prepared")
            try require(try await user.dissolve(work), "the job is dissolved")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 1)), BatchProgress(aggregated: 0, pending: 1),
                "the progress")
            try await user.createJobs()
            try requireEqual(try await user.lease().reportIDs, reportIDs([3]), "what goes into the next job")
        },
        StoreCheck("refused reports and new ones go into different jobs") { store in
            let user = StoreUser(store)
            try await user.upload(0..<16, time: 10)
            try await user.createJobs(maximum: 64)
            try await user.dissolve(user.lease())
            try await user.upload(16..<36, time: 10)
            try requireEqual(try await user.createJobs(minimum: 21, maximum: 64), 0, "jobs while each kind is too few")
            try requireEqual(try await user.createJobs(maximum: 64), 3, "jobs")
            let jobs = Set(try await user.leaseAll().map(\.reportIDs))
            try requireEqual(
                jobs, [reportIDs(0..<8), reportIDs(8..<16), reportIDs(16..<36)], "the jobs' reports")
        },
        StoreCheck("new reports do not keep refused ones waiting") { store in
            let user = StoreUser(store)
            try await user.upload(0..<2, time: 10)
            try await user.createJobs(maximum: 8)
            try await user.dissolve(user.lease())
            try await user.upload(2..<102, time: 10)
            try await user.createJobs(maximum: 1)
            let works = try await user.leaseAll()
            try require(
                Set(works.flatMap(\.reportIDs)).isSuperset(of: reportIDs(0..<2)), "the refused ones are in jobs")
        },
        StoreCheck("a job that nobody holds any more is not dissolved") { store in
            let user = StoreUser(store)
            try await user.upload(0..<1, time: 10)
            try await user.createJobs()
            let lost = try await user.lease()
            let current = try await user.lease(now: StoreUser.leaseEnd, leaseEnd: StoreUser.leaseEnd + 100)
            try require(try await !user.dissolve(lost), "a lost lease dissolves nothing")
            try require(try await user.finish(current), "the holder can finish")
            try require(try await !user.dissolve(current), "a finished job cannot be dissolved")
        },
    ]
}
