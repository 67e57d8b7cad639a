import ArgumentParser
import PrioCommand

/// Where a collector's files are: all in one directory of `prio dev up`, or each named.
struct CollectorFileOptions: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The directory of `prio dev up`.", valueName: "dir"))
    var dir: String?

    @Option(help: ArgumentHelp("The catalog, metrics.yaml.", valueName: "file"))
    var catalog: String?

    @Option(help: ArgumentHelp("The private key, as `prio keygen collector` writes it.", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("The file with the token that the leader knows.", valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Where results are kept; results.jsonl beside the key, if not given.", valueName: "file"))
    var results: String?

    func validate() throws {
        guard dir != nil || (catalog != nil && key != nil && tokenFile != nil) else {
            throw ValidationError("Give --dir, or --catalog, --key and --token-file")
        }
    }

    /// The files' paths; a file that is named goes before the directory's.
    struct Paths {
        let catalog: String
        let key: String
        let token: String
        let results: String
    }

    func resolved() throws -> Paths {
        let directory = dir.map { DevelopmentDirectory($0) }
        guard let catalog = catalog ?? directory?.catalog, let key = key ?? directory?.collector.key,
            let token = tokenFile ?? directory?.collector.token
        else { throw ValidationError("Give --dir, or --catalog, --key and --token-file") }
        return Paths(
            catalog: catalog, key: key, token: token,
            results: results ?? PathText.resolve("results.jsonl", in: PathText.directory(of: key)))
    }
}
