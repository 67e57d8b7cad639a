package import Hummingbird
import HummingbirdCore
package import Logging
import ServiceLifecycle

/// Serves a router's routes over HTTP/1.1, within the named limits of connections.
package struct RouterServer: Service {
    private let responder: RouterResponder<BasicRequestContext>
    private let host: String
    private let port: Int
    private let logger: Logger
    private let limits: ConnectionLimits
    private let listening: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - router: the routes; those that are added later are not served.
    ///   - host: an address or host name to bind.
    ///   - port: the port; 0 for a free one.
    ///   - limits: of its connections; nil for the named ones, as far as the process may have so many.
    ///   - listening: is told the port when the address is bound.
    package init(
        router: Router<BasicRequestContext>, host: String, port: Int, logger: Logger,
        limits: ConnectionLimits? = nil, listening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        responder = router.buildResponder()
        self.host = host
        self.port = port
        self.logger = logger
        self.limits = limits ?? .forThisProcess()
        self.listening = listening
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: when the address cannot be bound.
    package func run() async throws {
        let connections = ConnectionCount()
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionWatch(limits: limits, connections: connections)],
            idleTimeout: .seconds(Int64(limits.idle)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: HTTPLimits.headBytes, maxHeaderListSize: HTTPLimits.headBytes,
                maxHeaderFieldCount: HTTPLimits.headerFields))
        let application = Application(
            responder: responder, server: .http1(configuration: http),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
            onServerRunning: { [listening] channel in await listening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }
}
