import DAPMessages
public import DAPRoles
import Foundation
import GRDB

extension SQLiteStore: LeaderReportStore {
    /// Stores reports. A report that was seen before counts as replayed whether or not its batch is open or its time has
    /// expired, so that a client that lost the first answer is told the truth.
    public func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        precondition(reports.count <= LeaderLimits.uploadBatch)
        var tasks: [TaskID: Int64] = [:]
        for taskID in Set(reports.map(\.taskID)) { tasks[taskID] = try await number(of: taskID, as: .leader) }
        // Encoded before the transaction, which others wait for.
        let rows = try reports.map { [tasks] report in try ReportRow(report, tasks: tasks) }
        return try await pool.write { db in
            var insertion = try ReportInserter(db)
            return try rows.map { try insertion.insert($0) }
        }
    }
}

/// A report as its two rows have it.
private struct ReportRow: Sendable {
    let task: Int64
    let reportID: Data
    let time: Int64
    let metadata: Data?
    let publicShare: Data
    let leaderInputShare: Data
    let helperCiphertext: Data

    init(_ report: UploadedReport, tasks: [TaskID: Int64]) throws {
        guard let task = tasks[report.taskID] else { throw SQLiteStoreError(.corrupt, "a task has no number") }
        self.task = task
        reportID = Data(report.metadata.reportID.bytes)
        time = try report.metadata.time.stored
        metadata = report.metadata.publicExtensions.isEmpty ? nil : Data(try report.metadata.encoded())
        publicShare = Data(report.publicShare)
        leaderInputShare = Data(report.leaderInputShare.atRest)
        helperCiphertext = Data(try report.helperEncryptedInputShare.encoded())
    }
}

/// Inserts the reports of one transaction.
private struct ReportInserter {
    private let db: Database
    private let insertReport: Statement
    private let insertShares: Statement
    private let selectSeen: Statement
    private var closed = BucketLookup(.closed)
    private var forgotten: [Int64: ForgottenTimes] = [:]

    init(_ db: Database) throws {
        self.db = db
        insertReport = try db.cachedStatement(
            sql: """
                INSERT INTO client_reports (task, report_id, time, state, refusals) VALUES (?, ?, ?, 0, 0)
                ON CONFLICT DO NOTHING
                """)
        insertShares = try db.cachedStatement(
            sql: """
                INSERT INTO report_shares (report, metadata, public_share, leader_input_share, helper_ciphertext)
                VALUES (?, ?, ?, ?, ?)
                """)
        selectSeen = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM client_reports WHERE task = ? AND report_id = ?)")
    }

    mutating func insert(_ row: ReportRow) throws -> ReportInsertion {
        if let refusal = try refusal(row) {
            let isSeen = try Bool.fetchOne(selectSeen, arguments: [row.task, row.reportID]) ?? false
            return isSeen ? .replayed : refusal
        }
        try insertReport.execute(arguments: [row.task, row.reportID, row.time])
        guard db.changesCount == 1 else { return .replayed }
        try insertShares.execute(
            arguments: [
                db.lastInsertedRowID, row.metadata, row.publicShare, row.leaderInputShare, row.helperCiphertext,
            ])
        return .inserted
    }

    /// What becomes of a report that is not taken, though it be new.
    private mutating func refusal(_ row: ReportRow) throws -> ReportInsertion? {
        if try closed.contains(row.time, task: row.task, db) { return .batchClosed }
        let forgotten = try forgotten[row.task] ?? ForgottenTimes(task: row.task, db: db)
        self.forgotten[row.task] = forgotten
        return forgotten.contain(row.time) ? .expired : nil
    }
}
