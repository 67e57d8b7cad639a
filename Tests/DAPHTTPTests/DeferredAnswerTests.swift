import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// A helper that answers later (DAP §3.1).
@Suite struct DeferredAnswerTests {
    private static let aggregation = "application/ppm-dap;message=aggregation-job-init-req"
    private static let share = "application/ppm-dap;message=aggregate-share-req"
    private static let token = HTTPFields.bearer(ServerRig.leaderToken)

    private static func expectPending(
        _ response: TestResponse, at location: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.status == .ok && response.bytes.isEmpty, sourceLocation: sourceLocation)
        #expect(response.headers[.location] == location, sourceLocation: sourceLocation)
        #expect(response.headers[.retryAfter] == "\(HelperHandler.retryAfter)", sourceLocation: sourceLocation)
        #expect(response.headers[.contentType] == nil, sourceLocation: sourceLocation)
    }

    @Test(
        "Until it is ready, POST and GET say where to ask for it and when; then GET and POST have the representation",
        arguments: ["", "/api/dap", "/api/dap/"])
    func lifecycle(prefix: String) async throws {
        let rig = try ServerRig(answering: .later)
        let base = "/" + "\(prefix)/tasks/\(rig.task)".split(separator: "/").joined(separator: "/")
        let (aggregationBody, report) = try await rig.aggregationBody()
        try await rig.helper(prefix: prefix).routed { client in
            for (path, body, mediaType, answer, query) in [
                ("\(base)/aggregation_jobs", aggregationBody, Self.aggregation, "aggregation-job-resp", "?step=0"),
                ("\(base)/aggregate_shares", try rig.aggregateShareBody(report), Self.share, "aggregate-share", ""),
            ] {
                let created = try await client.post(path, body, mediaType: mediaType, headers: Self.token)
                let location = try #require(created.headers[.location])
                #expect(location.hasPrefix(path + "/") && location.count == path.count + 1 + 22 + query.count)
                #expect(location.hasSuffix(query) && (query.isEmpty ? !location.contains("?") : true))
                Self.expectPending(created, at: location)
                let resource = String(location.dropLast(query.count))
                Self.expectPending(try await client.get(location, headers: Self.token), at: location)
                Self.expectPending(
                    try await client.post(path + "?a=b", body, mediaType: mediaType, headers: Self.token), at: location)
                while try await rig.deployment.helperDriver.stepDeferredRequest() {}
                let ready = try await client.get(location, headers: Self.token)
                #expect(ready.status == .ok && !ready.bytes.isEmpty && ready.headers[.retryAfter] == nil)
                #expect(ready.headers[.contentType] == "application/ppm-dap;message=\(answer)")
                #expect(ready.headers[.location] == resource)
                let again = try await client.post(path, body, mediaType: mediaType, headers: Self.token)
                #expect(again.bytes == ready.bytes && again.headers[.location] == resource)
                #expect(again.headers[.contentType] == ready.headers[.contentType])
            }
        }
    }

    @Test("What is pending can be deleted, and is not worked on any more")
    func deletion() async throws {
        let rig = try ServerRig(answering: .later)
        let base = "/tasks/\(rig.task)"
        let (body, report) = try await rig.aggregationBody()
        try await rig.helper().routed { client in
            for (path, body, mediaType) in [
                ("\(base)/aggregation_jobs", body, Self.aggregation),
                ("\(base)/aggregate_shares", try rig.aggregateShareBody(report), Self.share),
            ] {
                let created = try await client.post(path, body, mediaType: mediaType, headers: Self.token)
                let location = try #require(created.headers[.location])
                #expect(try await client.delete(location, headers: Self.token).status == .ok)
                #expect(try await client.delete(location, headers: Self.token).status == .notFound)
                #expect(try await client.get(location, headers: Self.token).status == .notFound)
                #expect(try await rig.deployment.helperDriver.stepDeferredRequest() == false)
            }
        }
    }

    @Test("A step other than the first, or none, is refused while a job is pending")
    func steps() async throws {
        let rig = try ServerRig(answering: .later)
        let (body, _) = try await rig.aggregationBody()
        try await rig.helper().routed { client in
            let created = try await client.post(
                "/tasks/\(rig.task)/aggregation_jobs", body, mediaType: Self.aggregation, headers: Self.token)
            let location = try #require(created.headers[.location])
            let job = location.prefix { $0 != "?" }
            let none = try await client.get("\(job)", headers: Self.token)
            try none.expect(.invalidMessage, .badRequest, task: rig.task)
            let next = try await client.get("\(job)?step=1", headers: Self.token)
            try next.expect(.stepMismatch, .conflict, task: rig.task)
        }
    }

    @Test("An aggregate share that cannot be given fails with the error that it would have failed with at once")
    func failure() async throws {
        let rig = try ServerRig(answering: .later)
        let path = "/tasks/\(rig.task)/aggregate_shares"
        let (job, report) = try await rig.aggregationBody()
        let (_, other) = try await rig.aggregationBody()
        try await rig.helper().routed { client in
            func fail(_ body: [UInt8]) async throws -> TestResponse {
                let created = try await client.post(path, body, mediaType: Self.share, headers: Self.token)
                let location = try #require(created.headers[.location])
                Self.expectPending(created, at: location)
                while try await rig.deployment.helperDriver.stepDeferredRequest() {}
                return try await client.get(location, headers: Self.token)
            }
            let empty = try await fail(rig.aggregateShareBody(report))
            try empty.expect(.invalidBatchSize, .badRequest, task: rig.task)
            _ = try await client.post(
                "/tasks/\(rig.task)/aggregation_jobs", job, mediaType: Self.aggregation, headers: Self.token)
            while try await rig.deployment.helperDriver.stepDeferredRequest() {}
            let mismatch = try await fail(rig.aggregateShareBody(other))
            #expect(mismatch.status.kind == .clientError)
            let problem = try mismatch.problem()
            #expect(problem.type == ProblemType.batchMismatch.urn && problem.taskid == rig.task.description)
            // A failure is no end: the same bytes ask anew.
            let ready = try await fail(rig.aggregateShareBody(report))
            #expect(ready.status == .ok)
            #expect(ready.headers[.contentType] == "application/ppm-dap;message=aggregate-share")
        }
    }

    @Test("A request that is wrong in itself is refused at once")
    func refusals() async throws {
        let rig = try ServerRig(answering: .later)
        try await rig.helper().routed { client in
            for (resource, mediaType) in [("aggregation_jobs", Self.aggregation), ("aggregate_shares", Self.share)] {
                let response = try await client.post(
                    "/tasks/\(rig.task)/\(resource)", [1], mediaType: mediaType, headers: Self.token)
                try response.expect(.invalidMessage, .badRequest, task: rig.task)
            }
            #expect(try await rig.deployment.helperDriver.stepDeferredRequest() == false)
        }
    }
}
