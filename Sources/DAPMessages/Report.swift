public import TLSCodec

/// One extension of a report, public or private (DAP §4.4.3):
/// ```
/// struct {
///   ExtensionType extension_type;
///   opaque extension_data<0..2^16-1>;
/// } Extension;
///
/// enum { reserved(0), (2^16-1) } ExtensionType;
/// ```
/// DAP defines none, and a report with one that an aggregator does not know is not valid.
public struct Extension: TypedExtension {
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

/// What everybody may know of a report (DAP §4.4.2):
/// ```
/// struct {
///   ReportID report_id;
///   Time time;
///   Extension public_extensions<0..2^16-1>;
/// } ReportMetadata;
/// ```
/// The extensions decode in any order: disorder is this report's error, not the message's.
public struct ReportMetadata: Hashable, Sendable, TLSCodable {
    /// Sixteen random bytes of the client's, the VDAF's nonce.
    public let reportID: ReportID
    /// When the report was made.
    public let time: Time
    /// The extensions that both aggregators see.
    public let publicExtensions: [Extension]

    /// - Parameters:
    ///   - reportID: random.
    ///   - time: when the report was made.
    ///   - publicExtensions: at most 65,535 bytes when encoded.
    public init(reportID: ReportID, time: Time, publicExtensions: [Extension] = []) {
        self.reportID = reportID
        self.time = time
        self.publicExtensions = publicExtensions
    }

    /// Reads the three fields.
    public init(from reader: inout ByteReader) throws {
        reportID = try ReportID(from: &reader)
        time = try Time(from: &reader)
        publicExtensions = try reader.readVector16("public_extensions", of: Extension.self)
    }

    /// Writes the three fields.
    public func encode(to writer: inout ByteWriter) throws {
        reportID.encode(to: &writer)
        time.encode(to: &writer)
        try writer.writeVector16(publicExtensions, "public_extensions")
    }
}

/// A measurement, shared between the two aggregators (DAP §4.4.2):
/// ```
/// struct {
///   ReportMetadata report_metadata;
///   opaque public_share<0..2^32-1>;
///   HpkeCiphertext leader_encrypted_input_share;
///   HpkeCiphertext helper_encrypted_input_share;
/// } Report;
/// ```
public struct Report: Hashable, Sendable, TLSCodable {
    /// What everybody may know of the report.
    public let metadata: ReportMetadata
    /// The VDAF's public share; empty for some VDAFs.
    public let publicShare: [UInt8]
    /// A `PlaintextInputShare`, sealed to the leader.
    public let leaderEncryptedInputShare: HpkeCiphertext
    /// A `PlaintextInputShare`, sealed to the helper.
    public let helperEncryptedInputShare: HpkeCiphertext

    /// - Parameters:
    ///   - metadata: the report's metadata.
    ///   - publicShare: at most 2³²−1 bytes.
    ///   - leaderEncryptedInputShare: sealed to the leader.
    ///   - helperEncryptedInputShare: sealed to the helper.
    public init(
        metadata: ReportMetadata, publicShare: [UInt8], leaderEncryptedInputShare: HpkeCiphertext,
        helperEncryptedInputShare: HpkeCiphertext
    ) {
        self.metadata = metadata
        self.publicShare = publicShare
        self.leaderEncryptedInputShare = leaderEncryptedInputShare
        self.helperEncryptedInputShare = helperEncryptedInputShare
    }

    /// Reads the four fields.
    public init(from reader: inout ByteReader) throws {
        metadata = try ReportMetadata(from: &reader)
        publicShare = try reader.readOpaque32("public_share")
        leaderEncryptedInputShare = try HpkeCiphertext(from: &reader)
        helperEncryptedInputShare = try HpkeCiphertext(from: &reader)
    }

    /// Writes the four fields.
    public func encode(to writer: inout ByteWriter) throws {
        try metadata.encode(to: &writer)
        try writer.writeOpaque32(publicShare, "public_share")
        try leaderEncryptedInputShare.encode(to: &writer)
        try helperEncryptedInputShare.encode(to: &writer)
    }
}
