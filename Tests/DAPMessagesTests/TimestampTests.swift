import DAPMessages
import Foundation
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 is read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799), ("2026-03-01T12:00:00Z", 1_772_366_400),
            ("2026-03-01T13:00:00+01:00", 1_772_366_400), ("2026-03-01t06:30:00.999-05:30", 1_772_366_400),
            ("2026-03-01 12:00:00z", 1_772_366_400), ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("1969-12-31T23:30:00-00:30", 0), ("2016-12-31T23:59:60Z", 1_483_228_800),
            ("2017-01-01T00:59:60+01:00", 1_483_228_800),
        ])
    func reading(text: String, seconds: UInt64) throws {
        #expect(try Timestamp(text).posixSeconds == seconds)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "now", "2026", "2026-03-01", "2026-03-01T12:00:00", "2026-03-01T12:00Z", "2026-3-01T12:00:00Z",
            "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z", "2026-04-31T12:00:00Z",
            "2026-04-00T12:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12:00:60Z",
            "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00+1:00", "2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00Z ",
            "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z",
            "1900-02-29T00:00:00Z", "٢٠٢٦-03-01T12:00:00Z",
        ])
    func refusal(text: String) {
        #expect(throws: TimestampError.self) { try Timestamp(text) }
    }

    @Test("Every moment's text is that of the C library, and reads back")
    func roundTrip() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let seconds = UInt64.random(in: 0...Timestamp.last, using: &random)
            var time = time_t(seconds)
            var parts = tm()
            gmtime_r(&time, &parts)
            var buffer = [CChar](repeating: 0, count: 40)
            let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
            let expected = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let text = Timestamp(posixSeconds: seconds).description
            #expect(text == expected, "seed \(seed)")
            #expect(try Timestamp(text).posixSeconds == seconds, "seed \(seed)")
        }
    }
}
