import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// With Prio3 every continuation is refused; what matters is how.
@Suite struct ContinuationRouteTests {
    private static let mediaType = "application/ppm-dap;message=aggregation-job-continue-req"

    private static func body(step: UInt16, reports: [ReportID] = []) throws -> [UInt8] {
        let continues = reports.map { VerifyContinue(reportID: $0, payload: [0]) }
        return try AggregationJobContinueReq(step: step, verifyContinues: continues).encoded()
    }

    @Test("A job is not continued beyond its only step, and stays as it is")
    func refusals() async throws {
        let rig = try ServerRig()
        let (body, report) = try await rig.aggregationBody()
        let (job, answer) = try await rig.deployment.helper.createAggregationJob(task: rig.task, body: body)
        let path = "/tasks/\(rig.task)/aggregation_jobs/\(job)"
        let token = HTTPFields.bearer(ServerRig.leaderToken)
        try await rig.helper().routed { client in
            func post(_ body: [UInt8], _ mediaType: String? = Self.mediaType) async throws -> TestResponse {
                try await client.post(path, body, mediaType: mediaType, headers: token)
            }
            for step in [2, UInt16.max] {
                try await post(Self.body(step: step)).expect(.stepMismatch, .conflict, task: rig.task)
            }
            try await post(Self.body(step: 0)).expect(.invalidMessage, .badRequest, task: rig.task)
            for malformed in [[], [1], [0, 1, 2]] as [[UInt8]] {
                try await post(malformed).expect(.invalidMessage, .badRequest, task: rig.task)
            }
            let next = try await post(Self.body(step: 1, reports: [report]))
            #expect(next.status.kind == .clientError)
            #expect(try next.problem().taskid == rig.task.description)
            for mediaType in [nil, "text/plain", "application/ppm-dap;message=aggregation-job-init-req"] {
                let response = try await post(Self.body(step: 1), mediaType)
                #expect(response.status == .unsupportedMediaType)
                #expect(try response.problem().taskid == rig.task.description)
            }
            let stored = try await client.get(path + "?step=0", headers: token)
            #expect(answer == .answered(stored.bytes))
        }
    }

    @Test("A job that does not exist, of a task that does or does not, is not continued")
    func unknown() async throws {
        let rig = try ServerRig()
        let stranger = try TaskID([UInt8](repeating: 9, count: 32))
        let job = "\(StoreSamples.aggregationJobID(1))"
        let token = HTTPFields.bearer(ServerRig.leaderToken)
        try await rig.helper().routed { client in
            func post(_ task: String, _ job: String) async throws -> TestResponse {
                try await client.post(
                    "/tasks/\(task)/aggregation_jobs/\(job)", Self.body(step: 1), mediaType: Self.mediaType,
                    headers: token)
            }
            for job in [job, "AAAA", "%00"] {
                let response = try await post("\(rig.task)", job)
                try response.expect(.unrecognizedAggregationJob, .notFound, task: rig.task)
            }
            try await post("\(stranger)", job).expect(.unrecognizedTask, .notFound, task: stranger)
            try await post("x", job).expect(.unrecognizedTask, .notFound, task: nil)
        }
    }
}
