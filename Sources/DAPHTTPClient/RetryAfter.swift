package import Foundation

/// Reads `Retry-After` fields (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// The formats of dates (RFC 9110 §5.6.7): the preferred one, and two that recipients have to know.
    private static let dateFormats = [
        "EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", "EEE MMM d HH:mm:ss yyyy",
    ]
    /// A date of two digits' year is at most so many seconds ahead, about 50 years; otherwise it is a century before.
    private static let farthestTwoDigitYear: TimeInterval = 50 * 365.25 * 86_400
    /// No date is longer, in bytes.
    private static let longestDate = 64

    /// Seconds from now on, 0 for a date that is past, or nil when the field is neither a number nor a date.
    package static func seconds(_ field: String, now: Date) -> UInt64? {
        if let seconds = UInt64(field) { return seconds }
        guard field.utf8.count <= longestDate, let date = date(field, now: now) else { return nil }
        return UInt64(exactly: max(date.timeIntervalSince(now), 0).rounded(.up))
    }

    private static func date(_ text: String, now: Date) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.isLenient = false
        // A two-digit year is counted from here on.
        formatter.twoDigitStartDate = now.addingTimeInterval(farthestTwoDigitYear - 100 * 365.25 * 86_400)
        for format in dateFormats {
            formatter.dateFormat = format
            if let date = formatter.date(from: text) { return date }
        }
        return nil
    }
}
