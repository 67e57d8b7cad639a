import Foundation

/// Windows of an hour, seen from now.
enum Windows {
    /// The beginning of the hour that lies `hours` before the present one.
    static func start(hoursAgo hours: Int) -> Date {
        Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 3600).rounded(.down) * 3600 - Double(hours) * 3600)
    }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// `--from … --to …` for the hour that lies `hours` back.
    static func bounds(hoursAgo hours: Int) -> (from: String, to: String) {
        (text(start(hoursAgo: hours)), text(start(hoursAgo: hours - 1)))
    }

    /// A moment in that hour.
    static func moment(hoursAgo hours: Int) -> String { text(start(hoursAgo: hours).addingTimeInterval(1234)) }
}
