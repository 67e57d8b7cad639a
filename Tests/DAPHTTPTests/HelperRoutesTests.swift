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
        "Aggregation jobs and aggregate shares are answered with their location, the same each time, shares until deleted",
        arguments: ["", "/api/dap", "/a/b/c/"])
    func lifecycle(prefix: String) async throws {
        let rig = try ServerRig()
        let base = "/" + "\(prefix)/tasks/\(rig.task)".split(separator: "/").joined(separator: "/")
        let (aggregationBody, report) = try await rig.aggregationBody()
        let token = HTTPFields.bearer(ServerRig.leaderToken)
        try await rig.helper(prefix: prefix).routed { client in
            for (path, body, mediaType, answer, query) in [
                ("\(base)/aggregation_jobs", aggregationBody, Self.aggregation, "aggregation-job-resp", "?step=0"),
                ("\(base)/aggregate_shares", try rig.aggregateShareBody(report), Self.share, "aggregate-share", ""),
            ] {
                let first = try await client.post(path, body, mediaType: mediaType, headers: token)
                #expect(first.status == .ok && first.headers[.retryAfter] == nil)
                #expect(first.headers[.contentType] == "application/ppm-dap;message=\(answer)")
                let location = try #require(first.headers[.location])
                #expect(location.hasPrefix(path + "/") && location.count == path.count + 1 + 22)
                for response in [
                    try await client.post(path, body, mediaType: mediaType, headers: token),
                    try await client.get(location + query, headers: token),
                ] {
                    #expect(response.status == .ok && response.bytes == first.bytes)
                    #expect(response.headers[.contentType] == first.headers[.contentType])
                    #expect(response.headers[.location] == location)
                }
                let deleted = try await client.delete(location, headers: token)
                #expect(deleted.status == .ok && deleted.bytes.isEmpty)
                let again = try await client.delete(location, headers: token)
                let gone = try await client.get(location + query, headers: token)
                if path.hasSuffix("aggregate_shares") {
                    for response in [again, gone] { try Self.expectGone(response, path, rig.task) }
                } else {
                    // It has counted a report, so its answer stays for whoever asks late.
                    #expect(again.status == .ok && gone.status == .ok && gone.bytes == first.bytes)
                }
            }
        }
    }

    private static func expectGone(_ response: TestResponse, _ path: String, _ task: TaskID) throws {
        guard path.hasSuffix("aggregate_shares") else {
            return try response.expect(.unrecognizedAggregationJob, .notFound, task: task)
        }
        #expect(response.status == .notFound)
        let problem = try response.problem()
        #expect(problem.type == "about:blank" && problem.taskid == task.description)
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

    @Test("Resources that do not exist, of tasks that do or do not, and IDs that are none, are 404")
    func unknownResources() async throws {
        let rig = try ServerRig()
        let token = HTTPFields.bearer(ServerRig.leaderToken)
        let stranger = try TaskID([UInt8](repeating: 9, count: 32))
        let unknown = "\(StoreSamples.aggregationJobID(1))"
        try await rig.helper().routed { client in
            for path in ["aggregation_jobs", "aggregate_shares"] {
                for id in [unknown, "AAAA", unknown + "=", "%2e%2e", String(repeating: "A", count: 5000)] {
                    let url = "/tasks/\(rig.task)/\(path)/\(id)"
                    for query in ["", "?step=0"] {
                        try Self.expectGone(try await client.get(url + query, headers: token), path, rig.task)
                    }
                    try Self.expectGone(try await client.delete(url, headers: token), path, rig.task)
                }
                let url = "/tasks/\(stranger)/\(path)/\(unknown)"
                for response in [
                    try await client.get(url, headers: token), try await client.delete(url, headers: token),
                ] {
                    try response.expect(.unrecognizedTask, .notFound, task: stranger)
                }
                for response in [
                    try await client.get("/tasks/x/\(path)/\(unknown)", headers: token),
                    try await client.delete("/tasks/x/\(path)/\(unknown)", headers: token),
                ] {
                    try response.expect(.unrecognizedTask, .notFound, task: nil)
                }
            }
        }
    }

    @Test("A resource of one task is none of another's")
    func otherTask() async throws {
        let rig = try ServerRig([.count, .sum(maxMeasurement: 7)])
        let (body, _) = try await rig.aggregationBody()
        let (job, _) = try await rig.deployment.helper.createAggregationJob(task: rig.task, body: body)
        let token = HTTPFields.bearer(ServerRig.leaderToken)
        let other = rig.deployment.tasks[1].id
        try await rig.helper().routed { client in
            let path = "/tasks/\(other)/aggregation_jobs/\(job)?step=0"
            for response in [
                try await client.get(path, headers: token), try await client.delete(path, headers: token),
            ] {
                try response.expect(.unrecognizedAggregationJob, .notFound, task: other)
            }
            let own = "/tasks/\(rig.task)/aggregation_jobs/\(job)?step=0"
            #expect(try await client.get(own, headers: token).status == .ok)
        }
    }

    @Test("A job is asked for with the step that the leader is on, once and as a number")
    func steps() async throws {
        let rig = try ServerRig()
        let (body, _) = try await rig.aggregationBody()
        let (job, _) = try await rig.deployment.helper.createAggregationJob(task: rig.task, body: body)
        let path = "/tasks/\(rig.task)/aggregation_jobs/\(job)"
        let token = HTTPFields.bearer(ServerRig.leaderToken)
        try await rig.helper().routed { client in
            for query in ["?step=0", "?step=00", "?x=1&step=0&y", "?step=%30"] {
                let response = try await client.get(path + query, headers: token)
                #expect(response.status == .ok && response.headers[.location] == path, "\(query)")
            }
            for query in [
                "", "?", "?step", "?step=", "?step=x", "?step=-1", "?step=+0", "?step=0x0", "?step=0&step=1", "?Step=0",
                "?step=0&step=0", "?step=18446744073709551616", "?step=%00",
            ] {
                let response = try await client.get(path + query, headers: token)
                try response.expect(.invalidMessage, .badRequest, task: rig.task)
            }
            for query in ["?step=1", "?step=65536", "?step=18446744073709551615"] {
                let response = try await client.get(path + query, headers: token)
                try response.expect(.stepMismatch, .conflict, task: rig.task)
            }
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
            let job = "/tasks/\(rig.task)/aggregation_jobs/\(StoreSamples.aggregationJobID(1))"
            let response = try await client.delete(job, headers: .bearer(ServerRig.leaderToken))
            #expect(response.status == .notFound)
            #expect(try response.problem().type == "about:blank")
        }
    }
}
