public import DAPMessages

/// Which batch bucket of a task (DAP §4.5.4.3).
public enum BatchBucketID: Hashable, Sendable {
    /// Of a time-interval task: the unit of time that starts here (DAP §5.1.3).
    case time(Time)
    /// Of a leader-selected task: the whole batch (DAP §5.2.4).
    case batch(BatchID)
}

/// One batch bucket, or an addition to one (DAP §4.5.4.3).
public struct BatchBucket: Sendable, Equatable {
    /// Which bucket it is.
    public let id: BatchBucketID
    /// The times of its first and its last report, in units of the task's precision.
    public let times: ClosedRange<Time>
    /// The encoded aggregate share.
    public let aggregateShare: [UInt8]
    /// How many reports it contains.
    public let reportCount: UInt64
    /// XOR of the SHA-256 hashes of their IDs.
    public let checksum: BatchChecksum

    /// A bucket with its contents.
    public init(
        id: BatchBucketID, times: ClosedRange<Time>, aggregateShare: [UInt8], reportCount: UInt64,
        checksum: BatchChecksum
    ) {
        self.id = id
        self.times = times
        self.aggregateShare = aggregateShare
        self.reportCount = reportCount
        self.checksum = checksum
    }

    /// A bucket of a time-interval task.
    public init(time: Time, aggregateShare: [UInt8], reportCount: UInt64, checksum: BatchChecksum) {
        self.init(
            id: .time(time), times: time...time, aggregateShare: aggregateShare, reportCount: reportCount,
            checksum: checksum)
    }
}

/// Adds two encoded aggregate shares of a task's VDAF. Synchronous, for use inside a transaction.
public typealias AggregateShareMerge = @Sendable (_ stored: [UInt8], _ addition: [UInt8]) throws -> [UInt8]
