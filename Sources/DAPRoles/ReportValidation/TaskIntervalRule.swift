package import DAPMessages

/// A report's time lies within the task's `task_interval`, if it has one (DAP §4.2.3, §4.5.3.4).
package enum TaskIntervalRule {
    /// `task_not_started`, `task_expired`, or nil when the time is acceptable.
    package static func check(_ time: Time, taskInterval: Interval?) -> ReportError? {
        guard let taskInterval, !taskInterval.contains(time) else { return nil }
        return time < taskInterval.start ? .taskNotStarted : .taskExpired
    }
}
