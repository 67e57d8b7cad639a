public import TLSCodec

/// The unit in which a task counts time, in seconds; never zero (DAP §4.1.1):
/// ```
/// uint64 TimePrecision;
/// ```
public struct TimePrecision: Hashable, Sendable, TLSCodable {
    /// At least 1.
    public let seconds: UInt64

    /// - Throws: `CodecError` (`invalidValue`) for zero, by which no time can be divided.
    public init(seconds: UInt64) throws {
        guard seconds > 0 else { throw CodecError(.invalidValue, "time_precision") }
        self.seconds = seconds
    }

    /// Reads a `uint64`.
    public init(from reader: inout ByteReader) throws {
        try self.init(seconds: reader.readUInt64("time_precision"))
    }

    /// Writes a `uint64`.
    public func encode(to writer: inout ByteWriter) { writer.write(seconds) }
}

/// A point in time: how many time precisions of the task lie between the Epoch and it (DAP §4.1.1):
/// ```
/// uint64 Time;
/// ```
/// Compare times only within a task.
public struct Time: Hashable, Sendable, Comparable, TLSCodable {
    /// In units of the task's time precision, not in seconds.
    public let value: UInt64

    /// - Parameter value: in units of the task's time precision.
    public init(_ value: UInt64) { self.value = value }

    /// The unit of time that contains a second: rounded down.
    ///
    /// - Parameter posixSeconds: seconds since the Epoch without leap seconds (POSIX §4.16).
    public init(posixSeconds: UInt64, precision: TimePrecision) { value = posixSeconds / precision.seconds }

    /// The first second of this unit of time, since the Epoch.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if it does not fit 64 bits.
    public func posixSeconds(precision: TimePrecision) throws -> UInt64 {
        try precision.seconds.multipliedChecked(by: value, "time")
    }

    /// This time and `duration` more.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if it does not fit 64 bits.
    public func adding(_ duration: Duration) throws -> Time {
        let (sum, overflow) = value.addingReportingOverflow(duration.value)
        guard !overflow else { throw CodecError(.invalidValue, "time") }
        return Time(sum)
    }

    /// Whether `left` is before `right`.
    public static func < (left: Time, right: Time) -> Bool { left.value < right.value }

    /// Reads a `uint64`.
    public init(from reader: inout ByteReader) throws { value = try reader.readUInt64("time") }

    /// Writes a `uint64`.
    public func encode(to writer: inout ByteWriter) { writer.write(value) }
}

/// A length of time in units of the task's time precision (DAP §4.1.1):
/// ```
/// uint64 Duration;
/// ```
/// Where this module is imported, the standard library's type is `Swift.Duration`.
public struct Duration: Hashable, Sendable, Comparable, TLSCodable {
    /// In units of the task's time precision, not in seconds.
    public let value: UInt64

    /// - Parameter value: in units of the task's time precision.
    public init(_ value: UInt64) { self.value = value }

    /// This length of time in seconds.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if it does not fit 64 bits.
    public func seconds(precision: TimePrecision) throws -> UInt64 {
        try precision.seconds.multipliedChecked(by: value, "duration")
    }

    /// Whether `left` is shorter than `right`.
    public static func < (left: Duration, right: Duration) -> Bool { left.value < right.value }

    /// Reads a `uint64`.
    public init(from reader: inout ByteReader) throws { value = try reader.readUInt64("duration") }

    /// Writes a `uint64`.
    public func encode(to writer: inout ByteWriter) { writer.write(value) }
}

extension UInt64 {
    fileprivate func multipliedChecked(by factor: UInt64, _ field: String) throws -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        guard !overflow else { throw CodecError(.invalidValue, field) }
        return product
    }
}
