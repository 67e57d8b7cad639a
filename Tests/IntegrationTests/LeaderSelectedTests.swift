import Foundation
import Testing

/// Metrics whose batches the leader makes: each is released from so many reports on, whenever they come.
@Suite(.serialized) struct LeaderSelectedTests {
    /// How many different people `who` can tell apart.
    private static let people = 80

    /// Everybody's answer to `who` is a one in a place of their own, so that a sum says who is in a batch.
    private static let catalog = """
        min_batch_size: 10
        time_precision: 1h
        batch_mode: leader-selected
        suppress_below: 0
        metrics:
          - {name: who, title: Who, description: Who answered., type: vector, length: \(people), max: 1}
          - {name: idle, title: Idle, description: What nobody answers., type: count}
          - name: past
            title: Past
            description: What was asked last year.
            type: count
            report_retention: 3650d
            starts: 2025-01-01T00:00:00Z
            ends: 2026-01-01T00:00:00Z
        """

    private func answer(_ deployment: DevDeployment, _ people: Range<Int>) async throws {
        let rows = people.map { person in
            "\"" + (0..<Self.people).map { $0 == person ? "1" : "0" }.joined(separator: ",") + "\""
        }
        let outcome = try await deployment.submit(
            "who", "--csv", "-", "--column", "who", input: "who\n" + rows.joined(separator: "\n") + "\n")
        #expect(outcome.status == 0, "\(outcome)")
    }

    /// Collects until there are so many batches: a slow machine may need more than a run.
    private func batches(_ count: Int, of deployment: DevDeployment) async throws -> [JSONResult] {
        var results: [JSONResult] = []
        for _ in 0..<20 where results.count < count {
            let outcome = try await deployment.collect("who", "--output", "json", "--wait", "60")
            #expect(outcome.status == 0, "\(outcome)\n\(deployment.logText)")
            results = try JSONResult.all(outcome.output)
        }
        return results
    }

    /// How often each person is in the batches.
    private func tally(_ batches: [JSONResult]) -> [Int] {
        batches.reduce(into: [Int](repeating: 0, count: Self.people)) { tally, batch in
            for (person, times) in batch.result.enumerated() { tally[person] += times }
        }
    }

    private func keptLines(_ deployment: DevDeployment) throws -> Int {
        try String(contentsOfFile: deployment.run + "/collector/results.jsonl", encoding: .utf8)
            .split(separator: "\n").count
    }

    @Test func batchesOfTheMinimumComeOneAfterAnotherAndEverybodyIsCountedOnce() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        try await answer(deployment, 0..<25)
        let first = try await batches(2, of: deployment)
        #expect(first.map(\.reportCount) == [10, 10])
        #expect(first.allSatisfy { $0.result.reduce(0, +) == 10 })
        #expect(tally(first).allSatisfy { $0 <= 1 })
        #expect(tally(first)[25...].allSatisfy { $0 == 0 })
        #expect(first.allSatisfy { $0.start < $0.end })

        // Five are too few for a batch; what was collected is shown again.
        let again = try await deployment.collect("who", "--output", "json", "--wait", "3")
        #expect(again.status == 0, "\(again)")
        #expect(try JSONResult.all(again.output).map(\.result) == first.map(\.result))
        #expect(again.errors.contains("no further batch"), "\(again)")
        #expect(try keptLines(deployment) == 2)

        // The request of before is still with the leader, and answered by the next batch.
        try await answer(deployment, 25..<35)
        let all = try await batches(3, of: deployment)
        #expect(all.map(\.reportCount) == [10, 10, 10])
        #expect(all.prefix(2).map(\.result) == first.map(\.result))
        #expect(tally(all).allSatisfy { $0 <= 1 })
        #expect(tally(all).reduce(0, +) == 30)
        await deployment.stop()
    }

    @Test func aKilledCollectorNeitherLosesABatchNorKeepsItTwice() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        try await answer(deployment, 0..<Self.people)
        for _ in 0..<4 { try await killOnceItKeepsABatch(deployment) }
        let all = try await batches(Self.people / 10, of: deployment)
        #expect(all.map(\.reportCount) == [Int](repeating: 10, count: Self.people / 10))
        #expect(tally(all) == [Int](repeating: 1, count: Self.people))
        #expect(try keptLines(deployment) == Self.people / 10)
        await deployment.stop()
    }

    /// Starts a collector and kills it as soon as it has written a batch down: most often before it has told the leader
    /// to delete the job.
    private func killOnceItKeepsABatch(_ deployment: DevDeployment) async throws {
        let file = deployment.run + "/collector/results.jsonl"
        @Sendable func size() -> off_t {
            var status = stat()
            return stat(file, &status) == 0 ? status.st_size : 0
        }
        let before = size()
        let process = try ProgramProcess(
            Program.collector.url, ["collect", "who", "--dir", deployment.run, "--wait", "60"])
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                while process.isRunning, size() == before {}
                process.send(SIGKILL)
                continuation.resume()
            }
        }
        _ = await process.end()
    }

    @Test func aMetricWithoutBatchesOrWithoutWindowsSaysSo() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        let nothing = try await deployment.collect("idle", "--wait", "1")
        #expect(nothing.status == 75, "\(nothing)")
        #expect(nothing.output.isEmpty)
        let window = Windows.bounds(hoursAgo: 2)
        let named = try await deployment.collect("idle", "--from", window.from, "--to", window.to)
        #expect(named.status == 64, "\(named)")
        #expect(named.errors.contains("leader-selected"), "\(named)")

        let late = try await deployment.submit("past", "yes")
        #expect(late.status == 65, "\(late)")
        #expect(late.errors.contains("after the metric's end at 2026-01-01T00:00:00Z"), "\(late)")
        let inTime = try await deployment.submit("past", "yes", "--time", "2025-12-31T23:59:59Z")
        #expect(inTime.status == 0, "\(inTime)")
        let rows = try await deployment.submit(
            "past", "--csv", "-", "--column", "answer", "--time-column", "when",
            input: "answer,when\nyes,2024-12-31T23:59:59Z\nno,2025-06-01T12:00:00Z\n")
        #expect(rows.status == 65, "\(rows)")
        #expect(rows.errors.contains("line 2: not sent: its time is before the metric's start"), "\(rows)")
        #expect(rows.errors.contains("1 accepted, 0 rejected, 1 not sent"), "\(rows)")
        await deployment.stop()
    }
}
