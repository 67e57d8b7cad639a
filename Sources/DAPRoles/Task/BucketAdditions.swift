import DAPMessages
import VDAF

/// Turns a job's verified reports into additions to batch buckets (DAP §4.5.4.3).
struct BucketAdditions {
    /// The batch of all reports in a leader-selected task; nil in a time-interval task, where the time decides.
    let batchID: BatchID?

    /// The number by which the VDAF tells buckets apart while it adds up.
    func number(of report: ReportMetadata) -> UInt64 { batchID == nil ? report.time.value : 0 }

    /// - Parameters:
    ///   - reports: the reports whose output shares are in the sums.
    ///   - aggregateShares: encoded aggregate shares by bucket, as the VDAF gives them.
    func make(reports: some Sequence<ReportMetadata>, aggregateShares: [UInt64: [UInt8]]) -> [BatchBucket] {
        var entries: [UInt64: Entry] = [:]
        for report in reports { entries[number(of: report), default: Entry(report.time)].add(report) }
        return entries.sorted { $0.key < $1.key }.compactMap { number, entry in
            guard let share = aggregateShares[number] else { return nil }
            return BatchBucket(
                id: batchID.map { .batch($0) } ?? .time(Time(number)), times: entry.first...entry.last,
                aggregateShare: share, reportCount: entry.count, checksum: entry.checksum)
        }
    }

    private struct Entry {
        var first: Time
        var last: Time
        var count: UInt64 = 0
        var checksum = BatchChecksum()

        init(_ time: Time) {
            first = time
            last = time
        }

        mutating func add(_ report: ReportMetadata) {
            first = min(first, report.time)
            last = max(last, report.time)
            count += 1
            checksum.add(report.reportID)
        }
    }
}
