import DAPMessages
import DAPRoles
import VDAF

extension StoreContract {
    /// What the store and `ReportAgeRule` keep together.
    static let retentionChecks = [
        StoreCheck("at every second each report is either known to the leader or kept out by its age") { store in
            let task = try shortLivedTask().leader
            let user = StoreUser(store, task: task.id)
            _ = try await store.insertReports(units.map { StoreSamples.report($0, time: UInt64($0), task: task.id) })
            for now in seconds {
                try await user.forget(task, now: now)
                let outcomes = try await store.insertReports(
                    units.map { StoreSamples.report($0, time: UInt64($0), task: task.id) })
                for (unit, outcome) in zip(units, outcomes) {
                    let expected: ReportInsertion = isKeptOut(unit, task, now: now) ? .expired : .replayed
                    try requireEqual(outcome, expected, "at second \(now) the report of unit \(unit)")
                }
            }
            // The clock goes back.
            try await user.forget(task, now: seconds.lowerBound)
            try requireEqual(
                try await user.upload(units.lowerBound..<units.lowerBound + 1, time: UInt64(units.lowerBound)),
                [.expired], "what was forgotten")
        },
        StoreCheck("at every second each report is either known to the helper or kept out by its age") { store in
            let task = try shortLivedTask().helper
            let user = StoreUser(store, task: task.id)
            let reports = units.map { StoreSamples.metadata($0, time: UInt64($0)) }
            for report in reports { _ = try await user.commit(Int(report.time.value) % 250, [report]) }
            for now in seconds {
                try await user.forget(task, now: now)
                let errors = try await store.commitErrors(task: task.id, batchID: nil, reports: reports)
                for (unit, error) in zip(units, errors) {
                    let expected: ReportError = isKeptOut(unit, task, now: now) ? .reportDropped : .reportReplayed
                    try requireEqual(error, expected, "at second \(now) the report of unit \(unit)")
                }
            }
        },
        StoreCheck("a retention that is made longer brings nothing back") { store in
            var task = try shortLivedTask().helper
            let user = StoreUser(store, task: task.id)
            let report = StoreSamples.metadata(1, time: UInt64(units.lowerBound))
            _ = try await user.commit(1, [report])
            try await user.forget(task, now: seconds.upperBound)
            task.reportRetention *= 10
            try require(!isKeptOut(units.lowerBound, task, now: seconds.upperBound), "the rule would take it")
            try await user.forget(task, now: seconds.upperBound)
            try requireEqual(
                try await user.commit(2, [report]), .conflicts([report.reportID: .reportDropped]), "the store")
        },
    ]

    /// The first seconds are divisible by the precision, and the retention is not.
    private static let precision: UInt64 = 7
    private static let retention: UInt64 = 100
    private static let seconds: ClosedRange<UInt64> = 7 * 200...7 * 200 + 40
    /// Units of time on both sides of what expires in these seconds.
    private static let units = 180..<195

    private static func shortLivedTask() throws -> (leader: AggregatorTask, helper: AggregatorTask) {
        var settings = TestDeployment.Settings()
        settings.timePrecision = precision
        let task = try TestTask(.count, settings: settings, info: "short-lived", keys: TestKeys(random: .seeded(1)))
        var (leader, helper) = (task.leader, task.helper)
        leader.reportRetention = retention
        helper.reportRetention = retention
        return (leader, helper)
    }

    private static func isKeptOut(_ unit: Int, _ task: AggregatorTask, now: UInt64) -> Bool {
        let error = ReportAgeRule.check(
            Time(UInt64(unit)), task: task, now: now, isUpload: false, blockedThrough: nil)
        return error != nil
    }
}

extension StoreUser {
    /// Forgets what has expired by the task's own retention.
    fileprivate func forget(_ task: AggregatorTask, now: UInt64) async throws {
        let expiry = TaskExpiry(of: task, now: now)
        while try await store.deleteExpired(task: task.id, role: task.role, expiry, limit: 100).rows > 0 {}
    }
}
