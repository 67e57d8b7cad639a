import DAPRoles
import Foundation
import PrioCommand
import Testing

/// The half widths are those of brute-force convolutions of two draws: ±4 for Laplace noise of scale 1, ±8 of scale 2;
/// ±35 for Gaussian noise of variance 162. Of four draws: ±5, ±11 and ±50.
@Suite("Results with noise, and suppressed ones")
struct NoisyOutputTests {
    private func result(_ metric: String, _ value: AggregateValue, reports: UInt64 = 40, window: UInt64 = 20_000)
        throws -> CollectedResult
    {
        try Metrics.result(metric, Metrics.window(window), reports: reports, value)
    }

    private func table(_ metric: String, _ results: CollectedResult...) throws -> String {
        try ResultTable(metric: Metrics.metric(metric)).text(results)
    }

    @Test("A table says what the noise is, shows it behind each number, and explains what is below zero once")
    func table() throws {
        #expect(
            try table("sick", result("sick", .integer(10)), result("sick", .integer(-3), window: 20_001)) == """
                Sick
                2024-10-04 · 40 reports
                noise of both aggregators, Laplace, ε 1 a window: 95 % of such results are within ±4
                  yes  10 ±4 of 40  25.0 %  ██████████

                Sick
                2024-10-05 · 40 reports
                noise of both aggregators, Laplace, ε 1 a window: 95 % of such results are within ±4
                  yes  -3 ±4 of 40  -7.5 %  

                Sick
                2 windows together · 80 reports
                noise of both aggregators in 2 releases, Laplace, ε 1 a window, ε 2 for these 2 windows together: \
                95 % of such results are within ±5
                  yes  7 ±5 of 80  8.8 %  ███▌
                  2024-10-04  10  ████████████████████████████████████████
                  2024-10-05  -3

                below zero: noise; the true number is 0 or more

                """)
    }

    @Test("Buckets have the noise in a column, and quartiles the buckets that they may be in")
    func histogram() throws {
        let text = try table("years", result("years", .vector([-2, 21, 20])))
        #expect(text.contains("  below 0      -2  ±8  -5.0 %\n"))
        #expect(text.contains("  0–9          21  ±8  52.5 %  ████████████████████████████████████████\n"))
        #expect(text.contains("  10 and more  20  ±8  50.0 %  ██████████████████████████████████████▏\n"))
        #expect(text.contains("  quartiles: 0–9 · 0–9 (0–9 to 10 and more) · 10 and more\n"))
    }

    @Test("Means have the noise of the sum over the report count")
    func means() throws {
        // Scale 2: ±8 of 40 reports.
        #expect(
            try table("calls", result("calls", .integer(50))).hasSuffix(
                """
                  total    50     ±8  calls
                  mean   1.25  ±0.20

                """))
        let vector = try table("steps", result("steps", .vector([100, 40])))
        #expect(vector.contains("Gaussian, ρ 0.5 a window (ε 6.47 at δ 1e-9): 95 % of such results are within ±35\n"))
        #expect(vector.contains("  1  100  ±35  mean 2.50  "))
    }

    @Test("JSON has the same members with noise and without")
    func json() throws {
        let text = try ResultJSON.text(
            [result("calls", .integer(-3))], metric: Metrics.metric("calls"))
        let object = try #require(
            try (JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])?.first)
        #expect(object["result"] as? Int == -3)
        #expect(object["interval_95"] as? [Int] == [-11, 5])
        #expect(abs((object["standard_deviation"] as? Double ?? 0) - 3.958635) < 0.00001)
        #expect((object["noise"] as? [String: Any])?["mechanism"] as? String == "laplace")
        #expect((object["noise"] as? [String: Any])?["epsilon"] as? Int == 1)
        #expect(abs((object["mean"] as? Double ?? 0) + 0.075) < 1e-12)
        let mean = try #require(object["mean_interval_95"] as? [Double])
        #expect(mean.count == 2 && abs(mean[0] + 0.275) < 1e-12 && abs(mean[1] - 0.125) < 1e-12)
        let exact = try ResultJSON.text([result("visits", .integer(3))], metric: Metrics.metric("visits"))
        let other = try #require(
            try (JSONSerialization.jsonObject(with: Data(exact.utf8)) as? [[String: Any]])?.first)
        #expect(Set(object.keys) == Set(other.keys))
        let vector = try ResultJSON.text(
            [result("steps", .vector([100, -1]))], metric: Metrics.metric("steps"))
        #expect(vector.contains("\"interval_95\": [[65, 135], [-36, 34]]"))
        #expect(vector.contains("\"rho\": 0.5, \"delta\": 1e-9, \"windows\": 1, \"release_epsilon\": 6.47"))
        #expect(vector.contains("\"release_rho\": 0.5}"))
    }

    @Test("CSV has the noise in columns of its own")
    func csv() throws {
        let lines = try ResultCSV.text([result("steps", .vector([100, -1]))], metric: Metrics.metric("steps"))
            .split(separator: "\r\n")
        let day = "2024-10-04T00:00:00Z,2024-10-05T00:00:00Z"
        #expect(lines[1].hasPrefix("steps,\(day),40,1,100,18,65,135,gaussian,6.474"))
        #expect(lines[1].hasSuffix(",0.5,no,sum"))
        #expect(lines[1].contains(",0.5,1e-9,1,6.474"))
        #expect(lines[2].hasPrefix("steps,\(day),40,2,-1,18,-36,34,gaussian,"))
        #expect(lines[3].hasPrefix("steps,\(day),40,1,2.5,0.45,1.625,3.375,gaussian,"))
        #expect(lines[3].hasSuffix(",mean"))
        let years = try ResultCSV.text([result("years", .vector([0, 21, 20]))], metric: Metrics.metric("years"))
        #expect(years.contains("\(day),40,50 %,0–9,,0–9,10 and more,laplace,1,,,1,1,,no,quartile\r\n"))
    }

    /// Asked for five windows, with reports from three of them.
    private func merged(_ metric: String, _ value: AggregateValue) throws -> CollectedResult {
        try CollectedResult(
            metric: metric, taskID: Metrics.task(1), window: Metrics.window(20_000, 5), reportCount: 40, value: value,
            reportWindows: Metrics.window(20_001, 3))
    }

    @Test("A result over several windows says what it cost a client who reported in each: W · ε, or W² · ρ")
    func releaseCost() throws {
        #expect(
            try table("sick", merged("sick", .integer(10))).contains(
                "noise of both aggregators, Laplace, ε 1 a window, ε 3 for these 3 windows together: 95 %"))
        #expect(
            try table("steps", merged("steps", .vector([1, 2]))).contains(
                "Gaussian, ρ 0.5 a window (ε 6.47 at δ 1e-9), ρ 4.5 for these 3 windows together (ε "))
        let laplace = try ResultJSON.text([merged("sick", .integer(10))], metric: Metrics.metric("sick"))
        #expect(laplace.contains("\"epsilon\": 1, \"windows\": 3, \"release_epsilon\": 3}"))
        let gaussian = try ResultJSON.text([merged("steps", .vector([1, 2]))], metric: Metrics.metric("steps"))
        #expect(gaussian.contains("\"windows\": 3, ") && gaussian.contains("\"release_rho\": 4.5}"))
        let csv = try ResultCSV.text([merged("sick", .integer(10))], metric: Metrics.metric("sick"))
        #expect(csv.contains(",laplace,1,,,3,3,,no,sum\r\n"))
    }

    @Test("Batches of the same windows cost no more together than one of them")
    func sharedWindows() throws {
        let results = try [merged("sick", .integer(10)), result("sick", .integer(3), window: 20_002)]
        let text = try ResultTable(metric: Metrics.metric("sick")).text(results)
        #expect(text.contains("in 2 releases, Laplace, ε 1 a window, ε 3 for these 3 windows together"))
    }

    @Test("A suppressed number is hidden in the table, null in JSON, empty in CSV; the file keeps it")
    func suppressed() throws {
        let few = try result("few", .vector([3, 17, 20]))
        #expect(
            try table("few", few) == """
                Few
                2024-10-04 · 40 reports
                  x  hidden
                  y  hidden
                  z      20  50.0 %  ████████████████████████████████████████

                hidden: fewer than 10 people, or what would give such a number away

                """)
        let json = try ResultJSON.text([few], metric: Metrics.metric("few"))
        #expect(json.contains("\"result\": [null, null, 20]"))
        #expect(json.contains("\"interval_95\": [null, null, [20, 20]]"))
        #expect(json.contains("\"suppressed_below\": 10"))
        let csv = try ResultCSV.text([few], metric: Metrics.metric("few"))
        #expect(csv.contains(",40,x,,,,,none,,,,,,,yes,sum\r\n"))
        #expect(csv.contains(",40,z,20,0,20,20,none,,,,,,,no,sum\r\n"))
        let encoded = String(decoding: try JSONEncoder().encode(few), as: UTF8.self)
        #expect(encoded.contains("[3,17,20]"))
    }

    @Test("What is suppressed in one window is suppressed in the total")
    func suppressedTotal() throws {
        let text = try table(
            "few", result("few", .vector([10, 10, 20])), result("few", .vector([3, 17, 20]), window: 20_001))
        let total = try #require(text.split(separator: "2 windows together").last)
        #expect(total.contains("  x  hidden\n  y  hidden\n  z      40  50.0 %"))
        let counts = try table(
            "rare", result("rare", .integer(12)), result("rare", .integer(39), window: 20_001))
        #expect(counts.contains("  yes  hidden of 80\n  2024-10-04      12  "))
        #expect(counts.contains("  2024-10-05  hidden\n"))
    }

    @Test("Quartiles that would help to find a suppressed number are not shown")
    func suppressedQuartiles() throws {
        let shown = try result("bands", .vector([10, 10, 20]))
        let hidden = try result("bands", .vector([3, 17, 20]))
        #expect(try table("bands", shown).contains("quartiles"))
        #expect(try !table("bands", hidden).contains("quartiles"))
        #expect(try !ResultJSON.text([hidden], metric: Metrics.metric("bands")).contains("quartiles"))
        #expect(try !ResultCSV.text([hidden], metric: Metrics.metric("bands")).contains("quartile\r\n"))
    }
}
