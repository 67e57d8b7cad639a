import ArgumentParser
import DAPHTTPServer
import Hummingbird
import Logging
import PrioCommand
import ServiceLifecycle

/// Where a party listens, and what it says.
struct PartyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen at.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen at; 0 for a free one.", valueName: "port"))
    var port = 8080

    @Option(
        help: ArgumentHelp("The least level of what is logged on stderr: debug, info, notice, warning or error."),
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else { throw ValidationError("There is no such level") }
            return level
        })
    var logLevel = Logger.Level.warning

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("A port is a number from 0 to 65535") }
    }

    var logger: Logger { Logger(label: "prio-interop") { [logLevel] _ in LineLogHandler(level: logLevel) } }
}

/// Serves a party's routes, and works beside them, until SIGTERM or SIGINT.
struct PartyServer {
    /// Seconds for requests under way to end.
    private static let shutdownLimit = 1

    let name: String
    let options: PartyOptions
    let logger: Logger
    /// What a party does beside answering requests, each until it is cancelled.
    var work: [@Sendable () async -> Void] = []

    /// - Parameter routes: puts the party's routes into the router.
    /// - Throws: `CommandFailure` when the address cannot be bound.
    func run(_ routes: (Router<BasicRequestContext>) throws -> Void) async throws {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: UnknownResourceMiddleware())
        try routes(router)
        let server = RouterServer(router: router, host: options.host, port: options.port, logger: logger) { port in
            let host = options.host.contains(":") ? "[\(options.host)]" : options.host
            Console.say("prio-interop \(name) listens at http://\(host):\(port)/")
        }
        // Services stop in the opposite order: first no more requests.
        let services = work.map { PartyWork(body: $0) as any Service } + [BoundServer(server: server, options: options)]
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.shutdownLimit)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            // The time for a graceful shutdown was over.
        }
    }
}

/// Work that is cancelled when the party stops.
private struct PartyWork: Service {
    let body: @Sendable () async -> Void

    func run() async throws { await cancelWhenGracefulShutdown { await body() } }
}

/// The server; when it cannot listen, the error names the address.
private struct BoundServer: Service {
    let server: RouterServer
    let options: PartyOptions

    func run() async throws {
        do {
            try await server.run()
        } catch is CancellationError {
        } catch {
            throw CommandFailure(.badConfiguration, "cannot listen at \(options.host) port \(options.port): \(error)")
        }
    }
}
