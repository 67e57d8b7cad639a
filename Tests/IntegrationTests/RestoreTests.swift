import Foundation
import Testing

/// Backups and what becomes of them, as an operator has to do with them.
@Suite(.serialized) struct RestoreTests {
    private func submit(_ deployment: DevDeployment, _ values: [String], hoursAgo hours: Int) async throws {
        for value in values {
            let outcome = try await deployment.submit("minutes", value, "--time", Windows.moment(hoursAgo: hours))
            #expect(outcome.status == 0, "\(outcome)")
        }
    }

    private func aggregator(_ deployment: DevDeployment, _ command: String, _ side: String, _ arguments: String...)
        async throws -> Program.Outcome
    {
        try await Program.aggregator.run(
            [command, "--config", "\(deployment.run)/\(side)/aggregator.yaml"] + arguments)
    }

    /// Stops both, puts the backups in place as the manual says, and starts both.
    private func restore(_ deployment: DevDeployment, withoutFile: Bool) async throws -> DevDeployment {
        await deployment.stop()
        let files = FileManager.default
        for side in ["leader", "helper"] {
            let database = "\(deployment.run)/\(side)/store.sqlite"
            for companion in ["", "-wal", "-shm"] + (withoutFile ? [".releases"] : []) {
                try? files.removeItem(atPath: database + companion)
            }
            try files.copyItem(atPath: "\(deployment.run)/\(side)/backup", toPath: database)
        }
        return try await DevDeployment.start(in: deployment.directory)
    }

    @Test func aRestoredBackupDoesNotReopenWhatWasReleasedSince() async throws {
        var deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        let window = Windows.bounds(hoursAgo: 2)
        let longer = (from: Windows.bounds(hoursAgo: 3).from, to: window.to)
        func collect(_ bounds: (from: String, to: String)) async throws -> Program.Outcome {
            // What the collector keeps is not asked for again.
            try? FileManager.default.removeItem(atPath: deployment.run + "/collector/results.jsonl")
            return try await deployment.collect(
                "minutes", "--from", bounds.from, "--to", bounds.to, "--output", "json", "--wait", "60")
        }
        try await submit(deployment, ["1", "20", "300"], hoursAgo: 2)
        try await submit(deployment, ["7"], hoursAgo: 4)
        // Too few: it is said when both have aggregated the one, and so probably what came before it.
        #expect(try await collect(Windows.bounds(hoursAgo: 4)).status == 75)
        try await Task.sleep(for: .seconds(2))
        for side in ["leader", "helper"] {
            let backup = try await aggregator(deployment, "backup", side, "\(deployment.run)/\(side)/backup")
            #expect(backup.status == 0 && backup.output.isEmpty, "\(backup)")
            let again = try await aggregator(deployment, "backup", side, "\(deployment.run)/\(side)/backup")
            #expect(again.status == 1, "nothing is overwritten: \(again)")
            let status = try await aggregator(deployment, "status", side)
            #expect(status.output.contains("restored  no") && status.output.contains("releases  0"), "\(status)")
        }
        let released = try await collect(window)
        #expect(try JSONResult.all(released.output).first?.result == [321], "\(released)\n\(deployment.logText)")

        deployment = try await restore(deployment, withoutFile: false)
        try await submitLate(deployment)
        let other = try await collect(longer)
        #expect(other.status == 65, "refused with other bounds: \(other)\n\(deployment.logText)")
        #expect(try await collect(window).status == 65)
        for side in ["leader", "helper"] {
            let status = try await aggregator(deployment, "status", side)
            #expect(status.output.contains("restored  yes") && status.output.contains("for good"), "\(status)")
            let second = try blockedThrough(status)
            let lifted = try await aggregator(
                deployment, "unblock", side, "--nothing-was-released-until", "\(second)")
            #expect(lifted.status == 65, "what is proven is not lifted: \(lifted)")
        }
        #expect(deployment.logText.contains("error this aggregator was restored from a backup"))
        await deployment.stop()
    }

    @Test func anOperatorWhoKnowsThatNothingWasReleasedLiftsTheBlock() async throws {
        var deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        for side in ["leader", "helper"] {
            let backup = try await aggregator(deployment, "backup", side, "\(deployment.run)/\(side)/backup")
            #expect(backup.status == 0, "\(backup)")
        }
        deployment = try await restore(deployment, withoutFile: true)
        try await submitLate(deployment)
        await deployment.stop()
        for side in ["leader", "helper"] {
            let second = try blockedThrough(try await aggregator(deployment, "status", side))
            let wrong = try await aggregator(
                deployment, "unblock", side, "--nothing-was-released-until", "\(second - 1)")
            #expect(wrong.status == 65, "\(wrong)")
            let lifted = try await aggregator(
                deployment, "unblock", side, "--nothing-was-released-until", "\(second)")
            #expect(lifted.status == 0, "\(lifted)")
            #expect(try await aggregator(deployment, "status", side).output.contains("restored  no"))
        }
        deployment = try await DevDeployment.start(in: deployment.directory)
        try await submit(deployment, ["1", "2", "3"], hoursAgo: 2)
        let window = Windows.bounds(hoursAgo: 2)
        let collected = try await deployment.collect(
            "minutes", "--from", window.from, "--to", window.to, "--output", "json", "--wait", "60")
        #expect(try JSONResult.all(collected.output).first?.result == [6], "\(collected)\n\(deployment.logText)")
        await deployment.stop()
        let none = try await Program.aggregator.run(["status", "--config", deployment.run + "/nowhere.yaml"])
        #expect(none.status == 78, "\(none)")
    }

    /// A report from before the restore is refused.
    private func submitLate(_ deployment: DevDeployment) async throws {
        let late = try await deployment.submit("minutes", "4", "--time", Windows.moment(hoursAgo: 2))
        #expect(late.status == 65, "\(late)")
    }

    private func blockedThrough(_ status: Program.Outcome) throws -> UInt64 {
        let line = status.output.split(separator: "\n").first { $0.hasPrefix("blocked") }
        let number = try #require(line?.split(whereSeparator: { " ,".contains($0) }).dropFirst(2).first, "\(status)")
        return try #require(UInt64(number))
    }
}
