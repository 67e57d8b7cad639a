import PrioCommand
import Testing

@Suite("Rows as measurements")
struct MeasurementRowsTests {
    /// Lines with `ok@seconds`, or the reason why not.
    private func read(
        _ text: String, _ metric: String, _ columns: [String], time: String? = nil
    ) throws -> [String] {
        var bytes = Array(text.utf8)
        var rows = try MeasurementRows(
            CSVReader {
                defer { bytes = [] }
                return bytes
            }, metric: Metrics.metric(metric), columns: columns, timeColumn: time, defaultTime: 7)
        var lines: [String] = []
        while let row = try rows.next() {
            switch row.content {
            case .success(let measurement): lines.append("\(row.line) ok@\(measurement.posixSeconds)")
            case .failure(let refusal): lines.append("\(row.line) \(refusal.reason)")
            }
        }
        return lines
    }

    @Test("A row that does not fit is told by line and reason, and the others are taken")
    func reasons() throws {
        let lines = try read("n,visits\n1,5\n2,101\n3,x\n4\n5,6,7\n\"6\n\", 8 \n\n8,\n", "visits", ["visits"])
        #expect(
            lines == [
                "2 ok@7", "3 larger than the metric's max of 100", "4 not a whole number",
                "5 1 column where the header has 2", "6 3 columns where the header has 2", "7 ok@7",
                "10 not a whole number",
            ])
    }

    @Test("Several columns join into one option")
    func joining() throws {
        #expect(
            try read("plan,x,health\n1,,so-so\n 1 ,, so-so\n1,,bad\n", "mood", ["plan", "health"])
                == ["2 ok@7", "3 ok@7", "4 not one of the options"])
        #expect(throws: CommandFailure.self) { try Metrics.metric("visits").checkColumns(2) }
        #expect(throws: Never.self) { try Metrics.metric("mood").checkColumns(2) }
    }

    @Test("A row's time is its own")
    func times() throws {
        #expect(
            try read("v,t\n1,1970-01-01T00:01:00Z\n1,\n1,1969-12-31T00:00:00Z\n", "visits", ["v"], time: "t")
                == [
                    "2 ok@60", "3 not a time such as 2026-03-01T12:00:00Z (RFC 3339)",
                    "4 a time before 1970 or after 9999",
                ])
    }

    @Test("A row from outside the metric's period is refused by its line, and its time is not told")
    func period() throws {
        let lines = try read(
            "v,t\n1,2026-02-28T23:59:59Z\n1,2026-03-01T00:00:00Z\n1,2026-03-31T23:59:59Z\n1,2026-04-01T00:00:00Z\n",
            "march", ["v"], time: "t")
        #expect(
            lines == [
                "2 its time is before the metric's start at 2026-03-01T00:00:00Z", "3 ok@1772323200",
                "4 ok@1775001599", "5 its time is after the metric's end at 2026-04-01T00:00:00Z",
            ])
    }

    @Test("An empty line of a file with one column is an empty answer")
    func oneColumn() throws {
        #expect(try read("pets\ncat\n\n\"cat,dog\"\n", "pets", ["pets"]) == ["2 ok@7", "3 ok@7", "4 ok@7"])
    }

    @Test("A header without the column, or with two of them, is refused without showing it")
    func header() throws {
        let error = try #require(throws: CSVError.self) { try read("secret,5\n", "visits", ["visits"]) }
        #expect(!error.description.contains("secret"))
        #expect(throws: CSVError.self) { try read("visits,visits\n1,2\n", "visits", ["visits"]) }
        #expect(throws: CSVError.self) { try read("visits\n1\n", "visits", ["visits"], time: "t") }
        #expect(throws: CSVError.self) { try read("", "visits", ["visits"]) }
        #expect(throws: CSVError.self) { try read("\"visits\n", "visits", ["visits"]) }
    }
}
