public import TLSCodec

/// What a client seals to one aggregator (DAP §4.4.2):
/// ```
/// struct {
///   Extension private_extensions<0..2^16-1>;
///   opaque payload<1..2^32-1>;
/// } PlaintextInputShare;
/// ```
/// Secret: it describes itself as redacted. The extensions decode in any order: disorder is this report's error.
public struct PlaintextInputShare: Equatable, Sendable, TLSCodable {
    /// The extensions that only this aggregator sees.
    public let privateExtensions: [Extension]
    /// The VDAF's input share, at least 1 byte.
    public let payload: [UInt8]

    /// - Parameters:
    ///   - privateExtensions: at most 65,535 bytes when encoded.
    ///   - payload: the VDAF's input share, at least 1 byte.
    public init(privateExtensions: [Extension] = [], payload: [UInt8]) {
        self.privateExtensions = privateExtensions
        self.payload = payload
    }

    /// Reads the two fields.
    public init(from reader: inout ByteReader) throws {
        privateExtensions = try reader.readVector16("private_extensions", of: Extension.self)
        payload = try reader.readOpaque32("payload", in: 1...0xffff_ffff)
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) throws {
        try writer.writeVector16(privateExtensions, "private_extensions")
        try writer.writeOpaque32(payload, "payload", in: 1...0xffff_ffff)
    }
}

extension PlaintextInputShare: CustomStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }

    /// Shows `<redacted>` in place of the fields.
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: CollectionOfOne("<redacted>")) }
}

/// What an input share is bound to when it is sealed (DAP §4.4.2):
/// ```
/// struct {
///   TaskID task_id;
///   TaskConfiguration task_configuration;
///   ReportMetadata report_metadata;
///   opaque public_share<0..2^32-1>;
/// } InputShareAad;
/// ```
public struct InputShareAad: Hashable, Sendable, TLSEncodable {
    /// The report's task.
    public let taskID: TaskID
    /// The `TaskConfiguration` as the task's participants encode it, once per task.
    public let encodedTaskConfiguration: [UInt8]
    /// The report's metadata.
    public let reportMetadata: ReportMetadata
    /// The report's public share.
    public let publicShare: [UInt8]

    /// - Parameters:
    ///   - taskID: the report's task.
    ///   - encodedTaskConfiguration: the task's configuration as it is encoded.
    ///   - reportMetadata: the report's metadata.
    ///   - publicShare: at most 2³²−1 bytes.
    public init(
        taskID: TaskID, encodedTaskConfiguration: [UInt8], reportMetadata: ReportMetadata, publicShare: [UInt8]
    ) {
        self.taskID = taskID
        self.encodedTaskConfiguration = encodedTaskConfiguration
        self.reportMetadata = reportMetadata
        self.publicShare = publicShare
    }

    /// Writes the four fields.
    public func encode(to writer: inout ByteWriter) throws {
        taskID.encode(to: &writer)
        writer.write(encodedTaskConfiguration)
        try reportMetadata.encode(to: &writer)
        try writer.writeOpaque32(publicShare, "public_share")
    }
}
