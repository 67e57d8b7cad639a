import GRDB

/// The units of time of which the store has begun to forget a task's reports. Nothing of theirs is taken any more.
struct ForgottenTimes {
    /// The first unit that is not forgotten.
    private let end: Int64

    init(task: Int64, db: Database) throws {
        let statement = try db.cachedStatement(sql: "SELECT forgotten_before FROM tasks WHERE number = ?")
        end = try Int64.fetchOne(statement, arguments: [task]) ?? 0
    }

    /// Whether a unit of time is one of them.
    func contain(_ time: Int64) -> Bool { time < end }

    /// Forgets the units before `end`, and for ever.
    static func extend(to end: Int64, task: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE tasks SET forgotten_before = ? WHERE number = ? AND forgotten_before < ?")
            .execute(arguments: [end, task, end])
    }
}
