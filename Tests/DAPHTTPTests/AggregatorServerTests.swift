import AsyncHTTPClient
import DAPHTTPClient
import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import NIOCore
import Testing
import VDAF

/// The server on a socket.
@Suite struct AggregatorServerTests {
    @Test("An address that is taken cannot be bound")
    func addressTaken() async throws {
        let rig = try ServerRig()
        try await rig.leader().listening { base in
            let port = try #require(base.split(separator: ":").last.flatMap { Int($0) })
            let second = AggregatorServer(
                configuration: .init(host: "127.0.0.1", port: port), roles: [rig.helperRole()],
                hpkeConfigs: HpkeConfigList(rig.deployment.keys.helper.map(\.config)),
                readiness: { true }, logger: .silent)
            await #expect(throws: (any Error).self) { try await second.run() }
        }
    }

    @Test("A body without a length that grows beyond the limit is 413; one that does not is read")
    func chunked() async throws {
        let rig = try ServerRig()
        try await rig.leader().listening { base in
            let client = HTTPClient.shared
            func post(_ chunks: [[UInt8]]) async throws -> HTTPClientResponse {
                var request = HTTPClientRequest(url: "\(base)/tasks/\(rig.task)/collection_jobs")
                request.method = .POST
                request.headers = [
                    "Content-Type": "application/ppm-dap;message=collection-job-req",
                    "Authorization": "Bearer \(ServerRig.collectorToken)",
                ]
                request.body = .stream(ChunkSequence(chunks: chunks), length: .unknown)
                return try await client.execute(request, timeout: .seconds(30))
            }
            let body = try rig.collectionBody()
            #expect(try await post([Array(body.prefix(5)), Array(body.dropFirst(5))]).status == .ok)
            let chunk = [UInt8](repeating: 0, count: 1000)
            let count = HTTPLimits.collectionBody / chunk.count + 10
            let refused = try await post(Array(repeating: chunk, count: count))
            #expect(refused.status == .payloadTooLarge)
            #expect(refused.headers.first(name: "Content-Type") == "application/problem+json")
        }
    }

    @Test("A client that is refused before its body is read can use its connection again")
    func connectionAfterRefusal() async throws {
        let rig = try ServerRig()
        try await rig.leader().listening { base in
            let transport = HTTPTransport(timeout: 30, connections: 1)
            let url = "\(base)/tasks/\(rig.task)/collection_jobs"
            let long = [UInt8](repeating: 0, count: 1 << 20)
            for _ in 0..<3 {
                let refused = try await transport.send(
                    TransportRequest(.post, url, mediaType: .collectionJobReq, body: long))
                #expect(refused.status == 401)
                let health = try await transport.send(TransportRequest(.get, "\(base)/livez"))
                #expect(health.status == 200)
            }
            try await transport.shutdown()
        }
    }

    @Test(
        "The whole path over HTTP: uploads, aggregation, collection, deletion; the helper answers at once or later",
        arguments: [HelperHandler.Answering.atOnce, .later], [HTTPTransport.TokenField.authorization, .dapAuthToken])
    func wholePath(answering: HelperHandler.Answering, tokenField: HTTPTransport.TokenField) async throws {
        let rig = try ServerRig([.sum(maxMeasurement: 100)], answering: answering)
        let deployment = rig.deployment
        try await rig.leader(prefix: "/api/dap").listening { leader in
            try await rig.helper(prefix: "/v1/helper/").listening { helper in
                let transport = HTTPTransport(tokenField: tokenField)
                let rewriting = RewritingTransport(
                    base: transport,
                    rules: [
                        (TestDeployment.leaderURL, leader + "/api/dap/"),
                        (TestDeployment.helperURL, helper + "/v1/helper"),
                    ])
                let uploader = Uploader(
                    task: deployment.task.client, transport: rewriting, clock: deployment.clock,
                    random: deployment.random)
                let measurements = (1...20).map {
                    TimedMeasurement(.integer($0), posixSeconds: deployment.clock.now())
                }
                let summary = try await uploader.upload(measurements)
                #expect(summary.accepted == 20)
                let driver = LeaderDriver(
                    tasks: TaskRegistry([deployment.task.leader]), store: deployment.leaderStore, transport: rewriting,
                    helperToken: { _ in deployment.keys.leaderToken }, clock: deployment.clock,
                    random: deployment.random, logger: .silent)
                defer { deployment.clock.whileSleeping(nil) }
                deployment.clock.whileSleeping {
                    _ = try await driver.createAggregationJobs()
                    while try await driver.stepAggregationJob() {}
                    while try await driver.stepCollectionJob() {}
                    while try await deployment.helperDriver.stepDeferredRequest() {}
                }
                let collector = Collector(
                    task: deployment.task.collector, token: deployment.keys.collectorToken, transport: rewriting,
                    clock: deployment.clock)
                let batch = try await collector.collect(deployment.query(), patience: 600)
                #expect(batch.result.result == .integer(210) && batch.result.reportCount == 20)
                let jobURL = try #require(batch.jobURL)
                try await collector.delete(jobURL: jobURL)
                let gone = try await rewriting.send(
                    TransportRequest(.get, jobURL, token: deployment.keys.collectorToken))
                #expect(gone.status == 404)
                try await transport.shutdown()
            }
        }
    }
}

extension TestDeployment {
    /// The present window as a query.
    fileprivate func query() -> Query { .timeInterval(TimeIntervalQueryConfig(batchInterval: window())) }
}

/// Sends requests elsewhere than their URLs say, and leaves the rest to another transport.
private struct RewritingTransport: Transport {
    let base: HTTPTransport
    let rules: [(from: String, to: String)]

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        var url = request.url
        for rule in rules where url.hasPrefix(rule.from) { url = rule.to + url.dropFirst(rule.from.count) }
        return try await base.send(
            TransportRequest(
                request.method, url, mediaType: request.mediaType, token: request.token, body: request.body))
    }
}

private struct ChunkSequence: AsyncSequence, Sendable {
    let chunks: [[UInt8]]

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<[UInt8]>
        mutating func next() async throws -> ByteBuffer? { rest.popFirst().map { ByteBuffer(bytes: $0) } }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: chunks[...]) }
}
