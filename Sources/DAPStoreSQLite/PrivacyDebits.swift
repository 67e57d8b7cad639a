import DAPRoles
import DifferentialPrivacy
import Foundation
import GRDB

/// The debits of releases and of those that are under way, inside a transaction. Nothing that was released is ever taken
/// out of them.
struct PrivacyDebits {
    let db: Database

    /// What an account says about a release of some buckets.
    ///
    /// - Parameter job: the collection job whose own reservation is left out.
    func statement(
        _ account: PrivacyAccount?, of buckets: [BatchBucket], without job: Int64? = nil
    ) throws -> PrivacyStatement {
        guard let account else { return PrivacyStatement() }
        let reserved = try reservations().filter { $0.job != job }.map(\.debit)
        var spent = try accounts().mapValues(\.spent)
        for debit in reserved { spent[debit.metric] = (spent[debit.metric] ?? .zero) + debit.added }
        guard let seconds = account.seconds(of: buckets) else { return PrivacyStatement(spent: spent) }
        return PrivacyStatement(
            spent: spent, overlapping: try released(account.metric, overlapping: seconds),
            reserved: reserved.filter { $0.metric == account.metric && $0.overlaps(seconds) })
    }

    /// Keeps the debit of a release.
    func insert(_ debit: PrivacyDebit) throws {
        try insert(debit, job: nil)
        let earlier = try account(debit.metric)
        let spent = (earlier?.spent ?? .zero) + debit.added
        try db.cachedStatement(sql: Self.upsertAccount).execute(
            arguments: [
                debit.metric, spent.epsilon?.stored, spent.rho.stored, try ((earlier?.releases ?? 0) + 1).storedCount,
            ])
    }

    /// Reserves what a collection job's release costs, in place of what was reserved for it.
    func reserve(_ debit: PrivacyDebit, for job: Int64) throws {
        try Self.endReservation(of: job, db)
        try insert(debit, job: job)
    }

    /// Ends the reservation of a collection job, if it has one. A job does not go away without: its number may be that of
    /// another job later.
    static func endReservation(of job: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM privacy_debits WHERE job = ?").execute(arguments: [job])
    }

    /// What each metric has given away.
    func spending() throws -> [String: PrivacySpending] {
        var spending = try accounts()
        for (_, debit) in try reservations() {
            let earlier = spending[debit.metric]
            spending[debit.metric] = PrivacySpending(
                spent: earlier?.spent ?? .zero, reserved: (earlier?.reserved ?? .zero) + debit.added,
                releases: earlier?.releases ?? 0)
        }
        return spending
    }

    /// The debits of a metric's releases, the last windows first.
    func last(_ limit: Int, of metric: String) throws -> [PrivacyDebit] {
        let statement = try db.cachedStatement(sql: Self.selectLast)
        return try Row.fetchAll(statement, arguments: [metric, max(0, limit)]).map(Self.debit)
    }

    private func insert(_ debit: PrivacyDebit, job: Int64?) throws {
        try db.cachedStatement(sql: Self.insert).execute(
            arguments: [
                debit.metric, Data(debit.task), Int64(bitPattern: debit.start), Int64(bitPattern: debit.windows),
                Int64(bitPattern: debit.windowLength), debit.end.storedSeconds, debit.costPerWindow.epsilon?.stored,
                debit.costPerWindow.rho.stored, debit.added.epsilon?.stored, debit.added.rho.stored, job,
            ])
    }

    /// The index has no ends beyond `Int64.max`, so those there are compared once more.
    private func released(_ metric: String, overlapping seconds: Range<UInt64>) throws -> [PrivacyDebit] {
        let statement = try db.cachedStatement(sql: Self.selectUntil)
        return try Row.fetchAll(statement, arguments: [metric, seconds.lowerBound.storedSeconds]).map(Self.debit)
            .filter { $0.overlaps(seconds) }
    }

    private func reservations() throws -> [(job: Int64, debit: PrivacyDebit)] {
        try Row.fetchAll(db.cachedStatement(sql: Self.selectReserved)).map { row in
            (job: try row.value(9), debit: try Self.debit(row))
        }
    }

