import DAPHTTPClient
import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Hummingbird
import HummingbirdTesting
import Testing

/// Where resources are said to lie, for every way of asking that the router understands.
@Suite struct LocationTests {
    private static let mediaType = "application/ppm-dap;message=collection-job-req"
    private static let token = HTTPFields.bearer(ServerRig.collectorToken)

    @Test(
        "A location is an absolute path below the prefix, without the query and empty segments of the request's URL",
        arguments: ["", "/", "/api", "/api/dap", "/api/dap/", "/v1.0/~x/%7Ey/"])
    func locations(prefix: String) async throws {
        let rig = try ServerRig()
        let base = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        let path = "\(base)/tasks/\(rig.task)/collection_jobs"
        let body = try rig.collectionBody()
        try await rig.leader(prefix: prefix).routed { client in
            let first = try await client.post(path, body, mediaType: Self.mediaType, headers: Self.token)
            let location = try #require(first.headers[.location])
            #expect(location.hasPrefix(path + "/") && location.count == path.count + 1 + 22)
            for variant in [path + "/", path + "?", path + "?a=b&c=/d/", path + "/?step=0", "/" + path, path + "//"] {
                let response = try await client.post(variant, body, mediaType: Self.mediaType, headers: Self.token)
                #expect(response.status == .ok && response.headers[.location] == location, "\(variant)")
            }
            for variant in ["", "/", "?a=b", "?step=0"] {
                let response = try await client.get(location + variant, headers: Self.token)
                #expect(response.status == .ok && response.headers[.location] == location, "\(variant)")
            }
        }
    }

    @Test("A request with an absolute URL, as proxies may send it, is told a path")
    func absoluteForm() async throws {
        let rig = try ServerRig()
        let path = "/api/dap/tasks/\(rig.task)/collection_jobs"
        let body = try rig.collectionBody()
        try await rig.leader(prefix: "/api/dap").listening { base in
            let port = try #require(base.split(separator: ":").last.flatMap { Int($0) })
            let head = """
                POST http://leader.example\(path)?x=y HTTP/1.1\r\nHost: leader.example\r\n\
                Authorization: Bearer \(ServerRig.collectorToken)\r\nContent-Type: \(Self.mediaType)\r\n\
                Content-Length: \(body.count)\r\n\r\n
                """
            let response = try await RawConnection.exchange(head, body: body, port: port)
            #expect(response.hasPrefix("HTTP/1.1 200 "))
            let field = response.split(separator: "\r\n").first { $0.lowercased().hasPrefix("location:") }
            let location = try #require(field?.dropFirst("location:".count).drop { $0 == " " })
            #expect(location.hasPrefix(path + "/") && location.count == path.count + 1 + 22)
        }
    }

    @Test("A client finds a deferred job at its location over the network, below a prefix, with a slash at its end")
    func polling() async throws {
        let rig = try ServerRig(answering: .later)
        let (body, _) = try await rig.aggregationBody()
        try await rig.helper(prefix: "/api/dap/v18/").listening { base in
            let transport = HTTPTransport(tokenField: .dapAuthToken)
            let token = rig.deployment.keys.leaderToken
            let creation = "\(base)/api/dap/v18/tasks/\(rig.task)/aggregation_jobs"
            let created = try await transport.send(
                TransportRequest(.post, creation, mediaType: .aggregationJobInitReq, token: token, body: body))
            #expect(created.status == 200 && created.body.isEmpty)
            #expect(created.retryAfter == HelperHandler.retryAfter)
            let location = try #require(
                created.location.flatMap { ResourceURL.resolve(location: $0, against: creation) })
            #expect(location.hasPrefix(creation + "/") && location.hasSuffix("?step=0"))
            while try await rig.deployment.helperDriver.stepDeferredRequest() {}
            let ready = try await transport.send(TransportRequest(.get, location, token: token))
            #expect(ready.status == 200)
            #expect(try AggregationJobResp(decoding: ready.body).verifyResps.count == 1)
            let deleted = try await transport.send(TransportRequest(.delete, location, token: token))
            #expect(deleted.status == 200 && deleted.body.isEmpty)
            let kept = try await transport.send(TransportRequest(.get, location, token: token))
            #expect(kept.status == 200 && kept.body == ready.body)
            try await transport.shutdown()
        }
    }
}
