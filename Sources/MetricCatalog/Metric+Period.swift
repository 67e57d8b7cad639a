public import DAPMessages

extension Metric {
    /// Checks that the metric takes answers of a time. It is the same for all seconds of a window.
    ///
    /// - Parameter posixSeconds: when the answer was given.
    public func checkTime(posixSeconds: UInt64) throws(MeasurementTimeError) {
        guard let period else { return }
        guard posixSeconds >= period.lowerBound else {
            throw .beforeStart(Timestamp(posixSeconds: period.lowerBound))
        }
        guard posixSeconds < period.upperBound else { throw .afterEnd(Timestamp(posixSeconds: period.upperBound)) }
    }

    /// The period as the task's extension has it (DAP §4.2.3), in units of the time precision.
    var taskInterval: Interval? {
        period.map {
            Interval(
                start: Time($0.lowerBound / timePrecision),
                duration: Duration(($0.upperBound - $0.lowerBound) / timePrecision))
        }
    }
}

/// Why a metric takes no answer of a time. It never contains that time: when somebody answered is private.
public enum MeasurementTimeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Before the metric's `starts`, which this is.
    case beforeStart(Timestamp)
    /// At or after the metric's `ends`, which this is.
    case afterEnd(Timestamp)

    /// The reason, for people.
    public var description: String {
        switch self {
        case .beforeStart(let start): "its time is before the metric's start at \(start)"
        case .afterEnd(let end): "its time is after the metric's end at \(end)"
        }
    }
}
