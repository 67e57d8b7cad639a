import DifferentialPrivacy
import Foundation
import MetricCatalog
import PrioCommand
import Testing

@Suite("What noise will do, told beforehand")
struct NoiseForecastTests {
    private let one = PrivacyAmount(billionths: PrivacyAmount.scale)

    @Test("The width of the catalog's own promise is that of the results to come")
    func promised() throws {
        let forecast = try NoiseForecast(Metrics.metric("sick"), mechanism: nil, reports: 400, question: nil)
        #expect(forecast.halfWidth == 4)
        #expect(
            try forecast.table() == """
                Sick
                Laplace, ε 1 a window; at most 1 report of a client in a window
                with 400 reports in a window, 95 % of results will be within
                  each number  ±4  (1.0 % of the reports)
                the lifetime of ε 30 covers 30 windows

                """)
        let sum = try NoiseForecast(Metrics.metric("calls"), mechanism: nil, reports: 40, question: nil)
        #expect(
            try sum.table().hasSuffix(
                """
                  total     ±8  calls
                  mean   ±0.20
                the lifetime of ε 30 covers 30 windows

                """))
    }

    @Test("Another promise can be tried out, whatever the catalog promises")
    func other() throws {
        let half = PrivacyAmount(billionths: PrivacyAmount.scale / 2)
        for metric in ["ill", "sick"] {
            let forecast = try NoiseForecast(
                Metrics.metric(metric), mechanism: .laplace(epsilon: half), reports: 100, question: nil)
            #expect(forecast.halfWidth == 8, "scale 2")
        }
        let gaussian = try NoiseForecast(
            Metrics.metric("hours"), mechanism: .gaussian(rho: half), reports: 100, question: nil)
        #expect(gaussian.halfWidth == 35)
        let failure = try #require(throws: CommandFailure.self) {
            try NoiseForecast(Metrics.metric("ill"), mechanism: nil, reports: 100, question: nil)
        }
        #expect(failure.status == .usage)
    }

    @Test("It says how many windows the lifetime covers, whatever noise is tried out, and when reports are too few")
    func lifetime() throws {
        func forecast(_ metric: String, _ mechanism: PrivacyMechanism? = nil, reports: UInt64 = 10) throws
            -> NoiseForecast
        {
            try NoiseForecast(Metrics.metric(metric), mechanism: mechanism, reports: reports, question: nil)
        }
        let half = PrivacyAmount(billionths: PrivacyAmount.scale / 2)
        #expect(try forecast("steps").lifetimeWindows == 20)
        #expect(try forecast("sick", .laplace(epsilon: half)).lifetimeWindows == 60)
        #expect(try forecast("sick", .gaussian(rho: half)).lifetimeWindows == nil)
        #expect(try forecast("ill", .laplace(epsilon: half)).lifetimeWindows == nil)
        #expect(try forecast("steps").table().contains("the lifetime of ρ 10 covers 20 windows\n"))
        #expect(try forecast("sick").json().contains("\"lifetime_windows\": 30"))
        #expect(try forecast("ill", .laplace(epsilon: half)).json().contains("\"lifetime_windows\": null"))
        #expect(try forecast("sick").note == nil)
        #expect(try forecast("sick", reports: 9).note?.contains("from 10 reports on") == true)
    }

    @Test("It says how many windows the catalog's limit covers, in its own currency")
    func privacyLimit() throws {
        let yaml = """
            min_batch_size: 10
            time_precision: 1d
            privacy_limit: {rho: 1.6}
            metrics:
              - {name: sick, title: Sick, description: d, type: count, privacy: {epsilon: 1, lifetime: 30}}
            """
        let metric = try #require(try MetricCatalogText.metric("sick", yaml))
        let forecast = try NoiseForecast(metric, mechanism: nil, reports: 100, question: nil)
        #expect(forecast.privacyLimitWindows == 3, "½ε² each")
        #expect(try forecast.table().contains("the catalog's privacy_limit covers 3 windows, if no other metric"))
        let without = try NoiseForecast(Metrics.metric("sick"), mechanism: nil, reports: 100, question: nil)
        #expect(without.privacyLimitWindows == nil)
        #expect(try without.json().contains("\"privacy_limit_windows\": null"))
    }

    @Test("A lift needs more reports with noise, and what so many reports show agrees with it")
    func lift() throws {
        let metric = try Metrics.metric("tea")
        func differences(_ epsilon: PrivacyAmount, reports: UInt64) throws -> NoiseForecast.Differences {
            let forecast = try NoiseForecast(
                metric, mechanism: .laplace(epsilon: epsilon), reports: reports,
                question: NoiseForecast.Question(lift: 0.1, share: 0.4))
            return try #require(forecast.differences)
        }
        let weak = try #require(try differences(PrivacyAmount(billionths: 10_000_000), reports: 10).reportsPerGroup)
        let strong = try #require(try differences(one, reports: 10).reportsPerGroup)
        #expect(weak > strong && strong > 1000)
        let again = try differences(one, reports: 2 * strong)
        #expect(again.groupReports == strong)
        #expect(abs(try #require(again.smallestLift) - 0.1) < 0.001)
        let failure = try #require(throws: CommandFailure.self) {
            try NoiseForecast(
                Metrics.metric("sick"), mechanism: nil, reports: 10,
                question: NoiseForecast.Question(lift: 0.1, share: 0.4))
        }
        #expect(failure.status == .usage)
    }

    @Test("Text and JSON say the same about differences")
    func output() throws {
        let forecast = try NoiseForecast(
            Metrics.metric("tea"), mechanism: .laplace(epsilon: one), reports: 10_000,
            question: NoiseForecast.Question(lift: 0.1, share: 0.4))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(forecast.json().utf8)) as? [String: Any])
        let needed = try #require(object["reports_per_group"] as? Int)
        let text = try forecast.table()
        #expect(text.contains("a lift of 10.0 % of a share of 40.0 % takes \(needed) reports in each group\n"))
        #expect(text.contains("groups of 5000 reports show a lift of "))
        #expect(object["half_width_95"] as? Int == 8)
        #expect(object["group_reports"] as? Int == 5000)
    }
}
