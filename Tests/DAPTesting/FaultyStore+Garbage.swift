public import DAPMessages
public import DAPRoles
public import VDAF

extension FaultyStore: GarbageStore {
    /// See the port.
    public func deleteExpired(
        task: TaskID, role: AggregatorRole, _ expiry: TaskExpiry, limit: Int
    ) async throws -> GarbageCount {
        try await perform(.deleteExpired) {
            try await $0.deleteExpired(task: task, role: role, expiry, limit: limit)
        }
    }
}
