public import DAPMessages
public import DAPRoles

/// Values to put into a store. Every report counts 1 and adds its number to the sum of its bucket.
public enum StoreSamples {
    /// A task for most purposes, and one that must not be disturbed.
    public static let task = taskID(1)
    /// See `task`.
    public static let otherTask = taskID(2)

    /// The ID of the given bytes.
    public static func taskID(_ number: UInt8) -> TaskID { decode(TaskID.self, number: UInt64(number)) }

    /// The ID of a report.
    public static func reportID(_ number: Int) -> ReportID { decode(ReportID.self, number: UInt64(number)) }

    /// The ID of an aggregation job at a helper.
    public static func aggregationJobID(_ number: Int) -> AggregationJobID {
        decode(AggregationJobID.self, number: UInt64(number))
    }

    /// The ID of a collection job.
    public static func collectionJobID(_ number: Int) -> CollectionJobID {
        decode(CollectionJobID.self, number: UInt64(number))
    }

    /// The ID of an aggregate share at a helper.
    public static func aggregateShareID(_ number: Int) -> AggregateShareID {
        decode(AggregateShareID.self, number: UInt64(number))
    }

    /// The ID of a leader-selected batch.
    public static func batchID(_ number: Int) -> BatchID { decode(BatchID.self, number: UInt64(number)) }

    /// The metadata of a report without extensions.
    public static func metadata(_ number: Int, time: UInt64) -> ReportMetadata {
        ReportMetadata(reportID: reportID(number), time: Time(time))
    }

    /// A report that was uploaded.
    public static func report(_ number: Int, time: UInt64, task: TaskID = task) -> UploadedReport {
        UploadedReport(
            taskID: task, metadata: metadata(number, time: time), publicShare: [1, 2, 3],
            leaderInputShare: StoredSecret(littleEndian(UInt64(number))),
            helperEncryptedInputShare: HpkeCiphertext(
                configID: 7, encapsulatedKey: [4, 5], payload: littleEndian(UInt64(number))))
    }

    /// The buckets of some reports: one for each time, or that of a leader-selected batch.
    public static func additions(_ reports: [ReportMetadata], batch: BatchID? = nil) -> [BatchBucket] {
        let buckets = Dictionary(grouping: reports) { batch.map(BatchBucketID.batch) ?? .time($0.time) }
        return buckets.compactMap { id, reports in
            let times = reports.map(\.time)
            guard let first = times.min(), let last = times.max() else { return nil }
            var checksum = BatchChecksum()
            for report in reports { checksum.add(report.reportID) }
            return BatchBucket(
                id: id, times: first...last,
                aggregateShare: littleEndian(reports.map { value($0.reportID.bytes.suffix(8).reversed()) }.sum),
                reportCount: UInt64(reports.count), checksum: checksum)
        }
    }

    /// An interval.
    public static func interval(_ start: UInt64, _ duration: UInt64) -> Interval {
        Interval(start: Time(start), duration: Duration(duration))
    }

    /// The batch of an interval.
    public static func batch(_ interval: Interval) -> BatchSelector {
        .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: interval))
    }

    /// A leader-selected batch.
    public static func batch(_ id: BatchID) -> BatchSelector {
        .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: id))
    }

    /// The query for an interval.
    public static func query(_ interval: Interval) -> Query {
        .timeInterval(TimeIntervalQueryConfig(batchInterval: interval))
    }

    /// What no leader-selected batch meets. In a time-interval task it makes no difference.
    public static let strictChoice = BatchChoice(targetSize: 1 << 62, minimumSize: 1 << 62, openedBefore: 0)

    /// What every leader-selected batch meets that has a report.
    public static let anyChoice = BatchChoice(targetSize: 1, minimumSize: 1, openedBefore: 0)

    /// A problem that a job or a request failed with.
    public static let problem = StoredProblem(type: "urn:x:tooFew", detail: "3 of 100 — zu wenige")

    /// Adds two aggregate shares: 64-bit integers, little-endian, modulo 2⁶⁴.
    public static let merge: AggregateShareMerge = { stored, addition in
        guard stored.count == 8, addition.count == 8 else { throw MergeRefused() }
        return littleEndian(value(stored) &+ value(addition))
    }

    /// Refuses to add.
    public static let failingMerge: AggregateShareMerge = { _, _ in throw MergeRefused() }

    /// The error of `failingMerge`.
    public struct MergeRefused: Error {
        /// Makes the error.
        public init() {}
    }

    /// The sum of some buckets, as an answer.
    public static func answer(_ buckets: [BatchBucket]) -> [UInt8] {
        littleEndian(buckets.map { value($0.aggregateShare) }.sum)
    }

    /// A number as an aggregate share.
    public static func littleEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// The number that an aggregate share is.
    static func value(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func decode<ID: OpaqueIdentifier>(_ type: ID.Type, number: UInt64) -> ID {
        let bytes = [UInt8](repeating: 0xa5, count: ID.byteCount - 8) + littleEndian(number).reversed()
        guard let id = try? ID(bytes) else { preconditionFailure("an ID of \(ID.byteCount) bytes") }
        return id
    }
}

extension [UInt64] {
    fileprivate var sum: UInt64 { reduce(0, &+) }
}
