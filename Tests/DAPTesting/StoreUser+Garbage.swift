import DAPMessages
import DAPRoles
import VDAF

/// Dealings with what expires.
extension StoreUser {
    /// When every lease and every grace of other dealings has ended.
    static let later: UInt64 = 100_000

    /// One step of forgetting the units of time before `end`.
    func forgetSome(
        before end: UInt64, as role: AggregatorRole = .leader, dueBefore: UInt64 = 0, now: UInt64 = later, limit: Int
    ) async throws -> GarbageCount {
        let expiry = TaskExpiry(units: Time(end), present: Time(end + 100), dueBefore: dueBefore, now: now)
        return try await store.deleteExpired(task: task, role: role, expiry, limit: limit)
    }

    /// Forgets the units of time before `end`, step by step.
    @discardableResult
    func forget(
        before end: UInt64, as role: AggregatorRole = .leader, dueBefore: UInt64 = 0, now: UInt64 = later
    ) async throws -> GarbageCount {
        var total = GarbageCount()
        while true {
            let count = try await forgetSome(before: end, as: role, dueBefore: dueBefore, now: now, limit: 5)
            if count.rows == 0 { return total }
            total.rows += count.rows
            total.unaggregatedReports += count.unaggregatedReports
        }
    }

    /// How many reports of a time-interval task are in a bucket or on the way to it.
    func requireProgress(
        at time: UInt64, aggregated: UInt64, pending: UInt64, fileID: StaticString = #fileID, line: UInt = #line
    ) async throws {
        try requireEqual(
            try await progress(StoreSamples.interval(time, 1)), BatchProgress(aggregated: aggregated, pending: pending),
            "the progress at \(time)", fileID: fileID, line: line)
    }
}
