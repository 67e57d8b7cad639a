import DAPMessages
import VDAF

/// The merged buckets of a batch (DAP §4.6.4).
struct BatchTotals: Sendable {
    let aggregateShare: [UInt8]
    let reportCount: UInt64
    let checksum: BatchChecksum
    /// The smallest interval that contains all reports; nil when there are none.
    let interval: Interval?

    init(_ buckets: [BatchBucket], vdaf: Prio3) throws {
        aggregateShare = try vdaf.merge(buckets.map(\.aggregateShare))
        var count: UInt64 = 0
        var checksum = BatchChecksum()
        for bucket in buckets {
            count += bucket.reportCount
            checksum.merge(bucket.checksum)
        }
        reportCount = count
        self.checksum = checksum
        let first = buckets.map(\.times.lowerBound).min()
        let last = buckets.map(\.times.upperBound).max()
        if let first, let last {
            interval = try Interval(from: first, through: last)
        } else {
            interval = nil
        }
    }
}