    private func accounts() throws -> [String: PrivacySpending] {
        let rows = try Row.fetchAll(db.cachedStatement(sql: Self.selectAccounts))
        let accounts = try rows.map { row in (try row.value(3, as: String.self), try Self.account(row)) }
        return Dictionary(accounts) { first, _ in first }
    }

    private func account(_ metric: String) throws -> PrivacySpending? {
        let statement = try db.cachedStatement(sql: Self.selectAccount)
        return try Row.fetchOne(statement, arguments: [metric]).map(Self.account)
    }
}

extension PrivacyDebits {
    private static func debit(_ row: Row) throws -> PrivacyDebit {
        PrivacyDebit(
            metric: try row.value(0), task: try row.bytes(1), start: try row.pattern(2), windows: try row.pattern(3),
            windowLength: try row.pattern(4), costPerWindow: try row.cost(5), added: try row.cost(7))
    }

    private static func account(_ row: Row) throws -> PrivacySpending {
        PrivacySpending(spent: try row.cost(0), reserved: .zero, releases: try row.unsigned(2))
    }

    private static let columns = """
        metric, task_id, start_time, windows, window_length, epsilon, rho, added_epsilon, added_rho
        """

    private static let insert = """
        INSERT INTO privacy_debits
            (metric, task_id, start_time, windows, window_length, end_time, epsilon, rho, added_epsilon, added_rho, job)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static let upsertAccount = """
        INSERT INTO privacy_accounts (metric, epsilon, rho, releases) VALUES (?, ?, ?, ?)
        ON CONFLICT (metric) DO UPDATE SET epsilon = excluded.epsilon, rho = excluded.rho, releases = excluded.releases
        """

    private static let selectUntil = """
        SELECT \(columns) FROM privacy_debits WHERE metric = ? AND job IS NULL AND end_time >= ? ORDER BY end_time, number
        """

    private static let selectLast = """
        SELECT \(columns) FROM privacy_debits WHERE metric = ? AND job IS NULL ORDER BY end_time DESC, number DESC LIMIT ?
        """

    /// Numbers of jobs are positive.
    private static let selectReserved = "SELECT \(columns), job FROM privacy_debits WHERE job > 0 ORDER BY job"

    private static let selectAccounts = "SELECT epsilon, rho, releases, metric FROM privacy_accounts"

    private static let selectAccount = "SELECT epsilon, rho, releases FROM privacy_accounts WHERE metric = ?"
}

extension PrivacyAccount {
    /// From the first second of the first report's window to the last of the last one's; nil without reports. What is
    /// beyond the largest number is that number.
    fileprivate func seconds(of buckets: [BatchBucket]) -> Range<UInt64>? {
        guard let first = buckets.map(\.times.lowerBound.value).min(),
            let last = buckets.map(\.times.upperBound.value).max()
        else { return nil }
        let (next, isLast) = last.addingReportingOverflow(1)
        return second(first)..<second(isLast ? .max : next)
    }

    private func second(_ unit: UInt64) -> UInt64 {
        let (second, overflow) = unit.multipliedReportingOverflow(by: windowLength)
        return overflow ? .max : second
    }
}

extension PrivacyDebit {
    fileprivate func overlaps(_ seconds: Range<UInt64>) -> Bool {
        start < seconds.upperBound && seconds.lowerBound < end
    }
}

extension PrivacyAmount {
    /// As a column has it; an amount has 63 bits.
    fileprivate var stored: Int64 { Int64(clamping: billionths) }
}

extension Row {
    /// A cost: ε, which may be NULL, and ρ behind it.
    fileprivate func cost(_ column: Int) throws -> PrivacyCost {
        let stored: DatabaseValue = self[column]
        return PrivacyCost(
            epsilon: stored.isNull ? nil : PrivacyAmount(billionths: try unsigned(column)),
            rho: PrivacyAmount(billionths: try unsigned(column + 1)))
    }

    /// A number without a sign that may have 64 bits: one of 2⁶³ and above, which no clock shows, is stored as a negative
    /// one.
    fileprivate func pattern(_ column: Int) throws -> UInt64 { UInt64(bitPattern: try value(column, as: Int64.self)) }
}
