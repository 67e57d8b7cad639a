import DAPMessages

/// A stretch of time as its rows have it: `start` belongs to it, `end` does not.
///
/// Intervals come from outside and may reach beyond SQLite's integers. The last unit of time there, which is no report's,
/// stands for all that are beyond, so an interval that is cut off still overlaps what it overlapped.
struct StoredInterval: Hashable {
    /// The first time that no report may have.
    static let beyond = Int64.max - 1

    let start: Int64
    let end: Int64

    init(_ interval: Interval) {
        let (end, overflow) = interval.start.value.addingReportingOverflow(interval.duration.value)
        start = min(Int64(clamping: interval.start.value), Self.beyond)
        self.end = interval.duration.value == 0 ? start : overflow ? .max : Int64(clamping: end)
    }

    /// The one unit of time at `time`, which has been checked by `stored`.
    init(bucket time: Int64) {
        start = time
        end = time + 1
    }

    var isEmpty: Bool { start >= end }
}

extension Time {
    /// The value of a report's or a bucket's time column.
    ///
    /// - Throws: `SQLiteStoreError` (`outOfRange`) at 2⁶³−2 and above.
    var stored: Int64 {
        get throws {
            guard let time = Int64(exactly: value), time < StoredInterval.beyond else {
                throw SQLiteStoreError(.outOfRange, "a report's time is beyond every clock")
            }
            return time
        }
    }
}

extension UInt64 {
    /// POSIX seconds as a column has them: a moment beyond `Int64.max` is as good as never.
    var storedSeconds: Int64 { Int64(clamping: self) }

    /// A number of reports.
    ///
    /// - Throws: `SQLiteStoreError` (`outOfRange`) above `Int64.max`.
    var storedCount: Int64 {
        get throws {
            guard let count = Int64(exactly: self) else {
                throw SQLiteStoreError(.outOfRange, "more reports than can be counted")
            }
            return count
        }
    }
}
