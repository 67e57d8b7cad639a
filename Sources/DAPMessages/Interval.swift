public import TLSCodec

/// A half-open stretch of time: `start` belongs to it, `start + duration` does not (DAP §4.1.1):
/// ```
/// struct {
///   Time start;
///   Duration duration;
/// } Interval;
/// ```
/// An interval from outside may reach beyond the last representable time. It decodes, since the error to answer with
/// depends on where it stood; `end` throws, and the comparisons take it for as long as it says it is.
public struct Interval: Hashable, Sendable, TLSCodable {
    /// The first time that belongs to the interval.
    public let start: Time
    /// How many units of time the interval has.
    public let duration: Duration

    /// The interval of `duration` units from `start` on.
    public init(start: Time, duration: Duration) {
        self.start = start
        self.duration = duration
    }

    /// The smallest interval that contains two times and what lies between them.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if `last` is before `first`, or if there is no time after `last`.
    public init(from first: Time, through last: Time) throws {
        guard first <= last, last.value < .max else { throw CodecError(.invalidValue, "interval") }
        self.init(start: first, duration: Duration(last.value - first.value + 1))
    }

    /// The first time after the interval.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if it does not fit 64 bits.
    public var end: Time {
        get throws { try start.adding(duration) }
    }

    /// Whether `time` is inside the interval: neither before nor after it.
    public func contains(_ time: Time) -> Bool {
        time >= start && time.value - start.value < duration.value
    }

    /// Whether this interval neither starts before `other` nor ends after it.
    public func isWithin(_ other: Interval) -> Bool {
        guard start >= other.start else { return false }
        let offset = start.value - other.start.value
        return offset <= other.duration.value && duration.value <= other.duration.value - offset
    }

    /// Reads start and duration.
    public init(from reader: inout ByteReader) throws {
        start = try Time(from: &reader)
        duration = try Duration(from: &reader)
    }

    /// Writes start and duration.
    public func encode(to writer: inout ByteWriter) {
        start.encode(to: &writer)
        duration.encode(to: &writer)
    }
}
