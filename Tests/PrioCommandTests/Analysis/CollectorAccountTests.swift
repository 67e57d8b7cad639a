import DAPMessages
import DAPRoles
import DifferentialPrivacy
import MetricCatalog
import PrioCommand
import Testing

@Suite("The collector's account")
struct CollectorAccountTests {
    private static let one = PrivacyAmount(billionths: PrivacyAmount.scale)

    private func result(
        _ window: TimeWindow, of metric: String = "sick", task: UInt8 = 1, reports: TimeWindow? = nil,
        _ mechanism: PrivacyMechanism? = .laplace(epsilon: one), job: String? = nil
    ) throws -> CollectedResult {
        try CollectedResult(
            metric: metric, taskID: Metrics.task(task), window: window, reportCount: 12, value: .integer(3),
            jobID: job, reportWindows: reports, mechanism: mechanism)
    }

    private func account(_ results: CollectedResult...) throws -> CollectorAccount {
        CollectorAccount(results, catalog: try Catalog(yaml: Metrics.yaml))
    }

    @Test("Windows add up, in ε and in ρ; two versions of a metric are one account")
    func windows() throws {
        let account = try account(
            result(Metrics.window(1)), result(Metrics.window(2)), result(Metrics.window(3), task: 2),
            result(Metrics.window(1), of: "years"))
        let sick = try #require(account.spending["sick"])
        #expect(sick.releases == 3)
        #expect(sick.spent == PrivacyCost(epsilon: Self.one.times(3), rho: PrivacyAmount(billionths: 1_500_000_000)))
        #expect(sick.reserved == .zero)
        #expect(account.spending["years"]?.spent.epsilon == Self.one)
        #expect(account.exactResults == 0)
    }

    @Test("Batches of the same windows cost no more than one of them, and merged windows as much as each")
    func overlaps() throws {
        let batches = try account(
            result(Metrics.window(1, 2), job: "a"), result(Metrics.window(1), job: "b"),
            result(Metrics.window(2, 2), job: "c"))
        #expect(batches.spending["sick"]?.spent.epsilon == Self.one.times(3))
        #expect(batches.spending["sick"]?.releases == 3)
        #expect(
            batches.debits(metric: "sick", limit: 9).map(\.added.epsilon).compactMap(\.self).reduce(.zero, +)
                == Self.one.times(3))
    }

    @Test("The windows of a release are those from its first report to its last, where the file says so")
    func reportWindows() throws {
        let narrow = try account(result(Metrics.window(0, 9), reports: Metrics.window(2)))
        #expect(narrow.spending["sick"]?.spent.epsilon == Self.one)
        #expect(narrow.debits(metric: "sick", limit: 9).first?.start == 2 * Metrics.day)
        #expect(try account(result(Metrics.window(0, 9))).spending["sick"]?.spent.epsilon == Self.one.times(9))
    }

    @Test("Gaussian noise has no ε; over several windows its cost grows with their square")
    func gaussian() throws {
        let account = try account(result(Metrics.window(1, 3), of: "steps", .gaussian(rho: Self.one)))
        #expect(account.spending["steps"]?.spent == PrivacyCost(epsilon: nil, rho: Self.one.times(9)))
    }

    @Test("A result without a cost counts if the catalog knows its task and promises something; others are told")
    func knownTasks() throws {
        let catalog = try Catalog(yaml: Metrics.yaml).filled(
            leaderURL: "https://leader.example", helperURL: "https://helper.example",
            collectorHpkeConfig: HpkeConfig(
                id: 7, kemID: 0x20, kdfID: 1, aeadID: 3, publicKey: [UInt8](repeating: 9, count: 32)))
        let task = try catalog.task(for: try #require(catalog.metric(named: "sick"))).taskID
        let known = CollectedResult(
            metric: "sick", taskID: task, window: try Metrics.window(1), reportCount: 12, value: .integer(3))
        let account = CollectorAccount([known, try result(Metrics.window(2), nil)], catalog: catalog)
        #expect(account.spending["sick"]?.spent.epsilon == Self.one)
        #expect(account.exactResults == 1)
    }

    @Test("The last windows come first, and no more than are asked for")
    func debits() throws {
        let account = try account(result(Metrics.window(5)), result(Metrics.window(9)), result(Metrics.window(7)))
        #expect(account.debits(metric: "sick", limit: 2).map(\.start) == [9 * Metrics.day, 7 * Metrics.day])
        #expect(account.debits(metric: "ill", limit: 2).isEmpty)
    }

    @Test("The statement shows what is left, and that nothing is reserved")
    func statement() throws {
        let account = try account(result(Metrics.window(1)), result(Metrics.window(2)))
        let statement = BudgetStatement(
            catalog: try Catalog(yaml: Metrics.yaml), spending: account.spending, metric: "sick",
            debits: account.debits(metric: "sick", limit: 9))
        let table = statement.table().joined(separator: "\n")
        #expect(table.contains("ε 28"), "of 30")
        let json = try statement.json()
        #expect(json.contains("\"left\" : 28"))
    }
}
