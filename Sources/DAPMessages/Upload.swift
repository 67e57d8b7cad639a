public import TLSCodec

/// Reports on their way to the leader (DAP §4.4.2):
/// ```
/// struct {
///   Report reports[message_length];
/// } UploadRequest;
/// ```
/// There is no length prefix: the reports run to the end of the body.
public struct UploadRequest: Hashable, Sendable, TLSCodable {
    /// The reports, perhaps none.
    public let reports: [Report]

    /// An upload of the given reports.
    public init(reports: [Report]) { self.reports = reports }

    /// Reads reports to the reader's end.
    public init(from reader: inout ByteReader) throws { reports = try reader.readVectorToEnd(of: Report.self) }

    /// Writes the reports one after the other.
    public func encode(to writer: inout ByteWriter) throws { try writer.writeVectorToEnd(reports) }
}

/// A report that the leader did not accept, and why (DAP §4.4.2):
/// ```
/// struct {
///   ReportID id;
///   ReportError error;
/// } ReportUploadStatus;
/// ```
public struct ReportUploadStatus: Hashable, Sendable, TLSCodable {
    /// The report.
    public let id: ReportID
    /// Why it was not accepted.
    public let error: ReportError

    /// - Parameters:
    ///   - id: the report.
    ///   - error: why it was not accepted.
    public init(id: ReportID, error: ReportError) {
        self.id = id
        self.error = error
    }

    /// Reads the two fields.
    public init(from reader: inout ByteReader) throws {
        id = try ReportID(from: &reader)
        error = try ReportError(from: &reader)
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) {
        id.encode(to: &writer)
        error.encode(to: &writer)
    }
}

/// The leader's answer to an upload of which it did not accept everything (DAP §4.4.2):
/// ```
/// struct {
///   ReportUploadStatus status[message_length];
/// } UploadErrors;
/// ```
/// There is no length prefix. The order is that of the upload; accepted reports are left out, so that an empty body
/// says that all were accepted.
public struct UploadErrors: Hashable, Sendable, TLSCodable {
    /// The reports that were not accepted, in the upload's order.
    public let statuses: [ReportUploadStatus]

    /// - Parameter statuses: in the upload's order.
    public init(statuses: [ReportUploadStatus]) { self.statuses = statuses }

    /// Reads statuses to the reader's end.
    public init(from reader: inout ByteReader) throws {
        statuses = try reader.readVectorToEnd(of: ReportUploadStatus.self)
    }

    /// Writes the statuses one after the other.
    public func encode(to writer: inout ByteWriter) throws { try writer.writeVectorToEnd(statuses) }
}
