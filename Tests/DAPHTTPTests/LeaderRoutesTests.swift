import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct ReportsRouteTests {
    private static let mediaType = "application/ppm-dap;message=upload-req"

    @Test("An upload of which everything is accepted has an empty answer")
    func accepted() async throws {
        let rig = try ServerRig()
        let path = "/tasks/\(rig.task)/reports"
        try await rig.leader().routed { client in
            let response = try await client.post(path, try rig.uploadBody(3), mediaType: Self.mediaType)
            #expect(response.status == .ok && response.bytes.isEmpty)
        }
    }

    @Test("Rejected reports are told in an UploadErrors")
    func rejected() async throws {
        let rig = try ServerRig()
        let path = "/tasks/\(rig.task)/reports"
        try await rig.leader().routed { client in
            let body = try rig.uploadBody(2)
            _ = try await client.post(path, body, mediaType: Self.mediaType)
            let response = try await client.post(path, body, mediaType: Self.mediaType)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/ppm-dap;message=upload-errors")
            let errors = try UploadErrors(decoding: response.bytes)
            #expect(errors.statuses.map(\.error) == [.reportReplayed, .reportReplayed])
        }
    }

    @Test(
        "Media types are parsed, not compared",
        arguments: [
            "application/ppm-dap;message=upload-req", "application/ppm-dap; message=\"upload-req\"",
            "Application/PPM-DAP ; Message=upload-req",
            "application/ppm-dap;charset=utf-8;message=upload-req;x=\"a;b\"",
        ])
    func goodMediaTypes(mediaType: String) async throws {
        let rig = try ServerRig()
        try await rig.leader().routed { client in
            let response = try await client.post(
                "/tasks/\(rig.task)/reports", try rig.uploadBody(), mediaType: mediaType)
            #expect(response.status == .ok)
        }
    }

    @Test(
        "A wrong or missing media type is 415, before the body is looked at",
        arguments: [
            nil, "", "application/octet-stream", "application/ppm-dap", "application/ppm-dap;message=upload-errors",
            "text/ppm-dap;message=upload-req", "application/ppm-dap;message=upload-req;message=upload-req",
        ])
    func badMediaTypes(mediaType: String?) async throws {
        let rig = try ServerRig()
        try await rig.leader().routed { client in
            let response = try await client.post("/tasks/\(rig.task)/reports", [1], mediaType: mediaType)
            #expect(response.status == .unsupportedMediaType)
            #expect(try response.problem().type == "about:blank")
        }
    }

    @Test("An unknown task is 404 with its ID; an ID that is none is 404 too")
    func unknownTask() async throws {
        let rig = try ServerRig()
        let stranger = try TaskID([UInt8](repeating: 9, count: 32))
        try await rig.leader().routed { client in
            let body = try rig.uploadBody()
            let unknown = try await client.post("/tasks/\(stranger)/reports", body, mediaType: Self.mediaType)
            try unknown.expect(.unrecognizedTask, .notFound, task: stranger)
            let short = try await client.post("/tasks/AAAA/reports", body, mediaType: Self.mediaType)
            try short.expect(.unrecognizedTask, .notFound, task: nil)
            for malformed in ["\(rig.task)=", "\(rig.task)A", "%00", "a+b", String(repeating: "A", count: 5000)] {
                let response = try await client.post("/tasks/\(malformed)/reports", body, mediaType: Self.mediaType)
                try response.expect(.unrecognizedTask, .notFound, task: nil)
            }
        }
    }

    @Test("A malformed body is invalidMessage with the task's ID")
    func malformed() async throws {
        let rig = try ServerRig()
        try await rig.leader().routed { client in
            let response = try await client.post("/tasks/\(rig.task)/reports", [1, 2, 3], mediaType: Self.mediaType)
            try response.expect(.invalidMessage, .badRequest, task: rig.task)
        }
    }

    @Test("A body longer than the limit, and more reports than the limit, are 413")
    func tooLarge() async throws {
        let rig = try ServerRig()
        try await rig.leader().routed { client in
            let path = "/tasks/\(rig.task)/reports"
            let long = [UInt8](repeating: 0, count: HTTPLimits.uploadBody + 1)
            #expect(try await client.post(path, long, mediaType: Self.mediaType).status == .contentTooLarge)
            let report = try rig.deployment.report()
            let many = UploadRequest(reports: Array(repeating: report, count: UploadHandler.reportsPerRequest + 1))
            let response = try await client.post(path, try many.encoded(), mediaType: Self.mediaType)
            #expect(response.status == .contentTooLarge)
            #expect(try response.problem().taskid == rig.task.description)
        }
    }

    @Test("A fault of the store's is a 500 that tells nothing")
    func storeFault() async throws {
        let store = FaultyStore(MemoryStore(), script: [.notPersisted])
        let rig = ServerRig(try TestDeployment(leaderStore: store))
        try await rig.leader().routed { client in
            let response = try await client.post(
                "/tasks/\(rig.task)/reports", try rig.uploadBody(), mediaType: Self.mediaType)
            #expect(response.status == .internalServerError)
            let problem = try response.problem()
            #expect(problem.type == "about:blank" && !problem.detail.contains("insertReports"))
        }
    }
}

