import ArgumentParser
import DAPStoreSQLite
import Foundation
import PrioCommand

/// The database of a configuration, for the commands that look at it, whether or not the aggregator is running.
struct StoreOption: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file, aggregator.yaml.", valueName: "file"))
    var config: String

    /// Opens the database, which must be there, and closes it in the end.
    ///
    /// - Throws: `CommandFailure`; what `work` throws.
    func use(_ work: (SQLiteStore, AggregatorConfiguration) async throws -> Void) async throws {
        // Nobody else may read what is stored.
        umask(0o077)
        let configuration = try AggregatorConfiguration.load(config)
        guard FileManager.default.fileExists(atPath: configuration.database) else {
            throw CommandFailure(.badConfiguration, "\(configuration.database): there is no database")
        }
        let store = try AggregatorParts.openStore(configuration.database)
        defer { try? store.close() }
        try await work(store, configuration)
    }
}
