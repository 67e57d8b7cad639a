import DAPMessages
import DAPRoles
import DAPTesting
import Logging
import VDAF

extension TestDeployment {
    /// A measurement of the present time.
    func measurement(_ measurement: Prio3Measurement = .integer(1), unitsAhead: Int64 = 0) -> TimedMeasurement {
        let precision = Int64(task.client.configuration.timePrecision.seconds)
        return TimedMeasurement(measurement, posixSeconds: UInt64(Int64(clock.now()) + unitsAhead * precision))
    }

    /// The collector's request for an interval.
    func collectionRequest(_ interval: Interval) throws -> [UInt8] {
        try CollectionJobReq(query: .timeInterval(TimeIntervalQueryConfig(batchInterval: interval))).encoded()
    }

    /// Creates a collection job without waiting for it.
    func createCollectionJob(_ interval: Interval) async throws -> CollectionJobID {
        try await collection.create(task: task.id, body: try collectionRequest(interval)).0
    }
}

extension Query {
    /// The reports of an interval.
    static func interval(_ interval: Interval) -> Query {
        .timeInterval(TimeIntervalQueryConfig(batchInterval: interval))
    }
}

extension BatchSelector {
    /// The reports of an interval.
    static func interval(_ interval: Interval) -> BatchSelector {
        .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: interval))
    }

    /// The reports of a leader-selected batch.
    static func batch(_ id: BatchID) -> BatchSelector {
        .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: id))
    }
}

extension Logger {
    /// A logger that says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension [UInt64] {
    /// The sum of the numbers.
    var total: UInt64 { reduce(0, +) }
}
