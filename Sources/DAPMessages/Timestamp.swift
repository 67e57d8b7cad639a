/// A moment as RFC 3339 writes it, from 1970 to 9999: `2026-03-01T12:00:00Z`, `2026-03-01T13:00:00.5+01:00`.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since the POSIX epoch; fractions are cut off.
    public let posixSeconds: UInt64

    /// The last second of the year 9999.
    public static let last: UInt64 = 253_402_300_799

    /// A moment; one after the year 9999 has no text.
    public init(posixSeconds: UInt64) { self.posixSeconds = posixSeconds }

    /// Reads a timestamp. Date and time are needed, and `Z` or an offset.
    ///
    /// - Throws: `TimestampError`.
    public init(_ text: String) throws(TimestampError) {
        var parser = TimestampParser(text)
        posixSeconds = try parser.posixSeconds()
    }

    /// `2026-03-01T12:00:00Z`.
    public var description: String { Self.text(posixSeconds: posixSeconds) }

    /// The text of a moment; beyond the year 9999 the year has more digits, which RFC 3339 doesn't know.
    package static func text(posixSeconds: UInt64) -> String {
        let date = CivilDate(daysSinceEpoch: posixSeconds / 86_400)
        let second = posixSeconds % 86_400
        func padded(_ number: UInt64, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))"
            + "T\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))Z"
    }

    /// Whether `left` is before `right`.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.posixSeconds < right.posixSeconds }
}

/// Why a text is no timestamp. It never contains the text.
public enum TimestampError: Error, Sendable, CustomStringConvertible {
    /// Not of the form that RFC 3339 gives.
    case form
    /// There is no such day, hour, minute or second.
    case noSuchTime
    /// Before 1970 or after 9999.
    case outOfRange

    /// The reason, for people.
    public var description: String {
        switch self {
        case .form: "not a time such as 2026-03-01T12:00:00Z (RFC 3339)"
        case .noSuchTime: "not a time that exists"
        case .outOfRange: "a time before 1970 or after 9999"
        }
    }
}

/// The parts of a timestamp, taken one after the other.
private struct TimestampParser {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    mutating func posixSeconds() throws(TimestampError) -> UInt64 {
        let year = try number(4)
        try one(of: "-")
        let month = try number(2)
        try one(of: "-")
        let day = try number(2)
        // RFC 3339 §5.6 lets applications put a space where others put a T.
        try one(of: "Tt ")
        let hour = try number(2)
        try one(of: ":")
        let minute = try number(2)
        try one(of: ":")
        let second = try number(2)
        try skipFraction()
        let offset = try offset()
        guard rest.isEmpty else { throw .form }
        guard (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, of: year),
            hour < 24, minute < 60, second <= 60
        else { throw .noSuchTime }
        guard year >= 1970 || offset != 0 else { throw .outOfRange }
        let days = Int64(CivilDate.daysBefore(year: year, month: month)) - CivilDate.epoch + Int64(day) - 1
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offset
        // Leap seconds come at the end of a day in UTC; POSIX counts them with the next second.
        guard second < 60 || seconds % 86_400 == 0 else { throw .noSuchTime }
        guard seconds >= 0, seconds <= Int64(Timestamp.last) else { throw .outOfRange }
        return UInt64(seconds)
    }

    /// `Z` or `+01:00`, in seconds east of UTC.
    private mutating func offset() throws(TimestampError) -> Int64 {
        let mark = try one(of: "Zz+-")
        guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") else { return 0 }
        let hours = try number(2)
        try one(of: ":")
        let minutes = try number(2)
        guard hours < 24, minutes < 60 else { throw .noSuchTime }
        let seconds = Int64(hours * 3600 + minutes * 60)
        return mark == UInt8(ascii: "+") ? seconds : -seconds
    }

    private mutating func skipFraction() throws(TimestampError) {
        guard rest.first == UInt8(ascii: ".") else { return }
        rest.removeFirst()
        let digits = rest.prefix { Self.isDigit($0) }
        guard !digits.isEmpty else { throw .form }
        rest = rest[digits.endIndex...]
    }

    private mutating func number(_ digits: Int) throws(TimestampError) -> UInt64 {
        var number: UInt64 = 0
        for _ in 0..<digits {
            guard let digit = rest.popFirst(), Self.isDigit(digit) else { throw .form }
            number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return number
    }

    @discardableResult
    private mutating func one(of marks: String) throws(TimestampError) -> UInt8 {
        guard let byte = rest.popFirst(), marks.utf8.contains(byte) else { throw .form }
        return byte
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// A day of the Gregorian calendar.
private struct CivilDate {
    let year: UInt64
    let month: UInt64
    let day: UInt64

    /// Days from the first day of the year 1 to 1 January 1970.
    static let epoch = Int64(daysBefore(year: 1970, month: 1))

    init(daysSinceEpoch: UInt64) {
        let days = daysSinceEpoch + UInt64(Self.epoch)
        // No year is longer than 366 days, so this one is not too late.
        var year = days / 366 + 1
        while Self.daysBefore(year: year + 1, month: 1) <= days { year += 1 }
        var month: UInt64 = 1
        while month < 12, Self.daysBefore(year: year, month: month + 1) <= days { month += 1 }
        self.year = year
        self.month = month
        day = days - Self.daysBefore(year: year, month: month) + 1
    }

    /// Days from the first day of the year 1 to the first of a month.
    static func daysBefore(year: UInt64, month: UInt64) -> UInt64 {
        // The year 0 has no years before it to count.
        let past = year > 0 ? year - 1 : 0
        let years = past * 365 + past / 4 - past / 100 + past / 400
        return (1..<month).reduce(years) { $0 + days(inMonth: $1, of: year) }
    }

    static func days(inMonth month: UInt64, of year: UInt64) -> UInt64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
