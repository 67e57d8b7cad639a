import DAPMessages
import TLSCodec

/// What both aggregators check of a collector's request (DAP §4.6.1, §4.6.4, §5).
enum CollectionRequestRule {
    /// The query of an encoded `CollectionJobReq`.
    ///
    /// - Throws: `DAPAbort`.
    static func query(of body: [UInt8], task: AggregatorTask) throws -> Query {
        guard let request = try? CollectionJobReq(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the collection job request does not decode", task: task.id)
        }
        try check(request, task: task)
        return request.query
    }

    /// - Throws: `DAPAbort`.
    static func check(_ request: CollectionJobReq, task: AggregatorTask) throws {
        guard request.query.batchMode == task.batchMode else {
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
        if case .timeInterval(let config) = request.query { try check(config.batchInterval, task: task) }
    }

    /// - Throws: `DAPAbort`.
    static func check(_ batch: BatchSelector, for request: CollectionJobReq, task: AggregatorTask) throws {
        guard batch.batchMode == task.batchMode else {
            throw DAPAbort(.invalidMessage, "the batch selector's mode is not the task's", task: task.id)
        }
        try check(request, task: task)
        if case .timeInterval(let config) = batch { try check(config.batchInterval, task: task) }
        guard batch.isConsistent(with: request.query) else {
            throw DAPAbort(.batchInvalid, "the selected batch is not within the query", task: task.id)
        }
    }

    /// A batch with reports from before a restored backup may have been released.
    ///
    /// - Throws: `DAPAbort`.
    static func check(_ buckets: [BatchBucket], task: AggregatorTask, blockedThrough: UInt64?) throws {
        guard let blockedThrough, let first = buckets.map(\.times.lowerBound).min(),
            ReportAgeRule.isBlocked(first, task: task, through: blockedThrough)
        else { return }
        throw DAPAbort(
            .batchOverlap, "the batch may have been collected: this aggregator was restored from a backup",
            task: task.id)
    }

    /// A batch is one unit of time or more (DAP §5.1.3).
    private static func check(_ interval: Interval, task: AggregatorTask) throws {
        guard interval.duration.value >= 1, (try? interval.end) != nil else {
            throw DAPAbort(.batchInvalid, "the batch interval is empty or has no end", task: task.id)
        }
    }
}
