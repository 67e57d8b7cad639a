import DAPMessages
import VDAF

/// Turns a batch's verified reports into additions to batch buckets (DAP §4.5.4.3).
enum BucketAdditions {
    /// - Parameters:
    ///   - reports: the reports whose output shares are in the sums.
    ///   - aggregateShares: encoded aggregate shares by bucket, as the VDAF gives them.
    static func make(reports: some Sequence<ReportMetadata>, aggregateShares: [UInt64: [UInt8]]) -> [BatchBucket] {
        var counts: [UInt64: (count: UInt64, checksum: BatchChecksum)] = [:]
        for report in reports {
            var entry = counts[report.time.value] ?? (0, BatchChecksum())
            entry.count += 1
            entry.checksum.add(report.reportID)
            counts[report.time.value] = entry
        }
        return counts.keys.sorted().compactMap { time in
            guard let share = aggregateShares[time], let entry = counts[time] else { return nil }
            return BatchBucket(
                time: Time(time), aggregateShare: share, reportCount: entry.count, checksum: entry.checksum)
        }
    }
}
