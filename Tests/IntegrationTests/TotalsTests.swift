import Foundation
import Testing

/// From values typed at a shell to totals read at one, through real processes.
@Suite(.serialized) struct TotalsTests {
    static let catalog = """
        min_batch_size: 3
        time_precision: 1h
        suppress_below: 0
        metrics:
          - {name: opened, title: Opened, description: Whether it was opened., type: count}
          - {name: minutes, title: Minutes, description: Time spent., unit: min, type: sum, max: 1000}
          - {name: speed, title: Speed, description: How fast it was., type: histogram, edges: [0, 2.5, 10]}
          - {name: colour, title: Colour, description: The favourite., type: choice, options: [red, green, blue]}
          - {name: tools, title: Tools, description: What is used., type: choices, options: [saw, axe, awl, file], at_most: 2}
          - {name: hours, title: Hours, description: When it is used., type: vector, length: 4, max: 60}
        """

    private static let measurements: [(metric: String, values: [String], result: [Int])] = [
        ("opened", ["yes", "no", "yes", "true"], [3]),
        ("minutes", ["0", "1000", "17"], [1017]),
        ("speed", ["-1", "0", "2.5", "9.99", "10", "1e3"], [1, 1, 2, 2]),
        ("colour", ["red", "blue", "blue"], [1, 0, 2]),
        ("tools", ["saw,file", "axe", "", "saw"], [2, 1, 0, 1]),
        ("hours", ["1,2,3,4", "60,0,0,0", "0,0,0,1"], [61, 2, 3, 5]),
    ]

    @Test func everyKindOfMetricGivesItsExactTotal() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        let window = Windows.bounds(hoursAgo: 2)
        for (metric, values, expected) in Self.measurements {
            for value in values {
                let outcome = try await deployment.submit(
                    metric, "-", "--time", Windows.moment(hoursAgo: 2), input: value)
                #expect(outcome.status == 0, "\(metric): \(outcome)")
            }
            let collected = try await deployment.collect(
                metric, "--from", window.from, "--to", window.to, "--output", "json")
            #expect(collected.status == 0, "\(metric): \(collected)")
            let result = try #require(try JSONResult.all(collected.output).first, "\(collected)")
            #expect(result.result == expected, "\(metric)")
            #expect(result.reportCount == values.count)
            #expect(result.start == window.from && result.end == window.to)
        }
        #expect(await deployment.stop() == 0)
    }

    @Test func aSurveyInACSVFileIsCountedRowByRowAndWindowByWindow() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        let file = deployment.directory.appendingPathComponent("answers.csv")
        var rows = ["when,plan,minutes"]
        for index in 0..<60 { rows.append("\(Windows.moment(hoursAgo: 1 + index % 3)),x,\(index)") }
        try rows.joined(separator: "\r\n").write(to: file, atomically: true, encoding: .utf8)
        let submitted = try await deployment.submit(
            "minutes", "--csv", file.path, "--column", "minutes", "--time-column", "when")
        #expect(submitted.status == 0, "\(submitted)")
        #expect(submitted.output.isEmpty)

        let collected = try await deployment.collect("minutes", "--output", "json")
        #expect(collected.status == 0, "\(collected)")
        let results = try JSONResult.all(collected.output).sorted { $0.start < $1.start }
        let expected = [3, 2, 1].map { hours in (0..<60).filter { 1 + $0 % 3 == hours }.reduce(0, +) }
        #expect(results.map(\.result) == expected.map { [$0] })
        #expect(results.map(\.reportCount) == [20, 20, 20])
        #expect(results.first?.mean == Double(expected[0]) / 20)
        await deployment.stop()
    }

    @Test func rowsThatDoNotFitAreToldByLineAndNeverByValue() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        let file = deployment.directory.appendingPathComponent("answers.csv")
        try "colour\nred\nmagenta7731\nblue\n\"gre\"\"en7731\"\ngreen\n".write(
            to: file, atomically: true, encoding: .utf8)
        let submitted = try await deployment.submit(
            "colour", "--csv", file.path, "--column", "colour")
        #expect(submitted.status == 65, "\(submitted)")
        #expect(submitted.errors.contains("3") && submitted.errors.contains("5"), "\(submitted)")
        #expect(!submitted.errors.contains("7731"), "\(submitted)")
        let now = Windows.bounds(hoursAgo: 0)
        let collected = try await deployment.collect("colour", "--from", now.from, "--to", now.to, "--output", "json")
        #expect(collected.status == 0, "\(collected)")
        #expect(try JSONResult.all(collected.output).first?.result == [1, 1, 1])
        #expect(collected.errors.lowercased().contains("warning"), "an open window is warned about: \(collected)")
        await deployment.stop()
    }
}
