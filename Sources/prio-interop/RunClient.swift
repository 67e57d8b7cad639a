import ArgumentParser
import DAPHTTPClient
import PrioCommand

/// Runs a client of the test API.
struct RunClient: Door {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Makes and uploads reports as it is told, until SIGINT or SIGTERM.")

    @OptionGroup var options: PartyOptions

    func perform() async throws {
        let logger = options.logger
        try await HTTPTransport.use(HTTPTransport(tokenField: .dapAuthToken)) { transport in
            let client = ClientParty(transport: transport, clock: SystemClock(), random: .system)
            let api = TestAPI(commands: ["upload": { try await client.upload($0) }], logger: logger)
            try await PartyServer(name: "client", options: options, logger: logger).run { api.add(to: $0) }
        }
    }
}
