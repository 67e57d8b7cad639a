/// The errors with which a DAP server fails a request (DAP §3.6, taskprov §2), by the token that ends their URN in a
/// problem document (RFC 9457).
public enum ProblemType: String, Error, Sendable, CaseIterable {
    /// A message could not be parsed or was invalid otherwise.
    case invalidMessage
    /// The task ID is unknown.
    case unrecognizedTask
    /// The aggregation job ID is unknown.
    case unrecognizedAggregationJob
    /// The query does not select batch buckets that can be collected.
    case batchInvalid
    /// The batch has too few reports.
    case invalidBatchSize
    /// The aggregation parameter is invalid.
    case invalidAggregationParameter
    /// The aggregators disagree on the reports of the batch.
    case batchMismatch
    /// The aggregators disagree on the step of an aggregation job.
    case stepMismatch
    /// The query includes reports that have been collected.
    case batchOverlap
    /// An extension list includes an unknown extension.
    case unsupportedExtension
    /// An extension list is out of order, or an extension's data are invalid.
    case invalidExtension
    /// The aggregator has opted out of the task.
    case invalidTask

    private static let namespace = "urn:ietf:params:ppm:dap:error:"

    /// The `type` member of a problem document.
    public var urn: String { Self.namespace + rawValue }

    /// The error whose URN is `urn`; `nil` if it is none of DAP's.
    public init?(urn: String) {
        guard urn.hasPrefix(Self.namespace) else { return nil }
        self.init(rawValue: String(urn.dropFirst(Self.namespace.count)))
    }
}
