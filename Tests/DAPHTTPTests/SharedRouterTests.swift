import DAPHTTPClient
import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Hummingbird
import HummingbirdTesting
import Testing

/// DAP's resources beside somebody else's on one port.
@Suite struct SharedRouterTests {
    private struct OwnError: Error {}

    private static func router(_ rig: ServerRig, unknownResources: Bool) throws -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        if unknownResources { router.add(middleware: UnknownResourceMiddleware()) }
        router.post("internal/test/ready") { _, _ in "{}" }
        router.get("internal/test/conflict") { _, _ -> Response in throw HTTPError(.conflict, message: "own words") }
        router.get("internal/test/error") { _, _ -> Response in throw OwnError() }
        let server = rig.server(
            [rig.leaderRole(), rig.helperRole()], rig.deployment.keys.leader, prefix: "/api/dap")
        try server.addResources(to: router)
        return router
    }

    @Test("Only what goes wrong at DAP's resources is a problem document", arguments: [false, true])
    func problems(unknownResources: Bool) async throws {
        let rig = try ServerRig()
        let router = try Self.router(rig, unknownResources: unknownResources)
        try await Application(responder: router.buildResponder(), logger: .silent).test(.router) { client in
            let base = "/api/dap/tasks/\(rig.task)"
            let job = "\(base)/aggregation_jobs/\(StoreSamples.aggregationJobID(1))"
            let unauthorized = try await client.delete(job)
            #expect(unauthorized.status == .unauthorized)
            #expect(try unauthorized.problem().taskid == rig.task.description)
            let unknown = try await client.delete(job, headers: .bearer(ServerRig.leaderToken))
            try unknown.expect(.unrecognizedAggregationJob, .notFound, task: rig.task)
            #expect(try await client.get("/api/dap/hpke_config").status == .ok)
            let own = try await client.execute(uri: "/internal/test/ready", method: .post)
            #expect(own.status == .ok && own.bytes == Array("{}".utf8))
            let conflict = try await client.get("/internal/test/conflict")
            #expect(conflict.status == .conflict && String(buffer: conflict.body).contains("own words"))
            for response in [
                try await client.get("/nothing"), try await client.get("/hpke_config"), try await client.get("/livez"),
                try await client.delete("/api/dap/hpke_config"), try await client.get("/internal/test/ready"),
            ] {
                #expect(response.status == .notFound)
                if unknownResources {
                    #expect(try response.problem().type == "about:blank")
                } else {
                    #expect(response.headers[.contentType] != "application/problem+json")
                }
            }
        }
    }

    @Test("Such a router is served on a port that it tells, with an error of its own as a server error")
    func listening() async throws {
        let rig = try ServerRig()
        let router = try Self.router(rig, unknownResources: true)
        try await ListeningService.test({
            RouterServer(router: router, host: "127.0.0.1", port: 0, logger: .silent, listening: $0)
        }) { base in
            let transport = HTTPTransport(timeout: 30)
            func status(_ method: TransportRequest.Method, _ path: String) async throws -> Int {
                try await transport.send(TransportRequest(method, base + path)).status
            }
            #expect(try await status(.post, "/internal/test/ready") == 200)
            #expect(try await status(.get, "/internal/test/error") == 500)
            #expect(try await status(.get, "/api/dap/hpke_config") == 200)
            #expect(try await status(.get, "/api/dap/tasks/x/collection_jobs/y") == 404)
            try await transport.shutdown()
        }
    }

    @Test("A leader of some tasks that is the helper of others does for each what its role is")
    func bothRoles() async throws {
        let rig = try ServerRig([.count, .sum(maxMeasurement: 7)])
        let tasks = rig.deployment.tasks
        let upload = UploadHandler(
            tasks: TaskRegistry([tasks[0].leader]), keyring: try HpkeKeyring(rig.deployment.keys.leader, role: .leader),
            batcher: UploadBatcher(store: rig.deployment.leaderStore), clock: rig.deployment.clock)
        let collection = CollectionHandler(
            tasks: TaskRegistry([tasks[0].leader]), store: rig.deployment.leaderStore, clock: rig.deployment.clock,
            random: rig.deployment.random)
        let helper = HelperHandler(
            tasks: TaskRegistry([tasks[1].helper]), keyring: try HpkeKeyring(rig.deployment.keys.helper, role: .helper),
            store: MemoryStore(), clock: rig.deployment.clock, random: rig.deployment.random)
        let server = rig.server(
            [rig.leaderRole(upload: upload, collection: collection), rig.helperRole(handler: helper)],
            rig.deployment.keys.leader + rig.deployment.keys.helper)
        let forge = ReportForge(rig.deployment, task: tasks[1])
        let inits = try await forge.verifyInits([try forge.report()])
        let job = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded()
        try await server.routed { client in
            for (index, collectionStatus, aggregationStatus) in [
                (0, HTTPResponse.Status.ok, HTTPResponse.Status.notFound), (1, .notFound, .ok),
            ] {
                let base = "/tasks/\(tasks[index].id)"
                let asLeader = try await client.post(
                    "\(base)/collection_jobs", try rig.collectionBody(),
                    mediaType: "application/ppm-dap;message=collection-job-req",
                    headers: .bearer(ServerRig.collectorToken))
                #expect(asLeader.status == collectionStatus)
                let asHelper = try await client.post(
                    "\(base)/aggregation_jobs", job, mediaType: "application/ppm-dap;message=aggregation-job-init-req",
                    headers: .bearer(ServerRig.leaderToken))
                #expect(asHelper.status == aggregationStatus)
                let refused = index == 0 ? asHelper : asLeader
                try refused.expect(.unrecognizedTask, .notFound, task: tasks[index].id)
            }
        }
    }
}
