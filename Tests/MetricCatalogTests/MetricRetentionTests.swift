import MetricCatalog
import Testing

struct MetricRetentionTests {
    private static let day: UInt64 = 86_400

    private func retention(_ text: String, top: String = "") throws -> UInt64 {
        try CatalogText.only(Catalog(yaml: top + CatalogText.one("type: count", extra: text))).reportRetention
    }

    private func problems(_ yaml: String) -> [String] {
        do throws(CatalogError) {
            _ = try Catalog(yaml: yaml)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(arguments: [
        ("report_retention: 4w", 28 * day), ("report_retention: 90d", 90 * day), ("report_retention: 87000", 87_000),
        ("report_retention: 3653d", 3653 * day),
    ])
    func retentionIsALengthOfTime(text: String, seconds: UInt64) throws {
        #expect(try retention(text) == seconds)
    }

    @Test func retentionIsTheMetricsThenTheFilesThenFourWeeks() throws {
        #expect(try retention("", top: "report_retention: 60d\n") == 60 * Self.day)
        #expect(try retention("report_retention: 2w", top: "report_retention: 60d\n") == 14 * Self.day)
        #expect(try retention("") == 28 * Self.day)
    }

    @Test func longWindowsAreKeptLongerThanFourWeeks() throws {
        let catalog = try Catalog(yaml: CatalogText.one("type: count", timePrecision: "5w"))
        #expect(try CatalogText.only(catalog).reportRetention == 35 * Self.day + 600)
    }

    @Test(arguments: [
        ("1d", "report_retention: 86999", "must be at least the time_precision of 1d and 10m more"),
        ("1h", "report_retention: 1h", "must be at least the time_precision of 1h and 10m more"),
        ("1d", "report_retention: 3654d", "must be from 1 second to 3653d"),
        ("1d", "report_retention: 0", "must be from 1 second to 3653d"),
        ("1d", "report_retention: ever", "must be seconds, or a number with s, m, h, d or w, such as 1d"),
    ])
    func otherRetentionsAreRefused(precision: String, text: String, reason: String) {
        let yaml = CatalogText.one("type: count", extra: text, timePrecision: precision)
        #expect(problems(yaml) == ["line 11: metric m: `report_retention` \(reason)"])
    }

    @Test func aRetentionOfTheFileThatIsTooShortForAMetricIsReportedWithTheMetric() {
        let yaml = "report_retention: 1h\n" + CatalogText.one("type: count")
        #expect(
            problems(yaml)
                == ["line 1: metric m: `report_retention` must be at least the time_precision of 1d and 10m more"])
    }

    @Test func aRetentionOfTheFileThatIsNoLengthIsReportedOnce() {
        let yaml = "report_retention: soon\n" + CatalogText.one("type: count")
        #expect(problems(yaml).count == 1)
    }
}
