import DAPMessages
import Foundation
import GRDB

/// What a task's number stands for: the task and which of its aggregators.
struct TaskKey: Hashable, Sendable {
    let taskID: TaskID
    let role: Role
}

/// Rows refer to tasks by small numbers instead of 32 bytes. A number, once given, is for ever, so they are cached.
extension SQLiteStore {
    /// The number of a task, given now if it has none yet.
    ///
    /// This is a transaction of its own before the caller's, so that the cache never has a number that is rolled back.
    func number(of taskID: TaskID, as role: Role) async throws -> Int64 {
        if let number = try await knownNumber(of: taskID, as: role) { return number }
        let number = try await pool.write { db in
            try db.cachedStatement(sql: "INSERT INTO tasks (role, task_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .execute(arguments: [Int(role.rawValue), Data(taskID.bytes)])
            return try Self.numberQuery(db, taskID, role)
        }
        guard let number else { throw SQLiteStoreError(.corrupt, "a task has no number") }
        remember(number, taskID, role)
        return number
    }

    /// The number of a task, or nil when nothing has been stored for it.
    func knownNumber(of taskID: TaskID, as role: Role) async throws -> Int64? {
        let key = TaskKey(taskID: taskID, role: role)
        if let number = taskNumbers.withLock({ $0[key] }) { return number }
        guard let number = try await pool.read({ db in try Self.numberQuery(db, taskID, role) }) else { return nil }
        remember(number, taskID, role)
        return number
    }

    private func remember(_ number: Int64, _ taskID: TaskID, _ role: Role) {
        taskNumbers.withLock { $0[TaskKey(taskID: taskID, role: role)] = number }
    }

    private static func numberQuery(_ db: Database, _ taskID: TaskID, _ role: Role) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT number FROM tasks WHERE role = ? AND task_id = ?")
        return try Int64.fetchOne(statement, arguments: [Int(role.rawValue), Data(taskID.bytes)])
    }
}
