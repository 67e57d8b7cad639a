public import DAPMessages
import MetricCatalog

/// One or several whole windows of a metric that are collected as one batch. Windows are counted from the POSIX epoch.
public struct TimeWindow: Hashable, Sendable {
    /// The number of the first window; window 0 begins at the epoch.
    public let first: UInt64
    /// How many windows, at least 1.
    public let count: UInt64
    /// The length of one window in seconds, at least 1.
    public let precision: UInt64

    /// - Returns: nil if the windows do not end within the range of 64-bit seconds, or if there are none.
    public init?(first: UInt64, count: UInt64 = 1, precision: UInt64) {
        let (end, isTooLate) = first.addingReportingOverflow(count)
        guard count > 0, precision > 0, !isTooLate, !end.multipliedReportingOverflow(by: precision).overflow else {
            return nil
        }
        self.first = first
        self.count = count
        self.precision = precision
    }

    /// The first second.
    public var start: UInt64 { first * precision }
    /// The first second after it.
    public var end: UInt64 { (first + count) * precision }
    /// As the collector asks for it.
    public var interval: Interval { Interval(start: Time(first), duration: Duration(count)) }

    /// `2026-03-01T00:00:00Z to 2026-03-02T00:00:00Z`.
    public var text: String { "\(Timestamp(posixSeconds: start)) to \(Timestamp(posixSeconds: end))" }

    /// Whether all of `other` is in it.
    public func contains(_ other: TimeWindow) -> Bool { start <= other.start && other.end <= end }

    /// Whether there is a second in both.
    public func overlaps(_ other: TimeWindow) -> Bool { start < other.end && other.start < end }
}
