import DAPMessages
import DAPRoles

/// How far a collection of the test API has come.
enum CollectionProgress: Sendable {
    case waiting
    case complete(CollectionResult, precision: TimePrecision)
    case failed(String)

    /// What `collection_poll` answers; times in seconds.
    ///
    /// - Throws: `RequestFlaw` for a failed one; `CodecError` when the interval does not fit 64 bits in seconds.
    func answer() throws -> TestAPI.Answer {
        switch self {
        case .waiting: return ["status": "in progress"]
        case .failed(let reason): throw RequestFlaw(reason)
        case .complete(let result, let precision):
            return [
                "status": "complete", "report_count": .number(result.reportCount),
                "interval_start": .number(try result.interval.start.posixSeconds(precision: precision)),
                "interval_duration": .number(try result.interval.duration.seconds(precision: precision)),
                "result": JSONValue(result.result),
            ]
        }
    }
}
