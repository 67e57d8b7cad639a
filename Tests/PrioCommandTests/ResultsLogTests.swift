import DifferentialPrivacy
import Foundation
import PrioCommand
import Testing

@Suite("The results file")
struct ResultsLogTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("results.jsonl") }

    init() throws { directory = try TemporaryDirectory() }

    private func samples() throws -> [CollectedResult] {
        [
            try Metrics.result("visits", Metrics.window(20_000), reports: 12, .integer((1 << 53) + 1)),
            try Metrics.result(
                "mood", Metrics.window(20_001, 3), reports: .max, .vector([0, .max, .min, 9_007_199_254_740_993])),
        ]
    }

    @Test("Results read back exactly, whatever their size")
    func exact() throws {
        for result in try samples() { try ResultsLog(path: path).append(result) }
        let log = try ResultsLog(path: path)
        #expect(try log.results == samples())
        #expect(!log.wasRepaired)
        #expect(try directory.mode(of: "results.jsonl") == 0o600)
        #expect(try directory.read("results.jsonl").split(separator: "\n").count == 2)
    }

    @Test("A batch keeps its job, and a task's results come in the order of collection")
    func jobs() throws {
        let batches = try [7, 5, 6].map {
            try Metrics.result("queue", Metrics.window($0), reports: 12, .integer(1), jobID: "job \($0)")
        }
        for result in batches { try ResultsLog(path: path).append(result) }
        let log = try ResultsLog(path: path)
        #expect(try log.results(task: Metrics.task(1)) == batches)
        #expect(try log.results(task: Metrics.task(2)).isEmpty)
    }

    @Test("A last line cut anywhere is taken away, and the others stay")
    func cut() throws {
        for result in try samples() { try ResultsLog(path: path).append(result) }
        let text = try directory.read("results.jsonl")
        let first = try #require(text.firstIndex(of: "\n"))
        for end in text.indices where end > text.index(after: first) {
            _ = try directory.write(String(text[..<end]), to: "results.jsonl")
            let log = try ResultsLog(path: path)
            let isWhole = text.index(after: end) == text.endIndex
            #expect(log.results.count == (isWhole ? 2 : 1))
            #expect(log.wasRepaired == !isWhole)
            if !isWhole { try log.append(samples()[1]) }
            #expect(try directory.read("results.jsonl") == text)
        }
    }

    @Test("Another damaged line is told, and nothing is changed")
    func damage() throws {
        for result in try samples() { try ResultsLog(path: path).append(result) }
        let text = try directory.read("results.jsonl").replacing("\"visits\"", with: "visits")
        _ = try directory.write(text, to: "results.jsonl")
        let error = try #require(throws: FileError.self) { try ResultsLog(path: path) }
        #expect(error.description.contains("line 1"))
        #expect(error.status == .badData)
        #expect(try directory.read("results.jsonl") == text)
    }

    @Test("A window is found by its task and its exact bounds, or by what it has in common")
    func finding() throws {
        let log = try ResultsLog(path: path)
        for result in try samples() { try log.append(result) }
        let task = try Metrics.task(1)
        #expect(try log.result(task: task, window: Metrics.window(20_001, 3)) == samples()[1])
        #expect(try log.result(task: task, window: Metrics.window(20_001)) == nil)
        #expect(try log.overlapping(task: task, window: Metrics.window(20_003, 2)).count == 1)
        #expect(try log.overlapping(task: task, window: Metrics.window(20_004)).isEmpty)
        #expect(try log.overlapping(task: Metrics.task(2), window: Metrics.window(20_000)).isEmpty)
    }

    @Test("A line keeps what its release cost and which windows its reports are from")
    func costs() throws {
        let amount = PrivacyAmount(billionths: 250_000_000)
        let results = try [PrivacyMechanism.laplace(epsilon: amount), .gaussian(rho: amount)].map { mechanism in
            try CollectedResult(
                metric: "sick", taskID: Metrics.task(1), window: Metrics.window(7, 5), reportCount: 12,
                value: .integer(-4), reportWindows: Metrics.window(8, 2), mechanism: mechanism)
        }
        for result in results { try ResultsLog(path: path).append(result) }
        #expect(try ResultsLog(path: path).results == results)
        let lines = try directory.read("results.jsonl").split(separator: "\n")
        #expect(
            lines.first?.contains(
                #""privacy":{"epsilon":250000000,"mechanism":"laplace","rho":31250000}"#) == true)
        #expect(lines.last?.contains(#""privacy":{"mechanism":"gaussian","rho":250000000}"#) == true)
    }

    @Test("Lines without costs and bounds of reports read as before")
    func oldLines() throws {
        let task = try Metrics.task(1)
        _ = try directory.write(
            """
            {"end":"2024-10-05T00:00:00Z","first_window":20000,"metric":"mood","report_count":12,"result":[1,0,11],\
            "start":"2024-10-04T00:00:00Z","task":"\(task)","time_precision":86400,"windows":1}

            """, to: "results.jsonl")
        #expect(
            try ResultsLog(path: path).results == [
                Metrics.result("mood", Metrics.window(20_000), reports: 12, .vector([1, 0, 11]))
            ])
    }

    @Test("A file that another process writes is only read; half a line at its end is passed over")
    func onlyRead() throws {
        #expect(try ResultsLog.read(path: path).isEmpty)
        #expect(throws: (any Error).self) { try directory.read("results.jsonl") }
        for result in try samples() { try ResultsLog(path: path).append(result) }
        let text = try String(directory.read("results.jsonl").dropLast(5))
        _ = try directory.write(text, to: "results.jsonl")
        #expect(try ResultsLog.read(path: path) == [samples()[0]])
        #expect(try directory.read("results.jsonl") == text)
    }
}
