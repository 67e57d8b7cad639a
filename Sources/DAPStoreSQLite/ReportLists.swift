import DAPMessages
import Foundation
import GRDB

/// The IDs of a helper's committed reports, listed by unit of time: what tells which of them have expired.
///
/// An index of `helper_reports` by time would cost as much as the table itself, because its order is as random as the
/// IDs. A list is one row for many reports, appended.
struct ReportLists {
    /// IDs in a row: about as much as is deleted at a time.
    static let listLength = 512

    let task: Int64
    let db: Database
    private var pending: [Int64: Data] = [:]

    init(task: Int64, db: Database) {
        self.task = task
        self.db = db
    }

    /// Lists a report; `finish` writes what is not written yet.
    mutating func append(_ id: ReportID, at time: Int64) throws {
        pending[time, default: Data()].append(contentsOf: id.bytes)
        if let list = pending[time], list.count >= Self.listLength * ReportID.byteCount {
            try write(list, at: time)
            pending[time] = nil
        }
    }

    /// Writes the lists that are not full.
    mutating func finish() throws {
        for (time, list) in pending { try write(list, at: time) }
        pending = [:]
    }

    /// Deletes the reports of one list of expired units, and the list.
    ///
    /// - Parameter limit: a longer list is left alone.
    /// - Returns: how many reports they were; nil when there is no such list.
    func deleteExpired(before end: Int64, limit: Int) throws -> Int? {
        let select = try db.cachedStatement(sql: Self.selectExpired)
        guard let row = try Row.fetchOne(select, arguments: [task, end]) else { return nil }
        let ids = try row.bytes(1)
        if ids.count / ReportID.byteCount > limit { return nil }
        let delete = try db.cachedStatement(sql: Self.deleteReport)
        var count = 0
        for start in stride(from: 0, to: ids.count, by: ReportID.byteCount) {
            let id = ids[start..<min(start + ReportID.byteCount, ids.count)]
            try delete.execute(arguments: [task, Data(id)])
            count += db.changesCount
        }
        try db.cachedStatement(sql: "DELETE FROM helper_report_lists WHERE number = ?")
            .execute(arguments: [try row.value(0, as: Int64.self)])
        return count
    }

    /// Lists the reports that are there already, for a migration.
    static func listAll(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT task, time, report_id FROM helper_reports ORDER BY task, time, report_id")
        var lists: ReportLists?
        while let row = try rows.next() {
            let task: Int64 = try row.value(0)
            if lists?.task != task {
                try lists?.finish()
                lists = ReportLists(task: task, db: db)
            }
            try lists?.append(ReportID(row.bytes(2)), at: row.value(1))
        }
        try lists?.finish()
    }

    private func write(_ list: Data, at time: Int64) throws {
        try db.cachedStatement(sql: "INSERT INTO helper_report_lists (task, time, report_ids) VALUES (?, ?, ?)")
            .execute(arguments: [task, time, list])
    }

    private static let selectExpired = """
        SELECT number, report_ids FROM helper_report_lists WHERE task = ? AND time < ? ORDER BY time LIMIT 1
        """

    private static let deleteReport = "DELETE FROM helper_reports WHERE task = ? AND report_id = ?"
}
