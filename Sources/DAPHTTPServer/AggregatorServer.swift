public import DAPMessages
public import DAPRoles
package import Hummingbird
public import Logging
public import ServiceLifecycle

/// An aggregator's HTTP server: DAP's resources, `/livez` and `/readyz`.
public struct AggregatorServer: Service, Sendable {
    /// Which resources it serves besides `hpke_config`, and for whom.
    public enum Role: Sendable {
        /// Uploads, and collection jobs for the collectors.
        case leader(upload: UploadHandler, collection: CollectionHandler, collectors: any PeerTokens)
        /// Aggregation jobs and aggregate shares for the leaders.
        case helper(HelperHandler, leaders: any PeerTokens)
    }

    /// Where it listens.
    public struct Configuration: Sendable {
        /// An address or host name to bind.
        public let host: String
        /// The port; 0 for a free one.
        public let port: Int
        /// The path of the aggregator's URL, empty or beginning with a slash: DAP's resources lie below it. A slash at
        /// its end makes no difference.
        public let pathPrefix: String

        /// A place to listen at.
        public init(host: String, port: Int, pathPrefix: String = "") {
            self.host = host
            self.port = port
            self.pathPrefix = pathPrefix
        }
    }

    private let configuration: Configuration
    private let roles: [Role]
    private let hpkeConfigs: HpkeConfigList
    private let readiness: @Sendable () async -> Bool
    private let logger: Logger

    /// - Parameters:
    ///   - roles: a leader, a helper, or one of each for different tasks.
    ///   - hpkeConfigs: in decreasing order of preference.
    ///   - readiness: whether the store answers.
    public init(
        configuration: Configuration, roles: [Role], hpkeConfigs: HpkeConfigList,
        readiness: @escaping @Sendable () async -> Bool, logger: Logger
    ) {
        self.configuration = configuration
        self.roles = roles
        self.hpkeConfigs = hpkeConfigs
        self.readiness = readiness
        self.logger = logger
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: when the address cannot be bound.
    public func run() async throws { try await run { _ in } }

    /// As the public one.
    ///
    /// - Parameters:
    ///   - limits: of its connections; nil for the named ones.
    ///   - listening: is told the port when the address is bound.
    package func run(
        limits: ConnectionLimits? = nil, listening: @escaping @Sendable (_ port: Int) async -> Void
    ) async throws {
        let server = RouterServer(
            router: try router(), host: configuration.host, port: configuration.port, logger: logger, limits: limits,
            listening: listening)
        try await server.run()
    }

    /// What answers requests, for tests that need no socket.
    package func responder() throws -> some HTTPResponder<BasicRequestContext> { try router().buildResponder() }

    /// Puts DAP's resources into a router, below the path prefix, without `/livez` and `/readyz`.
    ///
    /// What goes wrong at one of them is answered by a problem document; so is an unknown path or method, wherever it
    /// is, once `UnknownResourceMiddleware` was added to the router. Other routes are left alone.
    ///
    /// - Throws: `CodecError` when the HPKE configurations cannot be encoded.
    package func addResources(to router: Router<BasicRequestContext>) throws {
        let base = router.group(RouterPath(configuration.pathPrefix)).add(middleware: RefusalMiddleware(logger: logger))
        try HpkeConfigResource(configs: hpkeConfigs).add(to: base)
        let tasks = base.group("tasks/:task")
        for role in roles {
            switch role {
            case .leader(let upload, let collection, let collectors):
                ReportsResource(handler: upload).add(to: tasks)
                CollectionJobsResource(handler: collection, collectors: collectors).add(to: tasks)
            case .helper(let handler, let leaders):
                let tasks = base.group("tasks/:task")
                if let releases = handler.releases {
                    tasks.add(middleware: ReleaseNoticeMiddleware(releases: releases, leaders: leaders))
                }
                AggregationJobsResource(handler: handler, leaders: leaders).add(to: tasks)
                AggregateSharesResource(handler: handler, leaders: leaders).add(to: tasks)
            }
        }
    }

    private func router() throws -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        // Outside the limits of DAP's resources: a busy aggregator is alive.
        router.get("livez") { _, _ in Response(status: .ok) }
        router.get("readyz") { [readiness] _, _ in
            Response(status: await readiness() ? .ok : .serviceUnavailable)
        }
        router.add(middleware: UnknownResourceMiddleware())
        try addResources(to: router)
        return router
    }
}
