import DAPRoles
import DifferentialPrivacy
import MetricCatalog
import PrioCommand
import Testing

@Suite("The table of what was given away")
struct BudgetStatementTests {
    private static let metrics = """
        metrics:
          - {name: sick, title: Sick, description: d, type: count, privacy: {epsilon: 1, lifetime: 30}}
          - {name: steps, title: Steps, description: d, type: vector, length: 2, max: 9, privacy: {rho: 0.5, lifetime: 10}}
        """

    private func amount(_ text: String) throws -> PrivacyAmount { try #require(PrivacyAmount(decimal: text)) }

    private func spending(_ epsilon: String?, rho: String, reserved: PrivacyCost = .zero) throws -> PrivacySpending {
        PrivacySpending(
            spent: PrivacyCost(epsilon: try epsilon.map(amount), rho: try amount(rho)), reserved: reserved, releases: 1)
    }

    private func table(limit: String?, _ spending: [String: PrivacySpending]) throws -> [String] {
        let top = "min_batch_size: 10\ntime_precision: 1d\nsuppress_below: 0\n"
        let catalog = try Catalog(yaml: top + (limit.map { "privacy_limit: {\($0)}\n" } ?? "") + Self.metrics)
        return BudgetStatement(catalog: catalog, spending: spending, metric: nil, debits: nil).table()
    }

    /// What a metric's line has below LEFT: two words.
    private func left(_ metric: String, in table: [String]) throws -> String {
        let header = try #require(table.first)
        let line = try #require(table.first { $0.hasPrefix("\(metric) ") })
        let start = try #require(header.firstRange(of: "LEFT")).lowerBound
        let words = line.dropFirst(header.distance(from: header.startIndex, to: start)).split(separator: " ")
        return words.prefix(2).joined(separator: " ")
    }

    @Test("The line for all metrics names each amount, and which of them is the limit")
    func allMetrics() throws {
        let spent = try [
            "sick": spending("2", rho: "2"),
            "steps": spending(nil, rho: "1", reserved: PrivacyCost(epsilon: nil, rho: amount("0.5"))),
        ]
        let line = try #require(try table(limit: "rho: 5", spent).last)
        #expect(line.hasPrefix("All metrics together: spent ρ 3, which is ε "))
        #expect(
            line.hasSuffix(" at δ 1e-9; reserved ρ 0.5; limit ρ 5 (the catalog's privacy_limit), left ρ 1.5"))
        let laplace = try #require(try table(limit: nil, ["sick": spending("2", rho: "2")]).last)
        #expect(
            laplace
                == "All metrics together: spent ε 2 or ρ 2, which is ε 2 at δ 1e-9; the catalog has no privacy_limit")
    }

    @Test("Where the catalog's limit covers less than the metric's own, it is shown with a mark that is explained")
    func catalogLimit() throws {
        let narrow = try table(limit: "rho: 5", ["sick": spending("4", rho: "4")])
        #expect(try left("sick", in: narrow) == "ρ 1*")
        #expect(try left("steps", in: narrow) == "ρ 1*")
        #expect(
            narrow.contains { $0.hasPrefix("*: left of the catalog's privacy_limit, ρ 5 for all metrics together") })
        let wide = try table(limit: "rho: 100", ["sick": spending("4", rho: "4")])
        #expect(try left("sick", in: wide) == "ε 26")
        #expect(try left("steps", in: wide) == "ρ 10")
        #expect(!wide.contains { $0.contains("*") })
    }

    @Test("An account without an ε under a limit in ε is told, not shown as nothing left")
    func noEpsilon() throws {
        let table = try table(limit: nil, ["sick": spending(nil, rho: "1")])
        #expect(try left("sick", in: table) == "no ε")
        #expect(table.contains { $0.hasPrefix("sick has no ε: Gaussian noise was released under this name") })
    }
}
