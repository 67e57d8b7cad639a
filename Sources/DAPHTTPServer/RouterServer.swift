package import Hummingbird
package import Logging
import ServiceLifecycle

/// Serves a router's routes over HTTP/1.1, within the named limits of connections.
package struct RouterServer: Service {
    private let responder: RouterResponder<BasicRequestContext>
    private let host: String
    private let port: Int
    private let logger: Logger
    private let listening: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - router: the routes; those that are added later are not served.
    ///   - host: an address or host name to bind.
    ///   - port: the port; 0 for a free one.
    ///   - listening: is told the port when the address is bound.
    package init(
        router: Router<BasicRequestContext>, host: String, port: Int, logger: Logger,
        listening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        responder = router.buildResponder()
        self.host = host
        self.port = port
        self.logger = logger
        self.listening = listening
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: when the address cannot be bound.
    package func run() async throws {
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(Int64(HTTPLimits.idleSeconds)))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { [listening] channel in await listening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }
}
