import TLSCodec

/// The messages that travel as HTTP content, by the `message` parameter of `application/ppm-dap` (DAP §9.1).
public enum MediaType: String, Sendable, CaseIterable {
    /// `HpkeConfigList`.
    case hpkeConfigList = "hpke-config-list"
    /// `UploadRequest`.
    case uploadReq = "upload-req"
    /// `UploadErrors`.
    case uploadErrors = "upload-errors"
    /// `AggregationJobInitReq`.
    case aggregationJobInitReq = "aggregation-job-init-req"
    /// `AggregationJobResp`.
    case aggregationJobResp = "aggregation-job-resp"
    /// `AggregationJobContinueReq`.
    case aggregationJobContinueReq = "aggregation-job-continue-req"
    /// `AggregateShareReq`.
    case aggregateShareReq = "aggregate-share-req"
    /// `AggregateShare`.
    case aggregateShare = "aggregate-share"
    /// `CollectionJobReq`.
    case collectionJobReq = "collection-job-req"
    /// `CollectionJobResp`.
    case collectionJobResp = "collection-job-resp"

    /// The value of the `Content-Type` field.
    public var contentType: String { "application/ppm-dap;message=\(rawValue)" }

    /// The message that a `Content-Type` field announces. Further parameters are ignored.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if the field is malformed, is not `application/ppm-dap`, or does not name
    ///   exactly one known message.
    public init(contentType: String) throws {
        let parsed = try ContentType(parsing: contentType)
        guard parsed.type == "application", parsed.subtype == "ppm-dap" else {
            throw CodecError(.invalidValue, "Content-Type")
        }
        let messages = parsed.parameters.filter { $0.name == "message" }
        guard messages.count == 1, let message = messages.first, let known = MediaType(rawValue: message.value) else {
            throw CodecError(.invalidValue, "Content-Type: message")
        }
        self = known
    }
}
