import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

@Suite struct JobSizeTests {
    @Test("A job of as many reports as the leader puts into one fits what a helper takes, whatever the VDAF")
    func fits() async throws {
        let cases: [Prio3Parameters] = [
            .count, .sum(maxMeasurement: 1 << 40), .histogram(length: 100_000, chunkLength: 300),
            .histogram(length: 1, chunkLength: 50_000), .sumVec(length: 2, maxMeasurement: 1, chunkLength: 20_000),
            .multihotCountVec(length: 2, chunkLength: 30_000, maxWeight: 1),
        ]
        let deployment = try TestDeployment(cases)
        for (task, parameters) in zip(deployment.tasks, cases) {
            let measurement: Prio3Measurement =
                switch parameters {
                case .count, .sum, .histogram: .integer(0)
                case .sumVec, .multihotCountVec: .vector([0, 0])
                }
            let forge = ReportForge(deployment, task: task)
            let inits = try await forge.verifyInits([try forge.report(measurement)])
            let size = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded().count
            let reports = task.leader.reportsPerJob
            #expect((1...LeaderLimits.reportsPerJob).contains(reports))
            #expect(reports * size <= HTTPLimits.aggregationJobBody, "\(parameters)")
        }
    }
}
