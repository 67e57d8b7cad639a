package import DAPMessages

/// A report's time lies at most a few minutes ahead of the clock (DAP §4.4.2, §4.5.2.4).
package enum ReportTimeRule {
    /// How far a report may be ahead of the leader's clock at upload, in seconds.
    package static let uploadSkew: UInt64 = 180
    /// How far a report may be ahead of the helper's clock in aggregation, in seconds. More than at upload: what the leader
    /// acknowledged, the helper still accepts when its clock is two minutes behind.
    package static let aggregationSkew: UInt64 = 300

    /// `report_too_early`, or nil when the time is acceptable.
    package static func check(
        _ time: Time, precision: TimePrecision, now: UInt64, allowedSkew: UInt64
    ) -> ReportError? {
        // The start of the unit is compared: the report may be from any moment in it.
        guard let start = try? time.posixSeconds(precision: precision), start <= now || start - now <= allowedSkew
        else { return .reportTooEarly }
        return nil
    }
}
