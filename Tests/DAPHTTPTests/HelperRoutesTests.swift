import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct HelperRoutesTests {
    private static let aggregation = "application/ppm-dap;message=aggregation-job-init-req"
    private static let share = "application/ppm-dap;message=aggregate-share-req"

    @Test(
        "Aggregation jobs and aggregate shares are answered with their location, the same each time",
        arguments: ["", "/api/dap"])
    func lifecycle(prefix: String) async throws {
        let rig = try ServerRig()
        let base = "\(prefix)/tasks/\(rig.task)"
        let (aggregationBody, report) = try await rig.aggregationBody()
        try await rig.helper(prefix: prefix).routed { client in
            for (path, body, mediaType, answer) in [
                ("\(base)/aggregation_jobs", aggregationBody, Self.aggregation, "aggregation-job-resp"),
                ("\(base)/aggregate_shares", try rig.aggregateShareBody(report), Self.share, "aggregate-share"),
            ] {
                let token = HTTPFields.bearer(ServerRig.leaderToken)
                let first = try await client.post(path, body, mediaType: mediaType, headers: token)
                #expect(first.status == .ok)
                #expect(first.headers[.contentType] == "application/ppm-dap;message=\(answer)")
                let location = try #require(first.headers[.location])
                #expect(location.hasPrefix(path + "/") && location.count == path.count + 1 + 22)
                let second = try await client.post(path, body, mediaType: mediaType, headers: token)
                #expect(second.bytes == first.bytes && second.headers[.location] == location)
            }
        }
    }

    @Test("Refusals have their problem and status")
    func refusals() async throws {
        let rig = try ServerRig()
        let base = "/tasks/\(rig.task)"
        let (_, report) = try await rig.aggregationBody()
        let stranger = try TaskID([UInt8](repeating: 9, count: 32))
        try await rig.helper().routed { client in
            let token = HTTPFields.bearer(ServerRig.leaderToken)
            for (resource, mediaType) in [("aggregation_jobs", Self.aggregation), ("aggregate_shares", Self.share)] {
                func post(_ path: String, _ body: [UInt8], _ mediaType: String?) async throws -> TestResponse {
                    try await client.post("\(path)/\(resource)", body, mediaType: mediaType, headers: token)
                }
                try await post(base, [1], mediaType).expect(.invalidMessage, .badRequest, task: rig.task)
                #expect(try await post(base, [1], nil).status == .unsupportedMediaType)
                #expect(try await post(base, [1], "text/plain").status == .unsupportedMediaType)
                let unknown = try await post("/tasks/\(stranger)", [1], mediaType)
                try unknown.expect(.unrecognizedTask, .notFound, task: stranger)
                try await post("/tasks/x", [1], mediaType).expect(.unrecognizedTask, .notFound, task: nil)
            }
            // Nothing was aggregated.
            let share = try await client.post(
                "\(base)/aggregate_shares", try rig.aggregateShareBody(report), mediaType: Self.share, headers: token)
            try share.expect(.invalidBatchSize, .badRequest, task: rig.task)
        }
    }

    @Test("Mismatch and overlap are conflicts")
    func conflicts() async throws {
        let rig = try ServerRig()
        let path = "/tasks/\(rig.task)/aggregate_shares"
        let (body, report) = try await rig.aggregationBody()
        _ = try await rig.deployment.helper.createAggregationJob(task: rig.task, body: body)
        let (_, other) = try await rig.aggregationBody()
        try await rig.helper().routed { client in
            let token = HTTPFields.bearer(ServerRig.leaderToken)
            let wrong = try rig.aggregateShareBody(other)
            let mismatch = try await client.post(path, wrong, mediaType: Self.share, headers: token)
            try mismatch.expect(.batchMismatch, .conflict, task: rig.task)
            let right = try rig.aggregateShareBody(report)
            #expect(try await client.post(path, right, mediaType: Self.share, headers: token).status == .ok)
            let overlap = try await client.post(path, wrong, mediaType: Self.share, headers: token)
            try overlap.expect(.batchOverlap, .conflict, task: rig.task)
        }
    }

    @Test("A helper has none of the leader's resources, and a leader none of the helper's")
    func otherRole() async throws {
        let rig = try ServerRig()
        try await rig.helper().routed { client in
            for resource in ["reports", "collection_jobs"] {
                let response = try await client.execute(uri: "/tasks/\(rig.task)/\(resource)", method: .post)
                #expect(response.status == .notFound)
                #expect(try response.problem().type == "about:blank")
            }
        }
        try await rig.leader().routed { client in
            for resource in ["aggregation_jobs", "aggregate_shares"] {
                let response = try await client.execute(uri: "/tasks/\(rig.task)/\(resource)", method: .post)
                #expect(response.status == .notFound)
            }
        }
    }
}