@Suite struct CollectionJobsRouteTests {
    private static let mediaType = "application/ppm-dap;message=collection-job-req"

    @Test(
        "A pending job has an empty answer, its location and a pause; when finished, its result",
        arguments: ["", "/api/dap"])
    func lifecycle(prefix: String) async throws {
        let rig = try ServerRig()
        let path = "\(prefix)/tasks/\(rig.task)/collection_jobs"
        _ = try await rig.deployment.uploader().upload([
            TimedMeasurement(.integer(1), posixSeconds: rig.deployment.clock.now())
        ])
        try await rig.leader(prefix: prefix).routed { client in
            let token = HTTPFields.bearer(ServerRig.collectorToken)
            let body = try rig.collectionBody()
            let pending = try await client.post(path, body, mediaType: Self.mediaType, headers: token)
            #expect(pending.status == .ok && pending.bytes.isEmpty)
            #expect(pending.headers[.retryAfter] == "1")
            let location = try #require(pending.headers[.location])
            #expect(location.hasPrefix(path + "/"))
            let again = try await client.post(path + "/", body, mediaType: Self.mediaType, headers: token)
            #expect(again.headers[.location] == location)
            let polled = try await client.execute(uri: location, method: .get, headers: token)
            #expect(polled.status == .ok && polled.bytes.isEmpty && polled.headers[.retryAfter] == "1")
            try await rig.deployment.pass(seconds: 5)
            for response in [
                try await client.execute(uri: location, method: .get, headers: token),
                try await client.post(path, body, mediaType: Self.mediaType, headers: token),
            ] {
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "application/ppm-dap;message=collection-job-resp")
                #expect(try CollectionJobResp(decoding: response.bytes).reportCount == 1)
            }
        }
    }

    @Test("A deleted job is gone, pending or finished, and the same bytes ask for its batch again")
    func deletion() async throws {
        let rig = try ServerRig()
        let path = "/tasks/\(rig.task)/collection_jobs"
        let token = HTTPFields.bearer(ServerRig.collectorToken)
        _ = try await rig.deployment.uploader().upload([
            TimedMeasurement(.integer(1), posixSeconds: rig.deployment.clock.now())
        ])
        try await rig.leader().routed { client in
            let body = try rig.collectionBody()
            for isFinished in [false, true] {
                let created = try await client.post(path, body, mediaType: Self.mediaType, headers: token)
                #expect(created.status == .ok && created.bytes.isEmpty)
                let location = try #require(created.headers[.location])
                if isFinished {
                    try await rig.deployment.pass(seconds: 5)
                    let finished = try await client.get(location, headers: token)
                    #expect(finished.status == .ok && !finished.bytes.isEmpty)
                    #expect(finished.headers[.location] == location)
                }
                let deleted = try await client.delete(location, headers: token)
                #expect(deleted.status == .ok && deleted.bytes.isEmpty)
                for response in [
                    try await client.delete(location, headers: token), try await client.get(location, headers: token),
                ] {
                    #expect(response.status == .notFound)
                    let problem = try response.problem()
                    #expect(problem.type == "about:blank" && problem.taskid == rig.task.description)
                }
            }
            // Deletion does not undo that it was collected (DAP §4.6.3).
            let again = try await client.post(path, body, mediaType: Self.mediaType, headers: token)
            try again.expect(.batchOverlap, .conflict, task: rig.task)
        }
    }

    @Test("A failed job is a client error with its problem")
    func failed() async throws {
        let rig = try ServerRig()
        try await rig.leader().routed { client in
            let token = HTTPFields.bearer(ServerRig.collectorToken)
            let response = try await client.post(
                "/tasks/\(rig.task)/collection_jobs", try rig.collectionBody(), mediaType: Self.mediaType,
                headers: token)
            let location = try #require(response.headers[.location])
            try await rig.deployment.step()
            let failed = try await client.execute(uri: location, method: .get, headers: token)
            try failed.expect(.invalidBatchSize, .badRequest, task: rig.task)
            #expect(try await client.delete(location, headers: token).status == .ok)
            #expect(try await client.get(location, headers: token).status == .notFound)
        }
    }

    @Test("Refusals have their problem and status")
    func refusals() async throws {
        let rig = try ServerRig()
        let path = "/tasks/\(rig.task)/collection_jobs"
        try await rig.leader().routed { client in
            let token = HTTPFields.bearer(ServerRig.collectorToken)
            func post(_ body: [UInt8], _ mediaType: String? = Self.mediaType) async throws -> TestResponse {
                try await client.post(path, body, mediaType: mediaType, headers: token)
            }
            try await post([1]).expect(.invalidMessage, .badRequest, task: rig.task)
            let empty = Interval(start: Time(1), duration: Duration(0))
            try await post(rig.collectionBody(empty)).expect(.batchInvalid, .badRequest, task: rig.task)
            let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: rig.deployment.window()))
            let extended = CollectionJobReq(
                query: query,
                extensions: [23, 42].map { CollectionJobExtension(extensionType: $0, extensionData: []) })
            let unsupported = try await post(extended.encoded())
            try unsupported.expect(.unsupportedExtension, .badRequest, task: rig.task)
            #expect(try unsupported.problem().unsupportedExtensions == [23, 42])
            #expect(try await post(rig.collectionBody(), nil).status == .unsupportedMediaType)
            let long = [UInt8](repeating: 0, count: HTTPLimits.collectionBody + 1)
            #expect(try await post(long).status == .contentTooLarge)
            for job in ["AAAA", "\(StoreSamples.collectionJobID(1))", "%2e%2e"] {
                for method in [HTTPRequest.Method.get, .delete] {
                    let missing = try await client.execute(uri: "\(path)/\(job)", method: method, headers: token)
                    #expect(missing.status == .notFound)
                    #expect(try missing.problem().type == "about:blank")
                }
            }
            let stranger = try TaskID([UInt8](repeating: 9, count: 32))
            let job = StoreSamples.collectionJobID(1)
            let unknown = try await client.delete("/tasks/\(stranger)/collection_jobs/\(job)", headers: token)
            try unknown.expect(.unrecognizedTask, .notFound, task: stranger)
            let malformed = try await client.delete("/tasks/x/collection_jobs/\(job)", headers: token)
            try malformed.expect(.unrecognizedTask, .notFound, task: nil)
        }
    }

    @Test("More unfinished jobs than the limit are 429 with a pause")
    func busy() async throws {
        let rig = try ServerRig()
        for offset in 0..<LeaderLimits.unfinishedCollectionJobs {
            _ = try await rig.deployment.collection.create(
                task: rig.task, body: try rig.collectionBody(rig.deployment.window(UInt64(offset))))
        }
        try await rig.leader().routed { client in
            let body = try rig.collectionBody(rig.deployment.window(UInt64(LeaderLimits.unfinishedCollectionJobs)))
            let response = try await client.post(
                "/tasks/\(rig.task)/collection_jobs", body, mediaType: Self.mediaType,
                headers: .bearer(ServerRig.collectorToken))
            #expect(response.status == .tooManyRequests)
            #expect(response.headers[.retryAfter] == "\(CollectionHandler.busyRetryAfter)")
        }
    }
}
