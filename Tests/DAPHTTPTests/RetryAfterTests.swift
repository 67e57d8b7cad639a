import DAPHTTPClient
import Foundation
import Testing

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:27 GMT.
    private static let now = Date(timeIntervalSince1970: 784_111_767)

    @Test(
        "Seconds are taken as they are, and dates as seconds from the given time on",
        arguments: [
            ("0", 0), ("17", 17), ("18446744073709551615", UInt64.max), ("Sun, 06 Nov 1994 08:49:37 GMT", 10),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 10), ("Sun Nov  6 08:49:37 1994", 10),
            ("Mon, 07 Nov 1994 00:00:00 GMT", 54_633), ("Sun, 06 Nov 1994 08:49:27 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:26 GMT", 0), ("Fri, 31 Dec 1999 23:59:59 GMT", 162_573_032),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sunday, 06-Nov-46 08:49:37 GMT", 0),
        ])
    func valid(field: String, seconds: UInt64) {
        #expect(RetryAfter.seconds(field, now: Self.now) == seconds)
    }

    @Test("A part of a second is waited for too")
    func fraction() {
        let now = Self.now.addingTimeInterval(0.25)
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == 10)
    }

    @Test(
        "Anything else is nothing",
        arguments: [
            "", " ", "-1", "1.5", "18446744073709551616", "soon", "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 25:49:37 GMT", "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37 GMT" + String(repeating: " ", count: 100), String(repeating: "9", count: 5000),
        ])
    func invalid(field: String) {
        #expect(RetryAfter.seconds(field, now: Self.now) == nil)
    }
}
