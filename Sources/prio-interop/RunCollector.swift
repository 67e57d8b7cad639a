import ArgumentParser
import DAPHTTPClient
import PrioCommand

/// Runs a collector of the test API.
struct RunCollector: Door {
    static let configuration = CommandConfiguration(
        commandName: "collector", abstract: "Collects batches as it is told, until SIGINT or SIGTERM.")

    @OptionGroup var options: PartyOptions

    func perform() async throws {
        let logger = options.logger
        try await HTTPTransport.use(HTTPTransport(tokenField: .dapAuthToken)) { transport in
            let collector = CollectorParty(
                transport: transport, clock: SystemClock(), random: .system, logger: logger)
            let api = TestAPI(
                commands: [
                    "add_task": { try await collector.addTask($0) },
                    "collection_start": { try await collector.start($0) },
                    "collection_poll": { try await collector.poll($0) },
                ], logger: logger)
            try await PartyServer(name: "collector", options: options, logger: logger).run { api.add(to: $0) }
        }
    }
}
