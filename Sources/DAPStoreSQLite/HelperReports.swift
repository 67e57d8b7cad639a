import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// The reports that a helper has committed, for replay checks.
struct HelperReports {
    let task: Int64
    let db: Database

    /// Why reports could not be committed.
    ///
    /// - Parameter batchID: of the job in a leader-selected task.
    /// - Returns: one per report, in order.
    func errors(of reports: [ReportMetadata], batchID: BatchID?) throws -> [ReportError?] {
        let select = try db.cachedStatement(sql: Self.selectSeen)
        var unavailable = try UnavailableTimes(batchID, task: task, db)
        return try reports.map { report in
            if try Bool.fetchOne(select, arguments: [task, Data(report.reportID.bytes)]) == true {
                return .reportReplayed
            }
            return try unavailable.error(at: report.time.stored)
        }
    }

    /// Inserts the reports that can be committed, and lists them for the day on which they are forgotten.
    ///
    /// - Returns: the others.
    func insert(_ reports: [ReportMetadata], batchID: BatchID?) throws -> [ReportID: ReportError] {
        let insert = try db.cachedStatement(sql: Self.insert)
        var unavailable = try UnavailableTimes(batchID, task: task, db)
        var conflicts: [ReportID: ReportError] = [:]
        var lists = ReportLists(task: task, db: db)
        for report in reports {
            let time = try report.time.stored
            try insert.execute(arguments: [task, Data(report.reportID.bytes), time])
            if db.changesCount == 0 {
                conflicts[report.reportID] = .reportReplayed
            } else if let error = try unavailable.error(at: time) {
                conflicts[report.reportID] = error
            } else {
                try lists.append(report.reportID, at: time)
            }
        }
        try lists.finish()
        return conflicts
    }

    private static let selectSeen = "SELECT EXISTS (SELECT 1 FROM helper_reports WHERE task = ? AND report_id = ?)"

    private static let insert = """
        INSERT INTO helper_reports (task, report_id, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
        """
}

/// Which reports of one job belong to a batch that was collected, or have expired.
private struct UnavailableTimes {
    private let task: Int64
    private let db: Database
    private var buckets = BucketLookup(.collectedFromHelper)
    /// Whether the job's batch is collected; nil in a time-interval task.
    private let isCollected: Bool?
    private let forgotten: ForgottenTimes

    init(_ batchID: BatchID?, task: Int64, _ db: Database) throws {
        self.task = task
        self.db = db
        isCollected = try batchID.map { try HelperAggregateShares(task: task, db: db).isCollected($0) }
        forgotten = try ForgottenTimes(task: task, db: db)
    }

    mutating func error(at time: Int64) throws -> ReportError? {
        if try isCollected ?? buckets.contains(time, task: task, db) { return .batchCollected }
        return forgotten.contain(time) ? .reportDropped : nil
    }
}
