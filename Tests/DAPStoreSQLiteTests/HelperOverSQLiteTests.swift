import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Testing
import VDAF

@Suite struct HelperOverSQLiteTests {
    @Test(
        "A report of a time that the store has no room for is rejected alone, at once or later",
        arguments: [HelperHandler.Answering.atOnce, .later])
    func farTime(answering: HelperHandler.Answering) async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        defer { try? store.close() }
        var settings = TestDeployment.Settings()
        settings.helperAnswering = answering
        let deployment = try TestDeployment(settings: settings, helperStore: store)
        let forge = ReportForge(deployment)
        let reports = try [0, Int64.max / 2, 0].map { ahead in try forge.report { $0.unitsAhead = ahead } }
        let inits = try await forge.verifyInits(reports).enumerated().map { index, verifyInit in
            index == 1 ? try verifyInit.with(time: Time(.max)) : verifyInit
        }
        let body = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded()
        let (id, first) = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body)
        _ = try await deployment.helperDriver.stepDeferredRequest()
        let answer =
            answering == .atOnce
            ? first : try await deployment.helper.aggregationJob(task: deployment.task.id, id: id, step: 0)
        guard case .answered(let response) = answer else {
            Issue.record("\(answer)")
            return
        }
        let errors = try AggregationJobResp(decoding: response).verifyResps.map { response -> ReportError? in
            if case .reject(let error) = response.outcome { error } else { nil }
        }
        #expect(errors == [nil, .reportTooEarly, nil])
    }
}

extension VerifyInit {
    fileprivate func with(time: Time) throws -> VerifyInit {
        let metadata = ReportMetadata(reportID: reportShare.metadata.reportID, time: time)
        return VerifyInit(
            reportShare: ReportShare(
                metadata: metadata, publicShare: reportShare.publicShare,
                encryptedInputShare: reportShare.encryptedInputShare),
            payload: payload)
    }
}
