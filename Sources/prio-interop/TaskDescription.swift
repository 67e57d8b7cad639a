import DAPMessages
import VDAF

/// A task as the test API describes it to each of its four parties. All of them put the same configuration together, as
/// every envelope authenticates it (DAP §4.4.2, §4.6.7).
struct TaskDescription: Equatable {
    /// The test API has no field for it; deployed parties all use this one.
    private static let taskInfo = Array("task-info".utf8)

    /// The caller's; it does not follow from the configuration.
    let id: TaskID
    let batchMode: BatchMode
    let parameters: Prio3Parameters
    let configuration: TaskConfiguration

    /// Reads `task_id`, `leader`, `helper`, `vdaf`, `time_precision` (seconds), `min_batch_size`, `batch_mode` and, in
    /// seconds since the Epoch, `task_start` and `task_end`.
    ///
    /// - Throws: `RequestFlaw`.
    init(_ fields: RequestFields) throws(RequestFlaw) {
        guard let id = try? TaskID(fields.bytes("task_id")) else {
            throw RequestFlaw("\"task_id\" must be \(TaskID.byteCount) bytes in base64url without padding")
        }
        guard let precision = try? TimePrecision(seconds: fields.number("time_precision")) else {
            throw RequestFlaw("\"time_precision\" must be a number of seconds above zero")
        }
        guard let batchMode = BatchMode(rawValue: try fields.number("batch_mode", as: UInt8.self)) else {
            throw RequestFlaw("\"batch_mode\" must be 1 (time interval) or 2 (leader selected)")
        }
        self.id = id
        self.batchMode = batchMode
        parameters = try Prio3Parameters(fields.object("vdaf"))
        configuration = TaskConfiguration(
            taskInfo: Self.taskInfo, leaderAggregatorEndpoint: try Self.url(fields, "leader"),
            helperAggregatorEndpoint: try Self.url(fields, "helper"), timePrecision: precision,
            minBatchSize: try fields.number("min_batch_size"), batchMode: batchMode, parameters: parameters,
            extensions: try Self.taskInterval(fields, precision: precision).map { [.taskInterval($0)] } ?? [])
    }

    private static func url(_ fields: RequestFields, _ name: String) throws(RequestFlaw) -> Url {
        guard let url = try? Url(fields.text(name)), ["http://", "https://"].contains(where: url.description.hasPrefix)
        else { throw RequestFlaw("\"\(name)\" must be an absolute URL") }
        return url
    }

    /// From the unit of time that contains the start up to, without it, the one that contains the end.
    private static func taskInterval(
        _ fields: RequestFields, precision: TimePrecision
    ) throws(RequestFlaw) -> Interval? {
        let (start, end) = (try fields.optionalNumber("task_start"), try fields.optionalNumber("task_end"))
        guard start != nil || end != nil else { return nil }
        guard let start, let end, start < end else {
            throw RequestFlaw("\"task_end\" must be later than \"task_start\", and neither comes alone")
        }
        let first = Time(posixSeconds: start, precision: precision)
        let duration = Time(posixSeconds: end, precision: precision).value - first.value
        return Interval(start: first, duration: Duration(duration))
    }
}
