import MetricCatalog
import Testing

struct MetricPeriodTests {
    private static let period = "starts: 2026-03-01T00:00:00Z\nends: 2026-04-01T00:00:00Z"
    private static let start: UInt64 = 1_772_323_200
    private static let end: UInt64 = 1_775_001_600

    @Test(arguments: [start, start + 1, end - 1])
    func answersFromStartsUntilEndsAreTaken(time: UInt64) throws {
        let metric = try CatalogText.metric("type: count", extra: Self.period)
        #expect(throws: Never.self) { try metric.checkTime(posixSeconds: time) }
    }

    @Test(arguments: [
        (0, "its time is before the metric's start at 2026-03-01T00:00:00Z"),
        (start - 1, "its time is before the metric's start at 2026-03-01T00:00:00Z"),
        (end, "its time is after the metric's end at 2026-04-01T00:00:00Z"),
        (UInt64.max, "its time is after the metric's end at 2026-04-01T00:00:00Z"),
    ])
    func otherAnswersAreRefusedWithoutTellingTheirTime(time: UInt64, reason: String) throws {
        let metric = try CatalogText.metric("type: count", extra: Self.period)
        let error = #expect(throws: MeasurementTimeError.self) { try metric.checkTime(posixSeconds: time) }
        #expect(error?.description == reason)
    }

    @Test(arguments: [0, UInt64.max])
    func withoutAPeriodEveryTimeIsTaken(time: UInt64) throws {
        let metric = try CatalogText.metric("type: count")
        #expect(metric.period == nil)
        #expect(throws: Never.self) { try metric.checkTime(posixSeconds: time) }
    }
}
