import ArgumentParser
import DAPHTTPClient
import Foundation
import Logging
import PrioCommand
import ServiceLifecycle

/// Runs an aggregator until it is told to stop.
struct Serve: Door {
    static let configuration = CommandConfiguration(
        abstract: "Runs an aggregator until SIGINT or SIGTERM.",
        discussion: """
            The role, the address, the catalog and the keys are in the configuration file. Logs go to stderr. /livez and \
            /readyz tell whether it is alive and whether its database answers.
            """)

    @Option(help: ArgumentHelp("The configuration file, aggregator.yaml.", valueName: "file"))
    var config: String

    @Flag(help: .hidden)
    var untilStdinCloses = false

    /// Seconds for requests and jobs under way to end, and seconds until the process ends whatever they do.
    private static let shutdownLimit = 7
    private static let exitLimit = 9.5

    func perform() async throws {
        // Nobody else may read what is stored.
        umask(0o077)
        let configuration = try AggregatorConfiguration.load(config)
        let logger = Logger(label: "prio-aggregator") { _ in LineLogHandler(level: configuration.level) }
        try await HTTPTransport.use { transport in
            let parts = try AggregatorParts(configuration, transport: transport, logger: logger)
            defer { try? parts.store.close() }
            try await parts.releases.start()
            var services = parts.services.map {
                ServiceGroupConfiguration.ServiceConfiguration(service: $0)
            }
            services.append(
                .init(
                    service: ReadyNotice(parts: parts, transport: transport, logger: logger),
                    successTerminationBehavior: .ignore))
            services.append(.init(service: ExitLimit(seconds: Self.exitLimit), successTerminationBehavior: .ignore))
            if untilStdinCloses {
                services.append(
                    .init(service: StdinWatch(), successTerminationBehavior: .gracefullyShutdownGroup))
            }
            var group = ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            group.maximumGracefulShutdownDuration = .seconds(Self.shutdownLimit)
            try await ServiceGroup(configuration: group).run()
            logger.info("stopped")
        }
    }
}
