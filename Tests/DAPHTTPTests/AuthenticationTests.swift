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
        let collectionJob = "\(base)/collection_jobs/\(StoreSamples.collectionJobID(1))"
        let aggregationJob = "\(base)/aggregation_jobs/\(StoreSamples.aggregationJobID(1))"
        let share = "\(base)/aggregate_shares/\(StoreSamples.aggregateShareID(1))"
        return (
            [
                Route(method: .post, path: "\(base)/collection_jobs", mediaType: "collection-job-req"),
                Route(method: .get, path: collectionJob, mediaType: nil),
                Route(method: .delete, path: collectionJob, mediaType: nil),
            ],
            [
                Route(method: .post, path: "\(base)/aggregation_jobs", mediaType: "aggregation-job-init-req"),
                Route(method: .get, path: "\(aggregationJob)?step=0", mediaType: nil),
                Route(method: .post, path: aggregationJob, mediaType: "aggregation-job-continue-req"),
                Route(method: .delete, path: aggregationJob, mediaType: nil),
                Route(method: .post, path: "\(base)/aggregate_shares", mediaType: "aggregate-share-req"),
                Route(method: .get, path: share, mediaType: nil),
                Route(method: .delete, path: share, mediaType: nil),
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
                        let isCreation = route.mediaType != nil && route.mediaType != "aggregation-job-continue-req"
                        #expect(status == (isCreation ? .badRequest : .notFound), "\(route.path) \(headers)")
                    }
                }
            }
        }
    }

    @Test("An aggregator in both roles knows the collectors by other tokens than the leaders")
    func bothRoles() async throws {
        let rig = try ServerRig()
        let routes = Self.routes(rig.task)
        let server = rig.server([rig.leaderRole(), rig.helperRole()], rig.deployment.keys.leader)
        try await server.routed { client in
            for (routes, token) in [
                (routes.leader, ServerRig.collectorToken), (routes.helper, ServerRig.leaderToken),
            ] {
                for route in routes {
                    let status = try await Self.send(route, .bearer(token), client).status
                    #expect(status != .unauthorized, "\(route.method) \(route.path)")
                    let other = try await Self.send(route, .bearer(Self.otherToken(token)), client).status
                    #expect(other == .unauthorized, "\(route.method) \(route.path)")
                }
            }
        }
    }

    @Test("Without its own token nobody deletes or reads what others may, and it stays")
    func resourcesOfOthers() async throws {
        let rig = try ServerRig()
        let (body, _) = try await rig.aggregationBody()
        let (job, _) = try await rig.deployment.helper.createAggregationJob(task: rig.task, body: body)
        let path = "/tasks/\(rig.task)/aggregation_jobs/\(job)?step=0"
        try await rig.helper().routed { client in
            for headers in [HTTPFields(), .bearer(ServerRig.collectorToken)] {
                let (deletion, reading) = (
                    try await client.delete(path, headers: headers), try await client.get(path, headers: headers)
                )
                #expect(deletion.status == .unauthorized && reading.status == .unauthorized)
            }
            let own = try await client.get(path, headers: .bearer(ServerRig.leaderToken))
            #expect(own.status == .ok)
        }
    }

    @Test("Tokens can be a task's own")
    func tokensOfTasks() async throws {
        let rig = try ServerRig([.count, .sum(maxMeasurement: 7)])
        let tasks = rig.deployment.tasks.map(\.id)
        let tokens = TaskTokens(tokens: [tasks[0]: "first", tasks[1]: "second"])
        let server = rig.server(
            [rig.leaderRole(collectors: tokens), rig.helperRole(leaders: tokens)], rig.deployment.keys.leader)
        try await server.routed { client in
            for (task, right, wrong) in [(tasks[0], "first", "second"), (tasks[1], "second", "first")] {
                let routes = Self.routes(task)
                for route in routes.leader + routes.helper {
                    let status = try await Self.send(route, .bearer(right), client).status
                    #expect(status != .unauthorized, "\(route.method) \(route.path)")
                    let other = try await Self.send(route, .bearer(wrong), client).status
                    #expect(other == .unauthorized, "\(route.method) \(route.path)")
                }
            }
        }
    }

    private struct TaskTokens: PeerTokens {
        let tokens: [TaskID: String]

        func accept(_ token: String, task: TaskID) -> Bool { tokens[task] == token }
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
