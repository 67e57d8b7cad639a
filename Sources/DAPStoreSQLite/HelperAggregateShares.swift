import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// The aggregate shares that a helper has given out. Their rows are what marks batches as collected, so they stay.
struct HelperAggregateShares {
    let task: Int64
    let db: Database

    /// An aggregate share that was found.
    enum Found: Equatable {
        case answered([UInt8])
        /// The response has been deleted.
        case deleted
    }

    /// The aggregate share of an ID.
    func find(_ id: AggregateShareID) throws -> Found? {
        let row = try Row.fetchOne(db.cachedStatement(sql: Self.select), arguments: [task, Data(id.bytes)])
        return try row.map { row in try row.value(1) ? .deleted : .answered(try row.bytes(0)) }
    }

    /// Whether a part of a batch was collected.
    func overlap(_ batch: BatchSelector) throws -> Bool {
        switch batch {
        case .timeInterval(let config):
            try BatchIntervals.collectedFromHelper.overlap(StoredInterval(config.batchInterval), task: task, db)
        case .leaderSelected(let config):
            try isCollected(config.batchID)
        }
    }

    /// Whether a leader-selected batch was collected.
    func isCollected(_ batchID: BatchID) throws -> Bool {
        let statement = try db.cachedStatement(sql: Self.selectCollected)
        return try Bool.fetchOne(statement, arguments: [task, Data(batchID.bytes)]) ?? false
    }

    /// Keeps a response and marks its batch collected.
    func insert(_ id: AggregateShareID, batch: BatchSelector, response: [UInt8]) throws {
        let insert = try db.cachedStatement(sql: Self.insert)
        switch batch {
        case .timeInterval(let config):
            let interval = StoredInterval(config.batchInterval)
            try insert.execute(
                arguments: [task, Data(id.bytes), interval.start, interval.end, nil, Data(response)])
        case .leaderSelected(let config):
            try insert.execute(
                arguments: [task, Data(id.bytes), 0, 0, Data(config.batchID.bytes), Data(response)])
        }
    }

    /// Forgets a response.
    ///
    /// - Returns: whether there was one.
    func eraseResponse(_ id: AggregateShareID) throws -> Bool {
        try db.cachedStatement(sql: Self.erase).execute(arguments: [task, Data(id.bytes)])
        return db.changesCount > 0
    }

    private static let select = """
        SELECT response, is_deleted FROM helper_aggregate_shares WHERE task = ? AND share_id = ?
        """

    private static let selectCollected = """
        SELECT EXISTS (SELECT 1 FROM helper_aggregate_shares WHERE task = ? AND batch_id = ?)
        """

    private static let insert = """
        INSERT INTO helper_aggregate_shares (task, share_id, start_time, end_time, batch_id, response, is_deleted)
        VALUES (?, ?, ?, ?, ?, ?, 0)
        """

    private static let erase = """
        UPDATE helper_aggregate_shares SET response = NULL, is_deleted = 1
        WHERE task = ? AND share_id = ? AND is_deleted = 0
        """
}
