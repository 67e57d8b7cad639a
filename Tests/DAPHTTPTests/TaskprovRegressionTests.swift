import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct TaskprovRegressionTests {
    @Test("Taskprov accepted from the wrong peer: its header makes no task known and lets nobody in")
    func headerHasNoEffect() async throws {
        let rig = try ServerRig()
        // A good configuration in the header, of a task that this server has and of one that it has not.
        let known = rig.deployment.task.client.configuration
        let other = try ServerRig([.sum(maxMeasurement: 3)]).deployment.task
        let upload = try rig.uploadBody()
        let job = try await rig.aggregationBody().body
        let roles = rig.server([rig.leaderRole(), rig.helperRole()], rig.deployment.keys.leader)
        try await roles.routed { client in
            for (configuration, id) in [(known, other.id), (other.client.configuration, other.id)] {
                let header = ":" + Data(try configuration.encoded()).base64EncodedString() + ":"
                var fields = HTTPFields()
                fields[try #require(HTTPField.Name(TaskprovHeader.name))] = header
                let refused = try await client.post(
                    "/tasks/\(id)/reports", upload, mediaType: "application/ppm-dap;message=upload-req",
                    headers: fields)
                try refused.expect(.unrecognizedTask, .notFound, task: id)
                for token in [nil, ServerRig.collectorToken, "another"] {
                    fields[.authorization] = token.map { "Bearer \($0)" }
                    let response = try await client.post(
                        "/tasks/\(rig.task)/aggregation_jobs", job,
                        mediaType: "application/ppm-dap;message=aggregation-job-init-req", headers: fields)
                    #expect(response.status == .unauthorized)
                }
                fields[.authorization] = "Bearer \(ServerRig.leaderToken)"
                let unknown = try await client.post(
                    "/tasks/\(id)/aggregation_jobs", job,
                    mediaType: "application/ppm-dap;message=aggregation-job-init-req", headers: fields)
                try unknown.expect(.unrecognizedTask, .notFound, task: id)
            }
        }
    }
}
