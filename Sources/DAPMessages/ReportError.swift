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
public enum ReportError: UInt8, Error, Sendable, CaseIterable, TLSCodable {
    /// The report's batch bucket has been collected.
    case batchCollected = 1
    /// The report has been seen before.
    case reportReplayed = 2
    /// The report is outside the task interval at upload, or too old to be checked.
    case reportDropped = 3
    /// Registered, but no rule of DAP gives it: an unknown HPKE configuration is `hpkeDecryptError` in aggregation and
    /// `outdatedConfig` at upload.
    case hpkeUnknownConfigID = 4
    /// The input share cannot be opened.
    case hpkeDecryptError = 5
    /// The VDAF rejects the report.
    case vdafVerifyError = 6
    /// The report is after the task interval.
    case taskExpired = 7
    /// The input share cannot be decoded, or the report's extensions are not acceptable.
    case invalidMessage = 8
    /// The report is from the future. The one error after which a report may be aggregated later.
    case reportTooEarly = 9
    /// The report is before the task interval.
    case taskNotStarted = 10
    /// The leader does not know the HPKE configuration: fetch it again and upload a fresh report.
    case outdatedConfig = 11
}
