public import TLSCodec

/// One aggregator's part of a report (DAP §4.5.3.1):
/// ```
/// struct {
///   ReportMetadata report_metadata;
///   opaque public_share<0..2^32-1>;
///   HpkeCiphertext encrypted_input_share;
/// } ReportShare;
/// ```
public struct ReportShare: Hashable, Sendable, TLSCodable {
    /// The report's metadata.
    public let metadata: ReportMetadata
    /// The report's public share.
    public let publicShare: [UInt8]
    /// A `PlaintextInputShare`, sealed to the helper.
    public let encryptedInputShare: HpkeCiphertext

    /// - Parameters:
    ///   - metadata: the report's metadata.
    ///   - publicShare: at most 2³²−1 bytes.
    ///   - encryptedInputShare: sealed to the helper.
    public init(metadata: ReportMetadata, publicShare: [UInt8], encryptedInputShare: HpkeCiphertext) {
        self.metadata = metadata
        self.publicShare = publicShare
        self.encryptedInputShare = encryptedInputShare
    }

    /// Reads the three fields.
    public init(from reader: inout ByteReader) throws {
        metadata = try ReportMetadata(from: &reader)
        publicShare = try reader.readOpaque32("public_share")
        encryptedInputShare = try HpkeCiphertext(from: &reader)
    }

    /// Writes the three fields.
    public func encode(to writer: inout ByteWriter) throws {
        try metadata.encode(to: &writer)
        try writer.writeOpaque32(publicShare, "public_share")
        try encryptedInputShare.encode(to: &writer)
    }
}

/// A report's first message to the helper (DAP §4.5.3.1):
/// ```
/// struct {
///   ReportShare report_share;
///   opaque payload<1..2^32-1>;
/// } VerifyInit;
/// ```
public struct VerifyInit: Hashable, Sendable, TLSCodable {
    /// The helper's part of the report.
    public let reportShare: ReportShare
    /// The leader's ping-pong message (VDAF §5.7), at least 1 byte.
    public let payload: [UInt8]

    /// - Parameters:
    ///   - reportShare: the helper's part of the report.
    ///   - payload: the leader's ping-pong message, at least 1 byte.
    public init(reportShare: ReportShare, payload: [UInt8]) {
        self.reportShare = reportShare
        self.payload = payload
    }

    /// Reads the two fields.
    public init(from reader: inout ByteReader) throws {
        reportShare = try ReportShare(from: &reader)
        payload = try reader.readOpaque32("payload", in: 1...0xffff_ffff)
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) throws {
        try reportShare.encode(to: &writer)
        try writer.writeOpaque32(payload, "payload", in: 1...0xffff_ffff)
    }
}

/// A report's further message to the helper (DAP §4.5.4.1):
/// ```
/// struct {
///   ReportID report_id;
///   opaque payload<1..2^32-1>;
/// } VerifyContinue;
/// ```
public struct VerifyContinue: Hashable, Sendable, TLSCodable {
    /// The report.
    public let reportID: ReportID
    /// The leader's ping-pong message (VDAF §5.7), at least 1 byte.
    public let payload: [UInt8]

    /// - Parameters:
    ///   - reportID: the report.
    ///   - payload: the leader's ping-pong message, at least 1 byte.
    public init(reportID: ReportID, payload: [UInt8]) {
        self.reportID = reportID
        self.payload = payload
    }

    /// Reads the two fields.
    public init(from reader: inout ByteReader) throws {
        reportID = try ReportID(from: &reader)
        payload = try reader.readOpaque32("payload", in: 1...0xffff_ffff)
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) throws {
        reportID.encode(to: &writer)
        try writer.writeOpaque32(payload, "payload", in: 1...0xffff_ffff)
    }
}

/// The helper's answer for one report (DAP §4.5.3.2):
/// ```
/// enum { continue(0), finish(1), reject(2), (255) } VerifyRespType;
///
/// struct {
///   ReportID report_id;
///   VerifyRespType verify_resp_type;
///   select (VerifyResp.verify_resp_type) {
///     case continue: opaque payload<1..2^32-1>;
///     case finish:   Empty;
///     case reject:   ReportError report_error;
///   };
/// } VerifyResp;
/// ```
public struct VerifyResp: Hashable, Sendable, TLSCodable {
    /// `verify_resp_type` with the fields that it selects.
    public enum Outcome: Hashable, Sendable {
        /// Carries the helper's ping-pong message (VDAF §5.7), at least 1 byte.
        case `continue`(payload: [UInt8])
        /// The helper has committed its output share and has nothing more to say.
        case finish
        /// The helper refuses the report.
        case reject(ReportError)
    }

    /// The report.
    public let reportID: ReportID
    /// What the helper says of it.
    public let outcome: Outcome

    /// - Parameters:
    ///   - reportID: the report.
    ///   - outcome: what the helper says of it.
    public init(reportID: ReportID, outcome: Outcome) {
        self.reportID = reportID
        self.outcome = outcome
    }

    /// Reads the report ID, the type and what it selects.
    public init(from reader: inout ByteReader) throws {
        reportID = try ReportID(from: &reader)
        switch try VerifyRespType(from: &reader) {
        case .continue: outcome = .continue(payload: try reader.readOpaque32("payload", in: 1...0xffff_ffff))
        case .finish: outcome = .finish
        case .reject: outcome = .reject(try ReportError(from: &reader))
        }
    }

    /// Writes the report ID, the type and what it selects.
    public func encode(to writer: inout ByteWriter) throws {
        reportID.encode(to: &writer)
        switch outcome {
        case .continue(let payload):
            VerifyRespType.continue.encode(to: &writer)
            try writer.writeOpaque32(payload, "payload", in: 1...0xffff_ffff)
        case .finish:
            VerifyRespType.finish.encode(to: &writer)
        case .reject(let error):
            VerifyRespType.reject.encode(to: &writer)
            error.encode(to: &writer)
        }
    }
}

private enum VerifyRespType: UInt8, TLSCodable {
    case `continue` = 0
    case finish = 1
    case reject = 2
}
