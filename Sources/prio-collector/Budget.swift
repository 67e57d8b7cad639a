import ArgumentParser
import DAPRoles
import DifferentialPrivacy
import MetricCatalog
import PrioCommand

/// Shows what the collector's results have given away, and what is left.
struct Budget: Door {
    static let configuration = CommandConfiguration(
        abstract: "Shows what was given away of a client by what was released to this collector, and what is left.",
        discussion: """
            It reads the catalog and the results file, and asks nobody. Amounts are for a client who reported in every window \
            that was released, and for all versions of a metric together. The aggregators' own accounts decide, and may have \
            more in them: what was released to another collector, or is lost.

            LEFT is what the metric's lifetime leaves, or with a * what the catalog's privacy_limit leaves, where that covers \
            less.

            A metric with Laplace noise has its limits in ε, one with Gaussian noise in ρ; the last column says what that \
            is as an ε at the metric's δ. With a metric's name, its last \(Self.shownReleases) releases are listed too.

            JSON has the members metrics, all_metrics and, with a name, debits. An ε that is missing does not exist: \
            Gaussian noise has none.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case table, json
    }

    /// Releases that are listed for one metric.
    private static let shownReleases = 1000

    @Argument(help: "The name of a metric.")
    var metric: String?

    @OptionGroup var file: CatalogOption

    @Option(
        help: ArgumentHelp("The results file; with --dir the collector's own, if not given.", valueName: "file"))
    var results: String?

    @Option(help: ArgumentHelp("table or json.", valueName: "format"))
    var output: Format = .table

    func validate() throws {
        guard file.dir != nil || results != nil else { throw ValidationError("Give --dir or --results") }
    }

    func perform() async throws {
        let path = try file.resolved()
        guard let resultsPath = results ?? file.dir.map({ DevelopmentDirectory($0).collector.results }) else {
            throw ValidationError("Give --dir or --results")
        }
        let catalog = try Catalog.load(path)
        let account = CollectorAccount(try ResultsLog.read(path: resultsPath), catalog: catalog)
        if let metric, account.spending[metric] == nil {
            // A name that only the results know is as good as one of the catalog.
            _ = try catalog.metric(orFailure: metric, path: path)
        }
        let statement = BudgetStatement(
            catalog: catalog, spending: account.spending, metric: metric,
            debits: metric.map { account.debits(metric: $0, limit: Self.shownReleases) })
        switch output {
        case .table: try Console.data(statement.table().joined(separator: "\n") + "\n")
        case .json: try Console.data(statement.json())
        }
        if account.exactResults > 0 {
            Console.say(
                "note: results without a promise, which count in no account: \(account.exactResults)")
        }
    }
}
