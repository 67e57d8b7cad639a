import DAPRoles
import Foundation
import PrioCommand
import Testing

@Suite("Results as JSON, CSV and a table")
struct ResultOutputTests {
    private func result(_ metric: String, _ value: AggregateValue, reports: UInt64 = 20, window: UInt64 = 20_000)
        throws -> CollectedResult
    {
        try Metrics.result(metric, Metrics.window(window), reports: reports, value)
    }

    @Test("JSON is an array also of nothing")
    func nothing() throws {
        #expect(try ResultJSON.text([], metric: Metrics.metric("visits")) == "[]\n")
        #expect(
            try ResultCSV.text([], metric: Metrics.metric("visits")) == ResultCSV.header(of: Metrics.metric("visits"))
                + "\r\n")
        #expect(try ResultTable(metric: Metrics.metric("visits")).text([]) == "")
    }

    @Test("JSON has labels for buckets and options, a mean for sums, and exact numbers")
    func json() throws {
        let large: Int128 = (1 << 53) + 1
        let sum = try ResultJSON.text([result("visits", .integer(large))], metric: Metrics.metric("visits"))
        #expect(
            sum == """
                [
                  {"metric": "visits", "report_count": 20, "interval": {"start": "2024-10-04T00:00:00Z", \
                "end": "2024-10-05T00:00:00Z"}, "result": 9007199254740993, "standard_deviation": 0, \
                "interval_95": [9007199254740993, 9007199254740993], "noise": {"mechanism": "none"}, \
                "suppressed_below": 0, "mean": 450359962737049.6, \
                "mean_interval_95": [450359962737049.6, 450359962737049.6]}
                ]

                """)
        let ages = try ResultJSON.text([result("ages", .vector([1, 2, 3, .max]))], metric: Metrics.metric("ages"))
        #expect(ages.contains("\"result\": [1, 2, 3, 170141183460469231731687303715884105727]"))
        #expect(ages.contains("\"labels\": [\"below 0\", \"0–9\", \"10–19\", \"20 and more\"]"))
        #expect(!ages.contains("mean"))
        #expect(ages.contains("\"quartiles\": [{\"percent\": 25, "))
        let hours = try ResultJSON.text([result("hours", .vector([1, 2]))], metric: Metrics.metric("hours"))
        #expect(!hours.contains("labels"))
    }

    @Test("JSON is read by others, several windows and any text included")
    func jsonIsValid() throws {
        let yaml = Metrics.yaml + "\n  - {name: odd, title: O, description: d, type: choice, options: ['a\"\\b', 'ü']}"
        let metric = try #require(try MetricCatalogText.metric("odd", yaml))
        let text = try ResultJSON.text(
            [result("odd", .vector([1, 2])), result("odd", .vector([3, 4]), window: 20_001)], metric: metric)
        let objects = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(objects.count == 2)
        #expect(objects.first?["labels"] as? [String] == ["a\"\\b", "ü"])
        #expect(objects.last?["result"] as? [Int] == [3, 4])
    }

    @Test("CSV has a line for each bucket, option, place, yes or total")
    func csv() throws {
        let lines = try ResultCSV.text([result("mood", .vector([1, 2, 3]))], metric: Metrics.metric("mood"))
        #expect(
            lines
                == [
                    "metric,start,end,report_count,label,value,standard_deviation,low,high,mechanism,epsilon,rho,delta,"
                        + "windows,release_epsilon,release_rho,suppressed,statistic",
                    "mood,2024-10-04T00:00:00Z,2024-10-05T00:00:00Z,20,good,1,0,1,1,none,,,,,,,no,sum",
                    "mood,2024-10-04T00:00:00Z,2024-10-05T00:00:00Z,20,bad,2,0,2,2,none,,,,,,,no,sum",
                    "mood,2024-10-04T00:00:00Z,2024-10-05T00:00:00Z,20,1/so-so,3,0,3,3,none,,,,,,,no,sum", "",
                ].joined(separator: "\r\n"))
        func labels(_ metric: String, _ value: AggregateValue) throws -> [Substring] {
            try ResultCSV.text([result(metric, value)], metric: Metrics.metric(metric)).split(separator: "\r\n")
                .dropFirst().filter { $0.hasSuffix(",sum") }
                .map { $0.split(separator: ",", omittingEmptySubsequences: false)[4] }
        }
        #expect(try labels("visits", .integer(5)) == ["total"])
        #expect(try labels("ill", .integer(5)) == ["yes"])
        #expect(try labels("hours", .vector([5, 6])) == ["1", "2"])
    }

    @Test("A table has a block with bars for each window, and what they add up to")
    func table() throws {
        let results = [
            try result("ages", .vector([0, 5, 10, 5])),
            try result("ages", .vector([1, 0, 0, 0]), reports: 1, window: 20_001),
        ]
        let bar = String(repeating: "█", count: 40)
        let half = String(repeating: "█", count: 20)
        #expect(
            try ResultTable(metric: Metrics.metric("ages")).text(results) == """
                Ages
                2024-10-04 · 20 reports
                  below 0       0   0.0 %
                  0–9           5  25.0 %  \(half)
                  10–19        10  50.0 %  \(bar)
                  20 and more   5  25.0 %  \(half)
                  quartiles: 0–9 · 10–19 · 10–19

                Ages
                2024-10-05 · 1 report
                  below 0      1  100.0 %  \(bar)
                  0–9          0    0.0 %
                  10–19        0    0.0 %
                  20 and more  0    0.0 %
                  quartiles: below 0 · below 0 · below 0

                Ages
                2 windows together · 21 reports
                  below 0       1   4.8 %  ████
                  0–9           5  23.8 %  \(half)
                  10–19        10  47.6 %  \(bar)
                  20 and more   5  23.8 %  \(half)
                  quartiles: 0–9 · 10–19 · 10–19

                """)
    }

    @Test("A sum shows total, mean and its course; a count shows how many said yes")
    func numbers() throws {
        let sums = [try result("visits", .integer(50)), try result("visits", .integer(25), reports: 5, window: 20_001)]
        #expect(
            try ResultTable(metric: Metrics.metric("visits")).text(sums).hasSuffix(
                """
                Visits (visits)
                2 windows together · 25 reports
                  total    75  visits
                  mean   3.00
                  2024-10-04  50  \(String(repeating: "█", count: 40))
                  2024-10-05  25  \(String(repeating: "█", count: 20))

                """))
        #expect(
            try ResultTable(metric: Metrics.metric("ill")).text([result("ill", .integer(5))]) == """
                Ill
                2024-10-04 · 20 reports
                  yes  5 of 20  25.0 %  ██████████

                """)
        #expect(
            try ResultTable(metric: Metrics.metric("hours")).text([result("hours", .vector([30, 0]))]) == """
                Hours
                2024-10-04 · 20 reports
                  1  30  mean 1.50  \(String(repeating: "█", count: 40))
                  2   0  mean 0.00

                """)
    }

    /// Two batches that are from the same days.
    private func batches() throws -> [CollectedResult] {
        try ["a", "b"].enumerated().map { index, job in
            try Metrics.result(
                "queue", Metrics.window(20_000, 2), reports: 10, .integer(Int128(20 * (index + 1))), jobID: job)
        }
    }

    @Test("Leader-selected batches have numbers, as several may be from one window")
    func numberedBatches() throws {
        let metric = try Metrics.metric("queue")
        let title = "2024-10-04 to 2024-10-06"
        #expect(
            try ResultTable(metric: metric).text(batches()) == """
                Queue (min)
                batch 1 · \(title) · 10 reports
                  total    20  min
                  mean   2.00

                Queue (min)
                batch 2 · \(title) · 10 reports
                  total    40  min
                  mean   4.00

                Queue (min)
                2 batches together · 20 reports
                  total    60  min
                  mean   3.00
                  batch 1 · \(title)  20  \(String(repeating: "█", count: 20))
                  batch 2 · \(title)  40  \(String(repeating: "█", count: 40))

                """)
        let interval = "2024-10-04T00:00:00Z,2024-10-06T00:00:00Z"
        #expect(
            try ResultCSV.text(batches(), metric: metric)
                == [
                    ResultCSV.columns.joined(separator: ",") + ",batch",
                    "queue,\(interval),10,total,20,0,20,20,none,,,,,,,no,sum,1",
                    "queue,\(interval),10,total,2,0,2,2,none,,,,,,,no,mean,1",
                    "queue,\(interval),10,total,40,0,40,40,none,,,,,,,no,sum,2",
                    "queue,\(interval),10,total,4,0,4,4,none,,,,,,,no,mean,2", "",
                ].joined(separator: "\r\n"))
        let json = try ResultJSON.text(batches(), metric: metric)
        let objects = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        #expect(objects.map { $0["batch"] as? Int } == [1, 2])
        #expect(objects.map { $0["result"] as? Int } == [20, 40])
        let window = ["start": "2024-10-04T00:00:00Z", "end": "2024-10-06T00:00:00Z"]
        #expect(objects.map { $0["interval"] as? [String: String] } == [window, window])
    }

    @Test("What is not nothing is seen, and nothing is drawn beyond the widest bar")
    func extremes() throws {
        let text = try ResultTable(metric: Metrics.metric("mood")).text([result("mood", .vector([1, .max, 0]))])
        #expect(text.contains("▏\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count { $0 == "█" } <= 40 })
    }

    @Test("Numbers that cannot be added are told, not wrapped around")
    func overflow() throws {
        let results = [try result("visits", .integer(.max)), try result("visits", .integer(1), window: 20_001)]
        #expect(throws: CommandFailure.self) { try ResultTable(metric: Metrics.metric("visits")).text(results) }
    }

    @Test("A result of another form than the metric's is refused")
    func form() throws {
        #expect(throws: CommandFailure.self) { try result("ages", .vector([1])).checkForm(of: Metrics.metric("ages")) }
        #expect(throws: CommandFailure.self) { try result("ages", .integer(1)).checkForm(of: Metrics.metric("ages")) }
        #expect(throws: CommandFailure.self) { try result("ill", .vector([1])).checkForm(of: Metrics.metric("ill")) }
        #expect(throws: Never.self) { try result("hours", .vector([1, 2])).checkForm(of: Metrics.metric("hours")) }
    }
}
