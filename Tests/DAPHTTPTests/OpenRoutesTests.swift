import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct OpenRoutesTests {
    @Test(
        "HPKE configurations come with their media type and may be cached by everybody for a day",
        arguments: ["", "/", "/api/dap", "/a/", "/v1.0/~x/%7Ey/"])
    func hpkeConfig(prefix: String) async throws {
        let rig = try ServerRig()
        let base = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        for (server, keys) in [
            (rig.leader(prefix: prefix), rig.deployment.keys.leader),
            (rig.helper(prefix: prefix), rig.deployment.keys.helper),
        ] {
            try await server.routed { client in
                let response = try await client.execute(uri: "\(base)/hpke_config", method: .get)
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "application/ppm-dap;message=hpke-config-list")
                #expect(response.headers[.cacheControl] == "public, max-age=86400")
                #expect(try HpkeConfigList(decoding: response.bytes) == HpkeConfigList(keys.map(\.config)))
                if !base.isEmpty {
                    #expect(try await client.execute(uri: "/hpke_config", method: .get).status == .notFound)
                }
            }
        }
    }

    @Test("Several HPKE configurations come in the order that the server was given them in")
    func preference() async throws {
        let rig = try ServerRig()
        let keys = rig.deployment.keys.leader + rig.deployment.keys.helper
        for keys in [keys, keys.reversed()] {
            try await rig.server([rig.leaderRole()], keys).routed { client in
                let list = try HpkeConfigList(decoding: try await client.get("/hpke_config").bytes)
                #expect(list.configs.map(\.id) == keys.map(\.config.id))
            }
        }
    }

    @Test("A server is alive, and ready when its store answers; both outside the path prefix")
    func health() async throws {
        let rig = try ServerRig()
        for isReady in [true, false] {
            try await rig.leader(prefix: "/api", readiness: { isReady }).routed { client in
                #expect(try await client.execute(uri: "/livez", method: .get).status == .ok)
                let readiness = try await client.execute(uri: "/readyz", method: .get).status
                #expect(readiness == (isReady ? .ok : .serviceUnavailable))
            }
        }
    }

    @Test("Unknown paths and methods are 404 with a problem document")
    func unknownRoutes() async throws {
        let rig = try ServerRig()
        let job = StoreSamples.aggregationJobID(1)
        try await rig.server([rig.leaderRole(), rig.helperRole()], rig.deployment.keys.leader).routed { client in
            for (method, path) in [
                (.put, "/tasks/\(rig.task)/aggregation_jobs/\(job)"), (.get, "/tasks/\(rig.task)/aggregation_jobs"),
                (.delete, "/tasks/\(rig.task)/aggregation_jobs"),
                (.patch, "/tasks/\(rig.task)/aggregation_jobs/\(job)"),
                (.post, "/tasks/\(rig.task)/aggregate_shares/\(job)"), (.get, "/tasks/\(rig.task)/aggregate_shares"),
                (.post, "/tasks/\(rig.task)/collection_jobs/\(job)"),
                (.put, "/tasks/\(rig.task)/collection_jobs/\(job)"),
                (.delete, "/hpke_config"),
                (.get, "/"), (.get, "/nothing"), (.get, "/tasks"), (.get, "/tasks/\(rig.task)"),
                (.get, "/tasks/\(rig.task)/reports"), (.put, "/tasks/\(rig.task)/reports"),
                (.post, "/hpke_config"),
                (.get, "/tasks/\(rig.task)/collection_jobs/x/y"), (.get, "/../livez"),
            ] as [(HTTPRequest.Method, String)] {
                let response = try await client.execute(uri: path, method: method)
                #expect(response.status == .notFound, "\(method) \(path)")
                #expect(try response.problem().type == "about:blank", "\(method) \(path)")
            }
        }
    }

    @Test("Beyond the named number of requests at work the answer is 429, while health checks go on")
    func busy() async throws {
        let rig = try ServerRig()
        let store = GatedReportStore()
        let upload = UploadHandler(
            tasks: TaskRegistry([rig.deployment.task.leader]),
            keyring: try HpkeKeyring(rig.deployment.keys.leader, role: .leader), batcher: UploadBatcher(store: store),
            clock: rig.deployment.clock)
        let path = "/tasks/\(rig.task)/reports"
        try await rig.leader(upload: upload).routed { client in
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<HTTPLimits.concurrentRequests {
                    let body = try rig.uploadBody()
                    group.addTask {
                        try await client.post(path, body, mediaType: "application/ppm-dap;message=upload-req").status
                    }
                }
                var response = try await client.execute(uri: "/hpke_config", method: .get)
                while response.status == .ok { response = try await client.execute(uri: "/hpke_config", method: .get) }
                #expect(response.status == .tooManyRequests)
                let pause = try #require(response.headers[.retryAfter].flatMap { UInt64($0) })
                #expect((LoadGauge.shortestPause...LoadGauge.longestPause).contains(pause))
                #expect(try await client.execute(uri: "/livez", method: .get).status == .ok)
                #expect(try await client.execute(uri: "/readyz", method: .get).status == .ok)
                await store.open()
                for try await status in group { #expect(status == .ok) }
            }
            #expect(try await client.execute(uri: "/hpke_config", method: .get).status == .ok)
        }
    }
}
