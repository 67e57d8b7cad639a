public import DAPMessages
public import DAPRoles
package import Hummingbird
public import Logging
public import ServiceLifecycle

/// An aggregator's HTTP server: DAP's resources, `/livez` and `/readyz`.
public struct AggregatorServer: Service, Sendable {
    /// Which resources it serves besides `hpke_config`.
    public enum Role: Sendable {
        /// Uploads and collection jobs.
        case leader(upload: UploadHandler, collection: CollectionHandler)
        /// Aggregation jobs and aggregate shares.
        case helper(HelperHandler)
    }

    /// Where it listens.
    public struct Configuration: Sendable {
        /// An address or host name to bind.
        public let host: String
        /// The port; 0 for a free one.
        public let port: Int
        /// The path of the aggregator's URL, empty or beginning with a slash: DAP's resources lie below it.
        public let pathPrefix: String

        /// A place to listen at.
        public init(host: String, port: Int, pathPrefix: String = "") {
            self.host = host
            self.port = port
            self.pathPrefix = pathPrefix
        }
    }

    private let configuration: Configuration
    private let role: Role
    private let hpkeConfigs: HpkeConfigList
    private let peers: TokenDigests
    private let readiness: @Sendable () async -> Bool
    private let logger: Logger

    /// - Parameters:
    ///   - peers: the tokens of those who may ask: the collector for a leader, the leader for a helper.
    ///   - readiness: whether the store answers.
    public init(
        configuration: Configuration, role: Role, hpkeConfigs: HpkeConfigList, peers: TokenDigests,
        readiness: @escaping @Sendable () async -> Bool, logger: Logger
    ) {
        self.configuration = configuration
        self.role = role
        self.hpkeConfigs = hpkeConfigs
        self.peers = peers
        self.readiness = readiness
        self.logger = logger
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: when the address cannot be bound.
    public func run() async throws { try await run { _ in } }

    /// As the public one.
    ///
    /// - Parameter listening: is told the port when the address is bound.
    package func run(listening: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        let application = Application(
            responder: try responder(),
            server: .http1(configuration: .init(idleTimeout: .seconds(Int64(HTTPLimits.idleSeconds)))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }

    /// What answers requests, for tests that need no socket.
    package func responder() throws -> some HTTPResponder<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        // Before the middleware: a busy aggregator is alive.
        router.get("livez") { _, _ in Response(status: .ok) }
        router.get("readyz") { [readiness] _, _ in
            Response(status: await readiness() ? .ok : .serviceUnavailable)
        }
        router.add(middleware: RefusalMiddleware(logger: logger))
        let base = router.group(RouterPath(configuration.pathPrefix))
        try HpkeConfigResource(configs: hpkeConfigs).add(to: base)
        let tasks = base.group("tasks/:task")
        switch role {
        case .leader(let upload, let collection):
            ReportsResource(handler: upload).add(to: tasks)
            CollectionJobsResource(handler: collection, collectors: peers).add(to: tasks)
        case .helper(let handler):
            AggregationJobsResource(handler: handler, leaders: peers).add(to: tasks)
            AggregateSharesResource(handler: handler, leaders: peers).add(to: tasks)
        }
        return router.buildResponder()
    }
}
