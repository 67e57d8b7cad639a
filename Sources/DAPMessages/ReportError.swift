public import TLSCodec

/// Why one report was refused, in an upload or in an aggregation job (DAP §4.1):
/// ```
/// enum {
///   reserved(0), batch_collected(1), report_replayed(2), report_dropped(3),
///   hpke_unknown_config_id(4), hpke_decrypt_error(5), vdaf_verify_error(6),
///   task_expired(7), invalid_message(8), report_too_early(9),
///   task_not_started(10), outdated_config(11), (255)
/// } ReportError;
/// ```
/// The registry is open: a code that has no name here decodes, and refuses its report as any other does.
public struct ReportError: RawRepresentable, Error, Hashable, Sendable, CaseIterable, TLSCodable {
    /// The code.
    public let rawValue: UInt8

    /// The error of a code, whether it has a name here or not.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The report's batch bucket has been collected.
    public static let batchCollected = ReportError(rawValue: 1)
    /// The report has been seen before.
    public static let reportReplayed = ReportError(rawValue: 2)
    /// The report is outside the task interval at upload, or too old to be checked.
    public static let reportDropped = ReportError(rawValue: 3)
    /// Registered, but no rule of DAP gives it: an unknown HPKE configuration is `hpkeDecryptError` in aggregation and
    /// `outdatedConfig` at upload.
    public static let hpkeUnknownConfigID = ReportError(rawValue: 4)
    /// The input share cannot be opened.
    public static let hpkeDecryptError = ReportError(rawValue: 5)
    /// The VDAF rejects the report.
    public static let vdafVerifyError = ReportError(rawValue: 6)
    /// The report is after the task interval.
    public static let taskExpired = ReportError(rawValue: 7)
    /// The input share cannot be decoded, or the report's extensions are not acceptable.
    public static let invalidMessage = ReportError(rawValue: 8)
    /// The report is from the future. The one error after which a report may be aggregated later.
    public static let reportTooEarly = ReportError(rawValue: 9)
    /// The report is before the task interval.
    public static let taskNotStarted = ReportError(rawValue: 10)
    /// The leader does not know the HPKE configuration: fetch it again and upload a fresh report.
    public static let outdatedConfig = ReportError(rawValue: 11)

    /// Those with a name, in the order of their codes.
    public static let allCases: [ReportError] = [
        .batchCollected, .reportReplayed, .reportDropped, .hpkeUnknownConfigID, .hpkeDecryptError, .vdafVerifyError,
        .taskExpired, .invalidMessage, .reportTooEarly, .taskNotStarted, .outdatedConfig,
    ]
}

extension ReportError: CustomStringConvertible {
    /// The registered name in camel case, or the number.
    public var description: String {
        switch self {
        case .batchCollected: "batchCollected"
        case .reportReplayed: "reportReplayed"
        case .reportDropped: "reportDropped"
        case .hpkeUnknownConfigID: "hpkeUnknownConfigID"
        case .hpkeDecryptError: "hpkeDecryptError"
        case .vdafVerifyError: "vdafVerifyError"
        case .taskExpired: "taskExpired"
        case .invalidMessage: "invalidMessage"
        case .reportTooEarly: "reportTooEarly"
        case .taskNotStarted: "taskNotStarted"
        case .outdatedConfig: "outdatedConfig"
        default: "report error \(rawValue)"
        }
    }
}
