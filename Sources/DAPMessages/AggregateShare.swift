public import TLSCodec

/// Asks the helper for its aggregate share of a batch (DAP §4.6.4):
/// ```
/// struct {
///   CollectionJobReq collection_job_req;
///   BatchSelector batch_selector;
///   uint64 report_count;
///   opaque checksum[32];
/// } AggregateShareReq;
/// ```
public struct AggregateShareReq: Hashable, Sendable, TLSCodable {
    /// The collector's request.
    public let collectionJobReq: CollectionJobReq
    /// The batch that the leader chose.
    public let batchSelector: BatchSelector
    /// How many reports the leader's batch has.
    public let reportCount: UInt64
    /// Which reports these are.
    public let checksum: BatchChecksum

    /// - Parameters:
    ///   - collectionJobReq: the collector's request.
    ///   - batchSelector: the batch that the leader chose.
    ///   - reportCount: how many reports the leader's batch has.
    ///   - checksum: which reports these are.
    public init(
        collectionJobReq: CollectionJobReq, batchSelector: BatchSelector, reportCount: UInt64, checksum: BatchChecksum
    ) {
        self.collectionJobReq = collectionJobReq
        self.batchSelector = batchSelector
        self.reportCount = reportCount
        self.checksum = checksum
    }

    /// Reads the four fields.
    public init(from reader: inout ByteReader) throws {
        collectionJobReq = try CollectionJobReq(from: &reader)
        batchSelector = try BatchSelector(from: &reader)
        reportCount = try reader.readUInt64("report_count")
        checksum = try BatchChecksum(from: &reader)
    }

    /// Writes the four fields.
    public func encode(to writer: inout ByteWriter) throws {
        try collectionJobReq.encode(to: &writer)
        try batchSelector.encode(to: &writer)
        writer.write(reportCount)
        checksum.encode(to: &writer)
    }
}

/// The helper's answer (DAP §4.6.4):
/// ```
/// struct {
///   HpkeCiphertext encrypted_aggregate_share;
/// } AggregateShare;
/// ```
public struct AggregateShare: Hashable, Sendable, TLSCodable {
    /// The helper's aggregate share, sealed to the collector.
    public let encryptedAggregateShare: HpkeCiphertext

    /// - Parameter encryptedAggregateShare: sealed to the collector.
    public init(encryptedAggregateShare: HpkeCiphertext) { self.encryptedAggregateShare = encryptedAggregateShare }

    /// Reads the share.
    public init(from reader: inout ByteReader) throws { encryptedAggregateShare = try HpkeCiphertext(from: &reader) }

    /// Writes the share.
    public func encode(to writer: inout ByteWriter) throws { try encryptedAggregateShare.encode(to: &writer) }
}

/// What an aggregate share is bound to when it is sealed (DAP §4.6.7):
/// ```
/// struct {
///   TaskID task_id;
///   TaskConfiguration task_configuration;
///   CollectionJobReq collection_job_req;
/// } AggregateShareAad;
/// ```
public struct AggregateShareAad: Hashable, Sendable, TLSEncodable {
    /// The task.
    public let taskID: TaskID
    /// The `TaskConfiguration` as the task's participants encode it, once per task.
    public let encodedTaskConfiguration: [UInt8]
    /// The collector's request.
    public let collectionJobReq: CollectionJobReq

    /// - Parameters:
    ///   - taskID: the task.
    ///   - encodedTaskConfiguration: the task's configuration as it is encoded.
    ///   - collectionJobReq: the collector's request.
    public init(taskID: TaskID, encodedTaskConfiguration: [UInt8], collectionJobReq: CollectionJobReq) {
        self.taskID = taskID
        self.encodedTaskConfiguration = encodedTaskConfiguration
        self.collectionJobReq = collectionJobReq
    }

    /// Writes the three fields.
    public func encode(to writer: inout ByteWriter) throws {
        taskID.encode(to: &writer)
        writer.write(encodedTaskConfiguration)
        try collectionJobReq.encode(to: &writer)
    }
}
