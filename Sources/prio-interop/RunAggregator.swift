import ArgumentParser
import DAPHTTPClient
import DAPRoles
import DAPStoreSQLite
import Foundation
import PrioCommand

/// Runs an aggregator of the test API.
struct RunAggregator: Door {
    static let configuration = CommandConfiguration(
        commandName: "aggregator",
        abstract: "Leads some tasks and helps with others, as it is told, until SIGINT or SIGTERM.",
        discussion: "DAP's resources are on the same port, below /.")

    @OptionGroup var options: PartyOptions

    @Option(
        help: ArgumentHelp(
            "The database file; a temporary one, if not given. Tasks are not in it: add them again after a start.",
            valueName: "file"))
    var store: String?

    @Flag(help: "As a helper, answer requests later and let the leader poll.")
    var answerLater = false

    func perform() async throws {
        // Nobody else may read what is stored.
        umask(0o077)
        let logger = options.logger
        try await StoreDirectory.use(store) { path in
            let store = try Self.open(path)
            defer { try? store.close() }
            try await HTTPTransport.use(HTTPTransport(tokenField: .dapAuthToken)) { transport in
                let clock = SystemClock()
                var random = RandomSource.system
                let party = try AggregatorParty(
                    keys: HpkeKeyFile.generate(suites: HpkeKeyFile.aggregatorSuites, using: &random).keys, store: store,
                    answering: answerLater ? .later : .atOnce, transport: transport, clock: clock, random: random,
                    logger: logger)
                let api = TestAPI(
                    commands: [
                        "endpoint_for_task": { try party.endpoint($0) },
                        "add_task": { try party.addTask($0) },
                    ], logger: logger)
                let server = PartyServer(
                    name: "aggregator", options: options, logger: logger, work: party.drivers)
                try await server.run { router in
                    api.add(to: router)
                    try party.server.addResources(to: router)
                }
            }
        }
    }

    private static func open(_ path: String) throws -> SQLiteStore {
        do {
            return try SQLiteStore(path: path)
        } catch {
            throw CommandFailure(.badConfiguration, "\(path): cannot use it as the database: \(error)")
        }
    }
}
