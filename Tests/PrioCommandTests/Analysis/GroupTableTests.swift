import DAPRoles
import Foundation
import MetricCatalog
import PrioCommand
import Testing

@Suite("Comparing the groups of a joint choice")
struct GroupTableTests {
    private func results() throws -> [CollectedResult] {
        // Together: a/green 400, a/black 600; b/green 500, b/black 400, b/none 100.
        try [
            Metrics.result("tea", Metrics.window(20_000), reports: 1000, .vector([200, 300, 250, 200, 50])),
            Metrics.result("tea", Metrics.window(20_001), reports: 1000, .vector([200, 300, 250, 200, 50])),
        ]
    }

    private func table(_ base: String) throws -> GroupTable {
        try GroupTable(results(), metric: Metrics.metric("tea"), base: base)
    }

    @Test("Every other group is compared, option by option of those that both have, over all results together")
    func rows() throws {
        let table = try table("a")
        #expect(table.rows.map(\.group) == ["b", "b"])
        #expect(table.rows.map(\.option) == ["green", "black"])
        #expect(table.reports == 2000 && table.releases == 2 && table.comparisons == 2)
        let green = try #require(table.rows.first?.comparison)
        #expect(abs(green.share.value - 0.5) < 1e-12)
        #expect(abs(green.baseShare.value - 0.4) < 1e-12)
        #expect(abs(green.difference.value - 0.1) < 1e-12)
        // Pooled 0.45: 0.1 / √(0.45 · 0.55 · 2 / 1000).
        #expect(abs(green.z - 4.4947) < 0.0001)
        #expect(abs(try #require(green.lift).value - 0.25) < 1e-12)
    }

    @Test("The table has a block for each group, and says how many comparisons there are")
    func text() throws {
        let text = try table("a").table(Metrics.metric("tea"))
        #expect(
            text.hasPrefix(
                """
                Tea
                groups compared with a · 2 windows together · 2000 reports
                intervals of 95 % hold chance

                """))
        let green = try #require(text.split(separator: "\n").first { $0.contains("green") })
        #expect(green.contains("50.0 %  40.0 %  +10.0 points   +5.7 to +14.3"))
        #expect(green.contains("4.49  <0.0001  +25.0 %"))
        #expect(text.contains("2 comparisons: where there is no difference, about one in twenty shows one by chance"))
    }

    @Test("Merged windows are counted one by one")
    func merged() throws {
        let result = try Metrics.result("tea", Metrics.window(1, 3), reports: 10, .vector([2, 3, 2, 2, 1]))
        let table = try GroupTable([result], metric: Metrics.metric("tea"), base: "a")
        #expect(table.windows == 3 && table.releases == 1)
        #expect(try table.table(Metrics.metric("tea")).contains(" · 3 windows together · 10 reports\n"))
    }

    @Test("JSON and CSV have a row for each comparison")
    func programs() throws {
        let table = try table("b")
        let json = try table.json(Metrics.metric("tea"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["compared_with"] as? String == "b")
        #expect(object["comparison_count"] as? Int == 2)
        let rows = try #require(object["comparisons"] as? [[String: Any]])
        #expect(rows.map { $0["option"] as? String } == ["green", "black"])
        #expect((rows.first?["difference_interval_95"] as? [Double])?.count == 2)
        let csv = try table.csv(Metrics.metric("tea")).split(separator: "\r\n")
        #expect(csv.count == 3)
        #expect(csv[1].hasPrefix("tea,2024-10-04T00:00:00Z,2024-10-06T00:00:00Z,2000,b,a,green,0.4,0.5,-0.0999"))
        let interval = object["interval"] as? [String: String]
        #expect(interval == ["start": "2024-10-04T00:00:00Z", "end": "2024-10-06T00:00:00Z"])
        #expect(object["report_count"] as? Int == 2000)
    }

    @Test("A group with a hidden number is not compared: its size would give the number away")
    func hidden() throws {
        let yaml = """
            min_batch_size: 1
            time_precision: 1d
            metrics:
              - {name: tea, title: Tea, description: d, type: choice, options: [a/x, a/y, b/x, b/y, c/x, c/y]}
            """
        let metric = try #require(try MetricCatalogText.metric("tea", yaml))
        let result = try Metrics.result(
            "tea", Metrics.window(1), reports: 400, .vector([100, 100, 50, 50, 3, 97]))
        let table = try GroupTable([result], metric: metric, base: "a")
        // c's small number, and with it the smallest of the others, are hidden.
        #expect(table.rows.filter { $0.group == "c" }.allSatisfy { $0.comparison == nil })
        #expect(table.rows.filter { $0.group == "b" }.allSatisfy { $0.comparison == nil })
        #expect(table.comparisons == 0)
        #expect(try table.table(metric).contains("–: a number is hidden"))
        #expect(try !table.table(metric).contains("0 comparisons"))
        #expect(table.csv(metric).contains(",400,a,b,x,,,,,,,,,,\r\n"))
    }

    private func cautions(_ values: [Int128]) throws -> String {
        let reports = UInt64(values.map(\.magnitude).reduce(0, +))
        let result = try Metrics.result("tea", Metrics.window(1), reports: reports, .vector(values))
        return try GroupTable([result], metric: Metrics.metric("tea"), base: "a").cautions.joined(separator: "\n")
    }

    @Test("A share beyond 0 and 1 is told to be noise")
    func beyond() throws {
        #expect(try !cautions([40, 60, 50, 40, 10]).contains("noise"))
        #expect(try cautions([40, 60, -5, 95, 10]).contains("a share below 0 % or above 100 % is noise"))
    }

    @Test("Where p and the interval of the difference disagree, it is told that p counts")
    func disputed() throws {
        #expect(try !cautions([400, 600, 500, 400, 100]).contains("p counts"))
        // 5 of 10 against 190 of 1000: √(0.193 · 0.807 · 0.101) is 0.125, √(0.5² / 10 + 0.19 · 0.81 / 1000) is 0.159.
        #expect(try cautions([190, 810, 5, 5, 0]).contains("p counts"))
    }

    @Test("A metric without groups, or without that group, is a wrong command line")
    func wrong() throws {
        for (metric, base) in [("tea", "c"), ("mood", "1"), ("ages", "a"), ("pets", "cat"), ("few", "x")] {
            let failure = try #require(throws: CommandFailure.self) {
                try GroupTable.check(base, of: Metrics.metric(metric))
            }
            #expect(failure.status == .usage)
        }
        #expect(throws: Never.self) { try GroupTable.check("b", of: Metrics.metric("tea")) }
    }
}
