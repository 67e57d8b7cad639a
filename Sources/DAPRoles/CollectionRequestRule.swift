import DAPMessages
import TLSCodec

/// What both aggregators check of a collector's request (DAP §4.6.1, §4.6.4, §5.1).
enum CollectionRequestRule {
    /// The queried interval of an encoded `CollectionJobReq`.
    ///
    /// - Throws: `DAPAbort`.
    static func interval(of body: [UInt8], task: AggregatorTask) throws -> Interval {
        guard let request = try? CollectionJobReq(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the collection job request does not decode", task: task.id)
        }
        return try interval(of: request, task: task)
    }

    /// The queried interval.
    ///
    /// - Throws: `DAPAbort`.
    static func interval(of request: CollectionJobReq, task: AggregatorTask) throws -> Interval {
        guard case .timeInterval(let config) = request.query else {
            throw DAPAbort(.invalidMessage, "the query's batch mode is not the task's", task: task.id)
        }
        guard request.aggregationParameter.isEmpty else {
            // The leader validates the parameter; to the helper it is one that no aggregation job was made with.
            throw DAPAbort(
                task.role == .leader ? .invalidAggregationParameter : .invalidMessage,
                "Prio3's aggregation parameter is empty", task: task.id)
        }
        guard request.extensions.isStrictlyIncreasing else {
            throw DAPAbort(.invalidExtension, "the extensions are out of order", task: task.id)
        }
        guard request.extensions.isEmpty else {
            throw DAPAbort(
                .unsupportedExtension, "no collection job extension is known here", task: task.id,
                unsupportedExtensions: request.extensions.map(\.extensionType))
        }
        try checkBatch(config.batchInterval, task: task)
        return config.batchInterval
    }

    /// A batch is one unit of time or more (DAP §5.1.3).
    static func checkBatch(_ interval: Interval, task: AggregatorTask) throws {
        guard interval.duration.value >= 1, (try? interval.end) != nil else {
            throw DAPAbort(.batchInvalid, "the batch interval is empty or has no end", task: task.id)
        }
    }
}
