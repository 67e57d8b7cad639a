import ArgumentParser
import PrioCommand

/// Where the catalog is, for a command that needs no more.
struct CatalogOption: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The directory of `prio dev up`.", valueName: "dir"))
    var dir: String?

    @Option(help: ArgumentHelp("The catalog, metrics.yaml.", valueName: "file"))
    var catalog: String?

    func validate() throws {
        guard dir != nil || catalog != nil else { throw ValidationError("Give --dir or --catalog") }
    }

    func resolved() throws -> String {
        guard let catalog = catalog ?? dir.map({ DevelopmentDirectory($0).catalog }) else {
            throw ValidationError("Give --dir or --catalog")
        }
        return catalog
    }
}
