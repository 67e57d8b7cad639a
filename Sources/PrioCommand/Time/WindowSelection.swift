public import DAPMessages

/// Which windows of a metric a collector asks for.
public struct WindowSelection: Equatable, Sendable {
    /// Windows before now that are looked at when none are named.
    public static let lookBack: UInt64 = 32
    /// Windows that may be named at once.
    public static let mostWindows: UInt64 = 1000

    /// In order of time; several windows collected as one batch are one element.
    public let windows: [TimeWindow]
    /// Whether the user named them: then results that are there already are shown, and a window with too few reports
    /// counts as a failure.
    public let isNamed: Bool

    /// Those of `windows` that a report can still fall into: they end after `now`.
    public func open(now: UInt64) -> [TimeWindow] { windows.filter { $0.end > now } }

    /// The windows that ended at or before `now`, the last `lookBack` of them.
    ///
    /// - Parameter period: the metric's, in POSIX seconds: only in it are there reports.
    public static func closed(precision: UInt64, now: UInt64, period: Range<UInt64>? = nil) -> WindowSelection {
        let end = min(now, period?.upperBound ?? now) / precision
        let start = min(max(end - min(end, lookBack), (period?.lowerBound ?? 0) / precision), end)
        return WindowSelection(
            windows: (start..<end).compactMap { TimeWindow(first: $0, precision: precision) }, isNamed: false)
    }

    /// All windows that have a second in `from..<to`. Without `to`, those that have ended.
    ///
    /// - Parameter merged: whether they make one batch.
    /// - Throws: `WindowSelectionError`.
    public static func named(
        from: Timestamp, to: Timestamp?, merged: Bool, precision: UInt64, now: UInt64
    ) throws(WindowSelectionError) -> WindowSelection {
        let first = from.posixSeconds / precision
        let end: UInt64
        if let to {
            guard from < to else { throw .empty }
            end = (to.posixSeconds - 1) / precision + 1
        } else {
            end = now / precision
            guard first < end else { throw .notClosed }
        }
        guard end <= Timestamp.last / precision else { throw .tooLate }
        if merged {
            return WindowSelection(
                windows: [TimeWindow(first: first, count: end - first, precision: precision)].compactMap(\.self),
                isNamed: true)
        }
        guard end - first <= mostWindows else { throw .tooMany(end - first) }
        return WindowSelection(
            windows: (first..<end).compactMap { TimeWindow(first: $0, precision: precision) }, isNamed: true)
    }
}

/// Why windows cannot be named so.
public enum WindowSelectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `--to` is not after `--from`.
    case empty
    /// No window from `--from` on has ended.
    case notClosed
    /// More than `WindowSelection.mostWindows`.
    case tooMany(UInt64)
    /// The last window ends after the year 9999.
    case tooLate

    /// The reason, for people.
    public var description: String {
        switch self {
        case .empty: "--to must be after --from"
        case .notClosed: "no window from --from on has ended; name an open one with --to"
        case .tooMany(let count):
            "these are \(count) windows, and at most \(WindowSelection.mostWindows) can be asked for at once"
        case .tooLate: "the last window ends after the year 9999"
        }
    }
}
