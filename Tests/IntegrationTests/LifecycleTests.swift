import Foundation
import Testing

/// What an operator and an analyst meet: crashes, repetitions, refusals.
@Suite(.serialized) struct LifecycleTests {
    private func submit(_ deployment: DevDeployment, _ values: [String], hoursAgo hours: Int) async throws {
        for value in values {
            let outcome = try await deployment.submit("minutes", value, "--time", Windows.moment(hoursAgo: hours))
            #expect(outcome.status == 0, "\(outcome)")
        }
    }

    @Test func acknowledgedReportsSurviveAKillOfBothAggregators() async throws {
        var deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        try await submit(deployment, ["1", "20", "300"], hoursAgo: 2)
        for aggregator in deployment.aggregators { kill(aggregator, SIGKILL) }
        #expect(await deployment.end() == 1, "when an aggregator dies, so does prio dev up")
        deployment = try await DevDeployment.start(in: deployment.directory)
        try await submit(deployment, ["400"], hoursAgo: 2)
        let window = Windows.bounds(hoursAgo: 2)
        let collected = try await deployment.collect(
            "minutes", "--from", window.from, "--to", window.to, "--output", "json", "--wait", "100")
        #expect(try JSONResult.all(collected.output).first?.result == [721], "\(collected)\n\(deployment.logText)")
        await deployment.stop()
    }

    @Test func collectingTwiceShowsTheSameAndALateReportIsRefused() async throws {
        let deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        try await submit(deployment, ["1", "2", "3"], hoursAgo: 2)
        let window = Windows.bounds(hoursAgo: 2)
        let first = try await deployment.collect(
            "minutes", "--from", window.from, "--to", window.to, "--output", "json")
        #expect(first.status == 0, "\(first)")
        let again = try await deployment.collect(
            "minutes", "--from", window.from, "--to", window.to, "--output", "json")
        #expect(again.output == first.output)
        // Without the collector's own record, the leader gives the same batch again.
        try FileManager.default.removeItem(atPath: deployment.run + "/collector/results.jsonl")
        let asked = try await deployment.collect(
            "minutes", "--from", window.from, "--to", window.to, "--output", "json")
        #expect(asked.output == first.output)
        let late = try await deployment.submit("minutes", "4", "--time", Windows.moment(hoursAgo: 2))
        #expect(late.status == 65, "\(late)")
        await deployment.stop()
    }

    @Test func everyRefusalHasItsExitCode() async throws {
        let deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        try await submit(deployment, ["1", "2"], hoursAgo: 2)
        let window = Windows.bounds(hoursAgo: 2)
        let named = ["--from", window.from, "--to", window.to]
        let few = try await Program.collector.run(["collect", "minutes", "--dir", deployment.run] + named)
        #expect(few.status == 75, "fewer reports than the minimum: \(few)")
        #expect(try await deployment.collect("minutes").status == 75)
        // Nothing was closed by asking: the third report makes the batch.
        try await submit(deployment, ["3"], hoursAgo: 2)
        let enough = try await Program.collector.run(
            ["collect", "minutes", "--dir", deployment.run, "--output", "json"] + named)
        #expect(try JSONResult.all(enough.output).first?.result == [6], "\(enough)")

        #expect(try await deployment.submit("nothing", "1").status == 65, "an unknown metric")
        #expect(try await deployment.submit("minutes", "1001").status == 65, "a value out of range")
        #expect(try await deployment.submit("minutes").status == 64, "no value")
        #expect(try await Program.collector.run(["collect"]).status == 64)
        #expect(
            try await Program.client.run(["submit", "minutes", "1", "--catalog", "/nonexistent.yaml"]).status == 65)
        let future = try await deployment.submit("minutes", "1", "--time", Windows.moment(hoursAgo: -5))
        #expect(future.status == 65, "a time in the future: \(future)")

        let token = deployment.directory.appendingPathComponent("wrong-token")
        try "d3Jvbmc\n".write(to: token, atomically: true, encoding: .utf8)
        chmod(token.path, 0o600)
        let unauthorised = try await Program.collector.run([
            "collect", "opened", "--catalog", deployment.catalog, "--key", deployment.run + "/collector/key.yaml",
            "--token-file", token.path, "--from", window.from, "--to", window.to,
        ])
        #expect(unauthorised.status == 77, "\(unauthorised)")
        chmod(token.path, 0o644)
        let open = try await Program.collector.run([
            "collect", "opened", "--catalog", deployment.catalog, "--key", deployment.run + "/collector/key.yaml",
            "--token-file", token.path,
        ])
        #expect(open.status == 78, "a secret that others can read: \(open)")

        await deployment.stop()
        let down = try await Program.collector.run(["collect", "opened", "--dir", deployment.run] + named)
        #expect(down.status == 69, "\(down)")
    }

    @Test func secretsStayInFilesOfTheirOwnerAndOutOfArguments() async throws {
        let deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        let files = try #require(FileManager.default.enumerator(atPath: deployment.run)).compactMap { $0 as? String }
        let secrets = files.filter { file in
            ["key", "token", "secret", "sqlite"].contains { file.contains($0) }
        }
        #expect(secrets.count >= 8, "\(files)")
        for file in secrets {
            let attributes = try FileManager.default.attributesOfItem(atPath: deployment.run + "/" + file)
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0, "\(file)")
        }
        let token = try String(contentsOfFile: deployment.run + "/collector/token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let configuration = try String(contentsOfFile: deployment.run + "/leader/aggregator.yaml", encoding: .utf8)
        #expect(!configuration.contains(token), "the leader keeps only the token's hash")
        #expect(deployment.aggregators.count == 2)
        for process in deployment.aggregators + [deployment.processIdentifier] {
            let arguments = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))
            #expect(!String(decoding: arguments, as: UTF8.self).contains(token))
        }
        #expect(!deployment.logText.contains(token))
        await deployment.stop()
    }

    @Test func aStoppedDeploymentLeavesNoProcessBehind() async throws {
        let deployment = try await DevDeployment.start(catalog: TotalsTests.catalog)
        defer { deployment.remove() }
        let children = deployment.aggregators
        #expect(children.count == 2)
        await deployment.stop(signal: SIGKILL)
        for _ in 0..<150 where children.contains(where: { kill($0, 0) == 0 }) {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(children.allSatisfy { kill($0, 0) != 0 }, "even when prio dev up is killed, the aggregators end")
    }
}
