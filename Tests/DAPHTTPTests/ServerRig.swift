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

/// Both aggregators' servers over one deployment.
struct ServerRig {
    static let collectorToken = "token of the collector"
    static let leaderToken = "token of the leader"

    let deployment: TestDeployment
    var task: TaskID { deployment.task.id }

    init(_ deployment: TestDeployment) { self.deployment = deployment }

    init() throws { deployment = try TestDeployment() }

    func leader(
        prefix: String = "", upload: UploadHandler? = nil, readiness: @escaping @Sendable () async -> Bool = { true }
    ) -> AggregatorServer {
        AggregatorServer(
            configuration: .init(host: "127.0.0.1", port: 0, pathPrefix: prefix),
            role: .leader(upload: upload ?? deployment.upload, collection: deployment.collection),
            hpkeConfigs: HpkeConfigList(deployment.keys.leader.map(\.config)),
            peers: TokenDigests(sha256: [TokenDigests.digest(of: Self.collectorToken)]), readiness: readiness,
            logger: .silent)
    }

    func helper(prefix: String = "", handler: HelperHandler? = nil) -> AggregatorServer {
        AggregatorServer(
            configuration: .init(host: "127.0.0.1", port: 0, pathPrefix: prefix),
            role: .helper(handler ?? deployment.helper),
            hpkeConfigs: HpkeConfigList(deployment.keys.helper.map(\.config)),
            peers: TokenDigests(
                sha256: ["another leader's token", Self.leaderToken].map(TokenDigests.digest(of:))),
            readiness: { true }, logger: .silent)
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
    func listening(_ test: @escaping @Sendable (_ base: String) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            services: [ListeningServer(server: self, port: continuation)], logger: .silent)
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

/// A server that tells its port.
private struct ListeningServer: Service {
    let server: AggregatorServer
    let port: AsyncStream<Int>.Continuation

    func run() async throws {
        defer { port.finish() }
        try await server.run { port.yield($0) }
    }
}

extension TestClientProtocol {
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
