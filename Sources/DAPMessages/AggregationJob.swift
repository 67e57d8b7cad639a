public import TLSCodec

/// One extension of an aggregation job (DAP §4.5.1):
/// ```
/// struct {
///   AggregationJobExtensionType extension_type;
///   opaque extension_data<0..2^16-1>;
/// } AggregationJobExtension;
///
/// enum { reserved(0), leader_selected_batch_id(1), (2^16-1) } AggregationJobExtensionType;
/// ```
public struct AggregationJobExtension: TypedExtension {
    /// The code point of `leader_selected_batch_id`.
    public static let leaderSelectedBatchIDType: UInt16 = 1

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

    /// Says which batch the job's reports belong to (DAP §5.2.2); its data are the `BatchID`.
    public static func leaderSelectedBatchID(_ batchID: BatchID) -> AggregationJobExtension {
        AggregationJobExtension(extensionType: leaderSelectedBatchIDType, extensionData: batchID.bytes)
    }
}

/// Asks the helper to verify reports and to aggregate them (DAP §4.5.3.1):
/// ```
/// struct {
///   uint8 verification_key_id;
///   opaque agg_param<0..2^32-1>;
///   AggregationJobExtension extensions<0..2^16-1>;
///   VerifyInit verify_inits[verify_inits_length];
/// } AggregationJobInitReq;
/// ```
/// `verify_inits` has no length prefix: it runs to the end of the body. The extensions decode in any order, since the
/// helper answers `unsupportedExtension` before it minds their order.
public struct AggregationJobInitReq: Hashable, Sendable, TLSCodable {
    /// Which of the verification keys agreed on is used.
    public let verificationKeyID: UInt8
    /// The VDAF's aggregation parameter; empty for Prio3.
    public let aggregationParameter: [UInt8]
    /// The job's extensions.
    public let extensions: [AggregationJobExtension]
    /// The reports, in an order that the answer keeps.
    public let verifyInits: [VerifyInit]

    /// - Parameters:
    ///   - verificationKeyID: which of the verification keys agreed on is used.
    ///   - aggregationParameter: at most 2³²−1 bytes.
    ///   - extensions: at most 65,535 bytes when encoded.
    ///   - verifyInits: the reports.
    public init(
        verificationKeyID: UInt8, aggregationParameter: [UInt8] = [], extensions: [AggregationJobExtension] = [],
        verifyInits: [VerifyInit]
    ) {
        self.verificationKeyID = verificationKeyID
        self.aggregationParameter = aggregationParameter
        self.extensions = extensions
        self.verifyInits = verifyInits
    }

    /// Reads the four fields, the last to the reader's end.
    public init(from reader: inout ByteReader) throws {
        verificationKeyID = try reader.readUInt8("verification_key_id")
        aggregationParameter = try reader.readOpaque32("agg_param")
        extensions = try reader.readVector16("extensions", of: AggregationJobExtension.self)
        verifyInits = try reader.readVectorToEnd(of: VerifyInit.self)
    }

    /// Writes the four fields.
    public func encode(to writer: inout ByteWriter) throws {
        writer.write(verificationKeyID)
        try writer.writeOpaque32(aggregationParameter, "agg_param")
        try writer.writeVector16(extensions, "extensions")
        try writer.writeVectorToEnd(verifyInits)
    }

    /// The batch that the job's reports belong to, if the job names one by `leader_selected_batch_id`.
    ///
    /// - Throws: `CodecError` if the extension's data are not a batch ID.
    public func leaderSelectedBatchID() throws -> BatchID? {
        let type = AggregationJobExtension.leaderSelectedBatchIDType
        guard let found = extensions.first(where: { $0.extensionType == type }) else { return nil }
        return try BatchID(found.extensionData)
    }
}

/// Asks the helper to take the reports of a job a step further (DAP §4.5.4.1):
/// ```
/// struct {
///   uint16 step;
///   VerifyContinue verify_continues[verify_continues_length];
/// } AggregationJobContinueReq;
/// ```
/// `verify_continues` has no length prefix. Prio3 takes one round and never comes here.
public struct AggregationJobContinueReq: Hashable, Sendable, TLSCodable {
    /// The step that the leader has reached; never 0 in a valid request.
    public let step: UInt16
    /// The reports that are left, in the order of the request before.
    public let verifyContinues: [VerifyContinue]

    /// - Parameters:
    ///   - step: the step that the leader has reached.
    ///   - verifyContinues: the reports that are left.
    public init(step: UInt16, verifyContinues: [VerifyContinue]) {
        self.step = step
        self.verifyContinues = verifyContinues
    }

    /// Reads the two fields, the last to the reader's end.
    public init(from reader: inout ByteReader) throws {
        step = try reader.readUInt16("step")
        verifyContinues = try reader.readVectorToEnd(of: VerifyContinue.self)
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) throws {
        writer.write(step)
        try writer.writeVectorToEnd(verifyContinues)
    }
}

/// The helper's answer for every report of a job (DAP §4.5.3.2):
/// ```
/// struct {
///   VerifyResp verify_resps[message_length];
/// } AggregationJobResp;
/// ```
/// There is no length prefix.
public struct AggregationJobResp: Hashable, Sendable, TLSCodable {
    /// One per report, in the request's order.
    public let verifyResps: [VerifyResp]

    /// - Parameter verifyResps: one per report, in the request's order.
    public init(verifyResps: [VerifyResp]) { self.verifyResps = verifyResps }

    /// Reads answers to the reader's end.
    public init(from reader: inout ByteReader) throws {
        verifyResps = try reader.readVectorToEnd(of: VerifyResp.self)
    }

    /// Writes the answers one after the other.
    public func encode(to writer: inout ByteWriter) throws { try writer.writeVectorToEnd(verifyResps) }
}
