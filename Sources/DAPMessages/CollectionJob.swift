public import TLSCodec

/// One extension of a collection job (DAP §4.6.2):
/// ```
/// struct {
///   CollectionJobExtensionType extension_type;
///   opaque extension_data<0..2^16-1>;
/// } CollectionJobExtension;
///
/// enum { reserved(0), (2^16-1) } CollectionJobExtensionType;
/// ```
/// DAP defines none.
public struct CollectionJobExtension: TypedExtension {
    /// The code point.
    public let extensionType: UInt16
    /// At most 65,535 bytes.
    public let extensionData: [UInt8]

    /// - Parameters:
    ///   - extensionType: the code point.
    ///   - extensionData: at most 65,535 bytes.
    public init(extensionType: UInt16, extensionData: [UInt8]) {
        self.extensionType = extensionType
        self.extensionData = extensionData
    }
}

/// Asks the leader for the aggregate of a batch (DAP §4.6.1):
/// ```
/// struct {
///   Query query;
///   opaque agg_param<0..2^32-1>;
///   CollectionJobExtension extensions<0..2^16-1>;
/// } CollectionJobReq;
/// ```
/// The extensions decode in any order, since their disorder has an error of its own (`invalidExtension`).
public struct CollectionJobReq: Hashable, Sendable, TLSCodable {
    /// What is asked for.
    public let query: Query
    /// The VDAF's aggregation parameter; empty for Prio3.
    public let aggregationParameter: [UInt8]
    /// The job's extensions.
    public let extensions: [CollectionJobExtension]

    /// - Parameters:
    ///   - query: what is asked for.
    ///   - aggregationParameter: at most 2³²−1 bytes.
    ///   - extensions: at most 65,535 bytes when encoded.
    public init(query: Query, aggregationParameter: [UInt8] = [], extensions: [CollectionJobExtension] = []) {
        self.query = query
        self.aggregationParameter = aggregationParameter
        self.extensions = extensions
    }

    /// Reads the three fields.
    public init(from reader: inout ByteReader) throws {
        query = try Query(from: &reader)
        aggregationParameter = try reader.readOpaque32("agg_param")
        extensions = try reader.readVector16("extensions", of: CollectionJobExtension.self)
    }

    /// Writes the three fields.
    public func encode(to writer: inout ByteWriter) throws {
        try query.encode(to: &writer)
        try writer.writeOpaque32(aggregationParameter, "agg_param")
        try writer.writeVector16(extensions, "extensions")
    }
}

/// The leader's answer to a collection job (DAP §4.6.1):
/// ```
/// struct {
///   uint64 report_count;
///   Interval interval;
///   HpkeCiphertext leader_encrypted_agg_share;
///   HpkeCiphertext helper_encrypted_agg_share;
/// } CollectionJobResp;
/// ```
public struct CollectionJobResp: Hashable, Sendable, TLSCodable {
    /// How many reports the batch has.
    public let reportCount: UInt64
    /// The smallest interval that contains the times of the batch's reports.
    public let interval: Interval
    /// The leader's aggregate share, sealed to the collector.
    public let leaderEncryptedAggregateShare: HpkeCiphertext
    /// The helper's aggregate share, sealed to the collector.
    public let helperEncryptedAggregateShare: HpkeCiphertext

    /// - Parameters:
    ///   - reportCount: how many reports the batch has.
    ///   - interval: the smallest interval that contains their times.
    ///   - leaderEncryptedAggregateShare: sealed to the collector.
    ///   - helperEncryptedAggregateShare: sealed to the collector.
    public init(
        reportCount: UInt64, interval: Interval, leaderEncryptedAggregateShare: HpkeCiphertext,
        helperEncryptedAggregateShare: HpkeCiphertext
    ) {
        self.reportCount = reportCount
        self.interval = interval
        self.leaderEncryptedAggregateShare = leaderEncryptedAggregateShare
        self.helperEncryptedAggregateShare = helperEncryptedAggregateShare
    }

    /// Reads the four fields.
    public init(from reader: inout ByteReader) throws {
        reportCount = try reader.readUInt64("report_count")
        interval = try Interval(from: &reader)
        leaderEncryptedAggregateShare = try HpkeCiphertext(from: &reader)
        helperEncryptedAggregateShare = try HpkeCiphertext(from: &reader)
    }

    /// Writes the four fields.
    public func encode(to writer: inout ByteWriter) throws {
        writer.write(reportCount)
        interval.encode(to: &writer)
        try leaderEncryptedAggregateShare.encode(to: &writer)
        try helperEncryptedAggregateShare.encode(to: &writer)
    }
}
