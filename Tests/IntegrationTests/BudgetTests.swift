import Foundation
import Testing

/// What both aggregators' operators see of the accounts, while the aggregators run.
@Suite(.serialized) struct BudgetTests {
    private static let catalog = """
        min_batch_size: 3
        time_precision: 1h
        privacy:
          epsilon: 1
          lifetime: {epsilon: 1.5}
        metrics:
          - {name: ill, title: Ill, description: d, type: count}
          - {name: open, title: Open, description: d, type: count, privacy: none}

        """

    private struct Amounts: Decodable { let epsilon: Double? }
    private struct Limit: Decodable {
        let limit: Double
        let left: Double
    }
    private struct Account: Decodable {
        let metric: String
        let mechanism: String?
        let releases: Int
        let spent: Amounts
        let lifetime: Limit?
    }
    private struct Debit: Decodable {
        let start: String
        let windows: Int
        let added: Amounts
    }
    private struct Statement: Decodable {
        let metrics: [Account]
        let debits: [Debit]?
    }

    private func budget(_ deployment: DevDeployment, _ side: String, _ arguments: [String]) async throws
        -> Program.Outcome
    {
        try await Program.aggregator.run(
            ["budget", "--config", "\(deployment.run)/\(side)/aggregator.yaml"] + arguments)
    }

    private func statement(_ deployment: DevDeployment, _ side: String, _ metric: String...) async throws -> Statement {
        let outcome = try await budget(deployment, side, metric + ["--output", "json"])
        #expect(outcome.status == 0, "\(outcome)")
        return try JSONDecoder().decode(Statement.self, from: Data(outcome.output.utf8))
    }

    @Test func bothAccountsShowWhatWasReleasedAndWhatIsLeft() async throws {
        let deployment = try await DevDeployment.start(catalog: Self.catalog)
        defer { deployment.remove() }
        for side in ["leader", "helper"] {
            let before = try await statement(deployment, side)
            #expect(before.metrics.map(\.metric) == ["ill", "open"])
            #expect(before.metrics.map(\.releases) == [0, 0])
            #expect(before.metrics.map { $0.lifetime?.left } == [1.5, nil])
            #expect(before.debits == nil)
        }
        for hours in [2, 3] {
            for _ in 0..<3 {
                let sent = try await deployment.submit("ill", "yes", "--time", Windows.moment(hoursAgo: hours))
                #expect(sent.status == 0, "\(sent)")
            }
        }
        let first = Windows.bounds(hoursAgo: 3)
        let released = try await deployment.collect(
            "ill", "--from", first.from, "--to", first.to, "--wait", "60")
        #expect(released.status == 0, "\(released)\n\(deployment.logText)")
        for side in ["leader", "helper"] {
            let after = try await statement(deployment, side, "ill")
            let account = try #require(after.metrics.first)
            #expect(account.mechanism == "laplace" && account.releases == 1)
            #expect(account.spent.epsilon == 1)
            #expect(account.lifetime?.limit == 1.5 && account.lifetime?.left == 0.5)
            let debit = try #require(after.debits?.first)
            #expect(debit.start == first.from && debit.windows == 1 && debit.added.epsilon == 1)
        }
        let second = Windows.bounds(hoursAgo: 2)
        let refused = try await deployment.collect(
            "ill", "--from", second.from, "--to", second.to, "--wait", "60")
        #expect(refused.status == 10, "\(refused)\n\(deployment.logText)")
        let table = try await budget(deployment, "leader", [])
        #expect(table.output.contains("ε 0.5") && table.output.contains("no privacy_limit"), "\(table)")
        let unknown = try await budget(deployment, "leader", ["nothing"])
        #expect(unknown.status == 65 && unknown.errors.contains("ill, open"), "\(unknown)")
        await deployment.stop()
    }
}
