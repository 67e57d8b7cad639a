public import DAPMessages
public import DAPRoles
import GRDB
public import VDAF

extension SQLiteStore: GarbageStore {
    /// Deletes some of what has expired. A task that nothing was ever stored for has nothing to forget, and refuses
    /// nothing.
    public func deleteExpired(
        task taskID: TaskID, role: AggregatorRole, _ expiry: TaskExpiry, limit: Int
    ) async throws -> GarbageCount {
        guard let task = try await knownNumber(of: taskID, as: role.dapRole) else { return GarbageCount() }
        return try await pool.write { db in
            var rows = ExpiredRows(expiry, limit: limit, task: task, db: db)
            switch role {
            case .leader: try rows.deleteFromLeader()
            case .helper: try rows.deleteFromHelper()
            }
            return rows.count
        }
    }
}
