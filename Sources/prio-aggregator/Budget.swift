import ArgumentParser
import DAPMessages
import DAPRoles
import DifferentialPrivacy
import Foundation
import MetricCatalog
import PrioCommand

/// Shows what the aggregator's releases have given away, and what is left.
struct Budget: Door {
    static let configuration = CommandConfiguration(
        abstract: "Shows what was given away of a client by releases, and what is left of the catalog's limits.",
        discussion: """
            It looks at the database, whether or not the aggregator is running. Amounts are for a client who reported in \
            every window that was released, and for all versions of a metric together. A metric with Laplace noise has its \
            limits in ε, one with Gaussian noise in ρ; the last column says what is known as an ε at the metric's δ. What \
            is reserved is for a collection under way, and comes back if nothing is released. LEFT is what the metric's \
            lifetime leaves, or with a * what the catalog's privacy_limit leaves, where that covers less. With a metric's name, its last \
            \(Self.shownDebits) releases are listed too.

            JSON has the members metrics, all_metrics and, with a name, debits. An ε that is missing does not exist: \
            Gaussian noise has none.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case table, json
    }

    /// Releases that are listed for one metric.
    private static let shownDebits = 20

    @Argument(help: "The name of a metric.")
    var metric: String?

    @OptionGroup var option: StoreOption

    @Option(help: ArgumentHelp("table or json.", valueName: "format"))
    var output: Format = .table

    func perform() async throws {
        try await option.use { store, configuration in
            let catalog = try Catalog.load(configuration.catalog, purpose: .configuration)
            let spending = try await store.privacySpending()
            if let metric, spending[metric] == nil {
                // A name that only the account knows is as good as one of the catalog.
                _ = try catalog.metric(orFailure: metric, path: configuration.catalog)
            }
            let debits =
                if let metric { try await store.privacyDebits(metric: metric, limit: Self.shownDebits) } else {
                    [PrivacyDebit]?.none
                }
            let statement = BudgetStatement(catalog: catalog, spending: spending, metric: metric, debits: debits)
            switch output {
            case .table: try Console.data(statement.table().joined(separator: "\n") + "\n")
            case .json: try Console.data(statement.json())
            }
        }
    }
}
