import DAPRoles
import DAPStoreSQLite
import DAPTesting
import GRDB
import Synchronization
import Testing

@Suite struct QueryPlanTests {
    /// What the other statements do is no matter of plans.
    private static let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE"]
    /// What belongs to GRDB's migrations and its look at the schema.
    private static let foreign = ["grdb_", "sqlite_master", "sqlite_schema", "pragma_"]
    /// A table of one row, one with a row for each metric, and rows that are found already.
    private static let scannable = ["last_lease_token", "privacy_accounts", "CONSTANT ROW", "(subquery"]

    @Test("No statement of any method goes through a whole table, or through all reports of a task")
    func usesIndexes() async throws {
        let directory = try TemporaryDirectory()
        let statements = Mutex<Set<String>>([])
        for check in StoreContract.checks {
            let directory = try TemporaryDirectory()
            try await check.run {
                try SQLiteStore(path: directory.storePath) { sql in _ = statements.withLock { $0.insert(sql) } }
            }
        }
        try directory.open().close()
        let queue = try DatabaseQueue(path: directory.storePath)
        var explained = 0
        for sql in statements.withLock({ $0 }).sorted() {
            guard Self.verbs.contains(where: { sql.hasPrefix($0) }), !Self.foreign.contains(where: { sql.contains($0) })
            else { continue }
            let plan = try await queue.read { db in
                // The values, all NULL here, make no difference to the plan: there are no statistics.
                let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments(StatementArguments())
                return try Row.fetchAll(statement).map { row -> String in row["detail"] }
            }
            let scans = plan.filter { line in
                line.hasPrefix("SCAN") && !Self.scannable.contains(where: { line.contains($0) })
                    // All reports of a task are as bad as all of the table.
                    || line.hasPrefix("SEARCH client_reports") && line.hasSuffix("(task=?)")
            }
            #expect(scans.isEmpty, "\(sql)\n\(plan.joined(separator: "\n"))")
            explained += 1
        }
        #expect(explained > 40, "the statements were seen")
    }
}
