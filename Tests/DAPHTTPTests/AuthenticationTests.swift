import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct AuthenticationTests {
    private struct Route: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let mediaType: String?
    }

    private static func routes(_ task: TaskID) -> (leader: [Route], helper: [Route]) {
        let base = "/tasks/\(task)"
        return (
            [
                Route(method: .post, path: "\(base)/collection_jobs", mediaType: "collection-job-req"),
                Route(
                    method: .get, path: "\(base)/collection_jobs/\(StoreSamples.collectionJobID(1))", mediaType: nil),
            ],
            [
                Route(method: .post, path: "\(base)/aggregation_jobs", mediaType: "aggregation-job-init-req"),
                Route(method: .post, path: "\(base)/aggregate_shares", mediaType: "aggregate-share-req"),
            ]
        )
    }

    /// What is not a token: near misses and other schemes.
    private static func wrongHeaders(_ token: String) -> [HTTPFields] {
        guard let name = HTTPField.Name("DAP-Auth-Token") else { return [] }
        let near = [
            token + "x", String(token.dropLast()), token.uppercased(), "", " ", "x" + token, token + "\u{00e9}",
        ]
        return [[:], [.authorization: "Bearer"], [.authorization: token], [.authorization: "Basic \(token)"]]
            + near.map { [.authorization: "Bearer \($0)"] } + near.map { [name: $0] }
            + [[.authorization: "Bearer \(token), Bearer \(token)"], [.authorization: "Bearer\t\(token)"]]
    }

    @Test("Without an accepted token every protected route is 401, whatever else the request says")
    func unauthorized() async throws {
        let rig = try ServerRig()
        let unknown = try TaskID([UInt8](repeating: 9, count: 32))
        for task in [rig.task, unknown] {
            let routes = Self.routes(task)
            for (server, routes, token) in [
                (rig.leader(), routes.leader, ServerRig.collectorToken),
                (rig.helper(), routes.helper, ServerRig.leaderToken),
            ] {
                try await server.routed { client in
                    for route in routes {
                        for headers in Self.wrongHeaders(token) + [.bearer(Self.otherToken(token))] {
                            let response = try await Self.send(route, headers, client)
                            #expect(response.status == .unauthorized, "\(route.path) \(headers)")
                            #expect(response.headers[.wwwAuthenticate] == "Bearer")
                            let problem = try response.problem()
                            #expect(problem.type == "about:blank" && problem.taskid == task.description)
                        }
                    }
                }
            }
        }
    }

    @Test("Both kinds of header are accepted, the scheme in any case, beside a proxy's own authorization")
    func authorized() async throws {
        let rig = try ServerRig()
        let name = try #require(HTTPField.Name("DAP-Auth-Token"))
        @Sendable func headers(_ token: String) -> [HTTPFields] {
            [
                .bearer(token), [.authorization: "bearer \(token)"], [.authorization: "BEARER   \(token) "],
                [name: token],
                [.authorization: "Basic cHJveHk6cHJveHk=", name: token],
            ]
        }
        let routes = Self.routes(rig.task)
        for (server, routes, token) in [
            (rig.leader(), routes.leader, ServerRig.collectorToken),
            (rig.helper(), routes.helper, ServerRig.leaderToken),
        ] {
            try await server.routed { client in
                for route in routes {
                    for headers in headers(token) {
                        let status = try await Self.send(route, headers, client).status
                        // Let in, and then refused for what is in the body or not there.
                        #expect(status == (route.method == .get ? .notFound : .badRequest), "\(headers)")
                    }
                }
            }
        }
    }

    @Test("Any of several tokens is accepted, and none when there are none")
    func digests() {
        let digests = TokenDigests(sha256: ["one", "two"].map(TokenDigests.digest(of:)))
        #expect(digests.accept("one") && digests.accept("two") && !digests.accept("three") && !digests.accept(""))
        #expect(!TokenDigests(sha256: []).accept(""))
        #expect(!TokenDigests(sha256: [[]]).accept(""))
        #expect(!TokenDigests(sha256: [Array(TokenDigests.digest(of: "one").dropLast())]).accept("one"))
    }

    private static func otherToken(_ token: String) -> String {
        token == ServerRig.leaderToken ? ServerRig.collectorToken : ServerRig.leaderToken
    }

    private static func send(
        _ route: Route, _ headers: HTTPFields, _ client: any TestClientProtocol
    ) async throws -> TestResponse {
        guard let mediaType = route.mediaType else {
            return try await client.execute(uri: route.path, method: route.method, headers: headers)
        }
        return try await client.post(
            route.path, [1], mediaType: "application/ppm-dap;message=\(mediaType)", headers: headers)
    }
}
