public import DAPMessages

/// One batch bucket of a time-interval task, or an addition to one (DAP §4.5.4.3, §5.1.3).
///
/// Times are counted in units of the task's precision, so a bucket is known by one `Time`.
public struct BatchBucket: Sendable, Equatable {
    /// The bucket: its interval starts here and lasts one unit.
    public let time: Time
    /// The encoded aggregate share.
    public let aggregateShare: [UInt8]
    /// How many reports it contains.
    public let reportCount: UInt64
    /// XOR of the SHA-256 hashes of their IDs.
    public let checksum: BatchChecksum

    /// A bucket with its contents.
    public init(time: Time, aggregateShare: [UInt8], reportCount: UInt64, checksum: BatchChecksum) {
        self.time = time
        self.aggregateShare = aggregateShare
        self.reportCount = reportCount
        self.checksum = checksum
    }
}

/// Adds two encoded aggregate shares of a task's VDAF. Synchronous, for use inside a transaction.
public typealias AggregateShareMerge = @Sendable (_ stored: [UInt8], _ addition: [UInt8]) throws -> [UInt8]
