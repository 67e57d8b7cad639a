import ArgumentParser
import DifferentialPrivacy
import MetricCatalog
import PrioCommand

/// Says beforehand what noise will do to a metric's results.
struct Forecast: Door {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "Says beforehand how wide the intervals of a metric's results will be.",
        discussion: """
            It reads the catalog and asks nobody. Without --epsilon and --rho it is about the catalog's own promise; with \
            one of them about Laplace noise with that ε a window, or Gaussian noise with that ρ.

            --lift is about the groups of a choice, whose options are written group/option: how many reports each of two \
            groups needs to show a share that is larger by so much (0.1 for a tenth), and what the given number of reports \
            shows when all groups have the same part of them.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case table, json
    }

    @Argument(help: "The name of a metric in the catalog.")
    var metric: String

    @OptionGroup var file: CatalogOption

    @Option(help: ArgumentHelp("ε of a window, for Laplace noise.", valueName: "epsilon"), transform: Self.amount)
    var epsilon: PrivacyAmount?

    @Option(help: ArgumentHelp("ρ of a window, for Gaussian noise.", valueName: "rho"), transform: Self.amount)
    var rho: PrivacyAmount?

    @Option(help: ArgumentHelp("The reports of a window.", valueName: "count"))
    var reports: UInt64

    @Option(help: ArgumentHelp("The relative difference of a share to be found, such as 0.1.", valueName: "lift"))
    var lift: Double?

    @Option(help: ArgumentHelp("The share that the lift is of; 0.5, if not given.", valueName: "share"))
    var share: Double?

    @Option(help: ArgumentHelp("table or json.", valueName: "format"))
    var output: Format = .table

    func validate() throws {
        guard epsilon == nil || rho == nil else { throw ValidationError("--epsilon and --rho exclude each other") }
        guard reports > 0 else { throw ValidationError("--reports must be at least 1") }
        guard (lift ?? 1) > 0, (lift ?? 1) < .infinity else { throw ValidationError("--lift must be above 0") }
        guard share == nil || lift != nil else { throw ValidationError("--share needs --lift") }
        guard (share ?? 0.5) > 0, (share ?? 0.5) < 1 else {
            throw ValidationError("--share must be above 0 and below 1")
        }
    }

    func perform() async throws {
        let path = try file.resolved()
        let metric = try Catalog.load(path).metric(orFailure: metric, path: path)
        let mechanism = epsilon.map { PrivacyMechanism.laplace(epsilon: $0) } ?? rho.map { .gaussian(rho: $0) }
        let forecast = try NoiseForecast(
            metric, mechanism: mechanism, reports: reports,
            question: lift.map { NoiseForecast.Question(lift: $0, share: share ?? 0.5) })
        try Console.data(output == .json ? forecast.json() : forecast.table())
        if let note = forecast.note { Console.say("note: \(note)") }
    }

    private static let amount: @Sendable (String) throws -> PrivacyAmount = { text in
        guard let amount = PrivacyAmount(decimal: text), amount > .zero, amount <= CatalogLimits.windowCost else {
            throw ValidationError(
                "must be a number above 0, at most \(CatalogLimits.windowCost), with at most nine decimals")
        }
        return amount
    }
}
