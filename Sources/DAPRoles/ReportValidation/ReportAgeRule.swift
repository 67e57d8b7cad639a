package import DAPMessages

/// A report is young enough that the store can tell whether it was seen and whether its batch was collected (DAP §4.5.3.4).
///
/// Stores forget what is older than the task's retention, and a store that was restored from a backup may have
/// forgotten what came before.
package enum ReportAgeRule {
    /// At upload a report has to be younger than in aggregation, by so many seconds or by a tenth of the retention if that
    /// is less: what the leader acknowledged is still young enough when its job reaches the helper.
    package static let uploadMargin: UInt64 = 86_400

    /// `report_dropped`, or nil when the age is acceptable.
    ///
    /// - Parameter blockedThrough: POSIX seconds up to which nothing can be told, if there are such.
    package static func check(
        _ time: Time, task: AggregatorTask, now: UInt64, isUpload: Bool, blockedThrough: UInt64?
    ) -> ReportError? {
        let allowed = isUpload ? uploadRetention(of: task) : task.reportRetention
        if time < expiry(task: task, retention: allowed, now: now) { return .reportDropped }
        return blockedThrough.map { isBlocked(time, task: task, through: $0) } == true ? .reportDropped : nil
    }

    /// How old, in seconds, what the leader still begins with may be.
    package static func uploadRetention(of task: AggregatorTask) -> UInt64 {
        task.reportRetention - min(uploadMargin, task.reportRetention / 10)
    }

    /// The first unit of time that has not expired: those before it ended longer ago than the retention.
    package static func expiry(task: AggregatorTask, retention: UInt64? = nil, now: UInt64) -> Time {
        let retention = retention ?? task.reportRetention
        return Time(posixSeconds: now - min(now, retention), precision: task.configuration.timePrecision)
    }

    /// Whether a unit of time began at or before the given POSIX second.
    package static func isBlocked(_ time: Time, task: AggregatorTask, through second: UInt64) -> Bool {
        time <= Time(posixSeconds: second, precision: task.configuration.timePrecision)
    }
}
