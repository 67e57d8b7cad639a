import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ServiceLifecycle
import Testing
import VDAF

/// Both aggregators' servers over one deployment.
struct ServerRig {
    static let collectorToken = "token of the collector"
    static let leaderToken = "token of the leader"

    let deployment: TestDeployment
    var task: TaskID { deployment.task.id }

    init(_ deployment: TestDeployment) { self.deployment = deployment }

    init(_ vdafs: [Prio3Parameters] = [.count], answering: HelperHandler.Answering = .atOnce) throws {
        var settings = TestDeployment.Settings()
        settings.helperAnswering = answering
        deployment = try TestDeployment(vdafs, settings: settings)
    }

    static let collectors = TokenDigests(sha256: [TokenDigests.digest(of: collectorToken)])
    static let leaders = TokenDigests(
        sha256: ["another leader's token", leaderToken].map(TokenDigests.digest(of:)))

    func leader(
        prefix: String = "", upload: UploadHandler? = nil, readiness: @escaping @Sendable () async -> Bool = { true }
    ) -> AggregatorServer {
        server([leaderRole(upload: upload)], deployment.keys.leader, prefix: prefix, readiness: readiness)
    }

    func helper(prefix: String = "", handler: HelperHandler? = nil) -> AggregatorServer {
        server([helperRole(handler: handler)], deployment.keys.helper, prefix: prefix)
    }

    func leaderRole(
        upload: UploadHandler? = nil, collection: CollectionHandler? = nil,
        collectors: any PeerTokens = Self.collectors
    ) -> AggregatorServer.Role {
        .leader(
            upload: upload ?? deployment.upload, collection: collection ?? deployment.collection,
            collectors: collectors)
    }

    func helperRole(
        handler: HelperHandler? = nil, leaders: any PeerTokens = Self.leaders
    ) -> AggregatorServer.Role {
        .helper(handler ?? deployment.helper, leaders: leaders)
    }

    func server(
        _ roles: [AggregatorServer.Role], _ keys: [TestKeys.Key], prefix: String = "",
        readiness: @escaping @Sendable () async -> Bool = { true }, logger: Logger = .silent
    ) -> AggregatorServer {
        AggregatorServer(
            configuration: .init(host: "127.0.0.1", port: 0, pathPrefix: prefix), roles: roles,
            hpkeConfigs: HpkeConfigList(keys.map(\.config)), readiness: readiness, logger: logger)
    }

    /// An encoded `UploadRequest` of good reports.
    func uploadBody(_ count: Int = 1) throws -> [UInt8] {
        try UploadRequest(reports: (0..<count).map { _ in try deployment.report() }).encoded()
    }

    /// An encoded `CollectionJobReq` for the present window.
    func collectionBody(_ window: Interval? = nil) throws -> [UInt8] {
        let config = TimeIntervalQueryConfig(batchInterval: window ?? deployment.window())
        return try CollectionJobReq(query: .timeInterval(config)).encoded()
    }

    /// An encoded `AggregationJobInitReq` of one good report, and its report's ID.
    func aggregationBody() async throws -> (body: [UInt8], report: ReportID) {
        let forge = ReportForge(deployment)
        let report = try forge.report()
        let inits = try await forge.verifyInits([report])
        return (try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded(), report.id)
    }

    /// An encoded `AggregateShareReq` for the present window with the given report.
    func aggregateShareBody(_ report: ReportID) throws -> [UInt8] {
        var checksum = BatchChecksum()
        checksum.add(report)
        return try AggregateShareReq(
            collectionJobReq: CollectionJobReq(decoding: try collectionBody()),
            batchSelector: .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: deployment.window())),
            reportCount: 1, checksum: checksum
        ).encoded()
    }
}

extension AggregatorServer {
    /// Runs a test against the routes, without a socket.
    func routed(_ test: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await Application(responder: try responder(), logger: .silent).test(.router, test)
    }

    /// Runs a test against the server on a free port, and shuts it down as a signal would.
    func listening(
        limits: ConnectionLimits? = nil, _ test: @escaping @Sendable (_ base: String) async throws -> Void
    ) async throws {
        try await ListeningService.test({ AggregatorService(server: self, limits: limits, listening: $0) }, test)
    }

    private struct AggregatorService: Service {
        let server: AggregatorServer
        let limits: ConnectionLimits?
        let listening: @Sendable (Int) async -> Void

        func run() async throws { try await server.run(limits: limits, listening: listening) }
    }
}

/// A server that is shut down with its test.
struct ListeningService: Service {
    private let server: any Service
    private let ports: AsyncStream<Int>.Continuation

    func run() async throws {
        // A server that cannot listen tells no port.
        defer { ports.finish() }
        try await server.run()
    }

    /// Runs a test against a server, and shuts it down as a signal would.
    ///
    /// - Parameter server: makes the server, which tells its port.
    static func test(
        _ server: (_ listening: @escaping @Sendable (_ port: Int) async -> Void) -> any Service,
        _ test: @escaping @Sendable (_ base: String) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let service = ListeningService(server: server { continuation.yield($0) }, ports: continuation)
        let group = ServiceGroup(services: [service], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                guard let port = await ports.first(where: { _ in true }) else { return }
                do {
                    try await test("http://127.0.0.1:\(port)")
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }
}

extension TestClientProtocol {
    /// GETs a resource.
    func get(_ uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers)
    }

    /// DELETEs a resource.
    func delete(_ uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .delete, headers: headers)
    }

    /// POSTs a body as a client should, but for what is changed.
    func post(
        _ uri: String, _ body: [UInt8], mediaType: String?, headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = mediaType
        return try await execute(uri: uri, method: .post, headers: headers, body: ByteBuffer(bytes: body))
    }
}

extension HTTPFields {
    static func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }
}

extension TestResponse {
    var bytes: [UInt8] { Array(body.readableBytesView) }
}

extension Logger {
    /// A logger that says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
