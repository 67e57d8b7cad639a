import DAPMessages

extension Query {
    /// Reads a query of the test API: `type`, the batch mode's number, and for an interval `batch_interval_start` and
    /// `batch_interval_duration` in seconds.
    ///
    /// - Throws: `RequestFlaw`, also when the times are no multiples of the task's precision, or the query is not of the
    ///   task's batch mode.
    init(_ object: RequestFields, of task: TaskDescription) throws(RequestFlaw) {
        let field = object.optional("type") == nil && object.optional("batch_mode") != nil ? "batch_mode" : "type"
        guard BatchMode(rawValue: try object.number(field, as: UInt8.self)) == task.batchMode else {
            throw RequestFlaw("the query's \"\(field)\" must be the task's \"batch_mode\"")
        }
        switch task.batchMode {
        case .leaderSelected:
            self = .leaderSelected
        case .timeInterval:
            let precision = task.configuration.timePrecision.seconds
            let start = try object.number("batch_interval_start")
            let duration = try object.number("batch_interval_duration")
            guard start.isMultiple(of: precision), duration.isMultiple(of: precision) else {
                throw RequestFlaw("the batch interval must begin and end at multiples of \"time_precision\"")
            }
            self = .timeInterval(
                TimeIntervalQueryConfig(
                    batchInterval: Interval(start: Time(start / precision), duration: Duration(duration / precision))))
        }
    }
}
