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
        var collected = try CollectedLookup(batchID, task: task, db)
        return try reports.map { report in
            if try Bool.fetchOne(select, arguments: [task, Data(report.reportID.bytes)]) == true {
                return .reportReplayed
            }
            return try collected.contains(report.time.stored) ? .batchCollected : nil
        }
    }

    /// Inserts the reports that can be committed.
    ///
    /// - Returns: the others.
    func insert(_ reports: [ReportMetadata], batchID: BatchID?) throws -> [ReportID: ReportError] {
        let insert = try db.cachedStatement(sql: Self.insert)
        var collected = try CollectedLookup(batchID, task: task, db)
        var conflicts: [ReportID: ReportError] = [:]
        for report in reports {
            let time = try report.time.stored
            try insert.execute(arguments: [task, Data(report.reportID.bytes), time])
            if db.changesCount == 0 {
                conflicts[report.reportID] = .reportReplayed
            } else if try collected.contains(time) {
                conflicts[report.reportID] = .batchCollected
            }
        }
        return conflicts
    }

    private static let selectSeen = "SELECT EXISTS (SELECT 1 FROM helper_reports WHERE task = ? AND report_id = ?)"

    private static let insert = """
        INSERT INTO helper_reports (task, report_id, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
        """
}

/// Whether reports of one job belong to a batch that was collected.
private struct CollectedLookup {
    private let task: Int64
    private let db: Database
    private var buckets = BucketLookup(.collectedFromHelper)
    /// Whether the job's batch is collected; nil in a time-interval task.
    private let isCollected: Bool?

    init(_ batchID: BatchID?, task: Int64, _ db: Database) throws {
        self.task = task
        self.db = db
        isCollected = try batchID.map { try HelperAggregateShares(task: task, db: db).isCollected($0) }
    }

    mutating func contains(_ time: Int64) throws -> Bool {
        try isCollected ?? buckets.contains(time, task: task, db)
    }
}
