import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// A helper that answers later (DAP §3.1), with our leader and with others.
@Suite struct DeferredHelperTests {
    private let store = MemoryStore()

    private func deployment(_ mode: BatchMode = .timeInterval, seed: UInt64 = 1) throws -> TestDeployment {
        var settings = TestDeployment.Settings(seed: seed, minBatchSize: 3)
        settings.batchMode = mode
        settings.helperAnswering = .later
        return try TestDeployment(settings: settings, helperStore: store)
    }

    @Test(
        "Totals are exact in both modes; the leader polls with the step instead of sending again",
        arguments: BatchMode.allCases)
    func totals(mode: BatchMode) async throws {
        let deployment = try deployment(mode)
        _ = try await deployment.uploader().upload((0..<3).map { _ in deployment.measurement() })
        let query: Query = mode == .leaderSelected ? .leaderSelected : .interval(deployment.window())
        let result = try await deployment.collect(query).result
        #expect(result.result == .integer(3) && result.reportCount == 3)
        let requests = deployment.transport.requests
        #expect(requests.count { $0.mediaType == .aggregationJobInitReq } == 1)
        #expect(requests.count { $0.mediaType == .aggregateShareReq } == 1)
        let polls = requests.filter { $0.method == .get && $0.url.contains("/aggregation_jobs/") }
        #expect(!polls.isEmpty && polls.allSatisfy { $0.url.hasSuffix("?step=0") })
        #expect(polls.allSatisfy { $0.token == deployment.keys.leaderToken })
    }

    @Test("Each answer is computed once: polls and repeated requests get the same bytes")
    func computedOnce() async throws {
        let deployment = try deployment()
        let forge = ReportForge(deployment)
        let reports = try (0..<3).map { _ in try forge.report() }
        let body = try AggregationJobInitReq(
            verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports)
        ).encoded()
        let task = deployment.task.id
        let (id, first) = try await deployment.helper.createAggregationJob(task: task, body: body)
        #expect(first == .pending)
        #expect(try await deployment.helper.createAggregationJob(task: task, body: body).1 == .pending)
        #expect(try await deployment.helper.aggregationJob(task: task, id: id, step: 0) == .pending)
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        #expect(try await deployment.helperDriver.stepDeferredRequest() == false)
        let answer = try await deployment.helper.aggregationJob(task: task, id: id, step: 0)
        #expect(try AggregationJobResp(decoding: answer.body()).verifyResps.allSatisfy { $0.outcome.error == nil })
        #expect(try await deployment.helper.createAggregationJob(task: task, body: body).1 == answer)

        var checksum = BatchChecksum()
        for report in reports { checksum.add(report.id) }
        let share = try shareRequest(deployment, count: 3, checksum: checksum)
        let (shareID, pending) = try await deployment.helper.createAggregateShare(task: task, body: share)
        #expect(pending == .pending)
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        // The envelope is sealed with fresh randomness, so equal bytes were made once.
        let sealed = try await deployment.helper.aggregateShare(task: task, id: shareID)
        #expect(try await deployment.helper.createAggregateShare(task: task, body: share).1 == sealed)
        #expect(try await deployment.helperDriver.stepDeferredRequest() == false)
        #expect(try await deployment.helper.aggregateShare(task: task, id: shareID) == sealed)
    }

    @Test("A deferred aggregate share that fails says why; asked for again when things are right, it succeeds")
    func failedShare() async throws {
        let deployment = try deployment()
        let forge = ReportForge(deployment)
        let task = deployment.task.id
        let reports = try (0..<3).map { _ in try forge.report() }
        var checksum = BatchChecksum()
        for report in reports { checksum.add(report.id) }
        let share = try shareRequest(deployment, count: 3, checksum: checksum)
        let (id, _) = try await deployment.helper.createAggregateShare(task: task, body: share)
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        guard case .failed(let problem) = try await deployment.helper.aggregateShare(task: task, id: id) else {
            Issue.record("there is nothing to release")
            return
        }
        #expect(problem.type == ProblemType.invalidBatchSize.urn)
        let job = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
        _ = try await deployment.helper.createAggregationJob(task: task, body: try job.encoded())
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        #expect(try await deployment.helper.createAggregateShare(task: task, body: share).1 == .pending)
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        _ = try await deployment.helper.aggregateShare(task: task, id: id).body()
    }

    @Test("What is wrong with a request is said at once, and nothing is kept")
    func refusedAtOnce() async throws {
        let deployment = try deployment()
        await expectAbort(.dap(.invalidMessage)) {
            _ = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: [1])
        }
        #expect(try await deployment.helperDriver.stepDeferredRequest() == false)
    }

    @Test("A job deleted before it was answered counts nothing; its reports can be aggregated in another")
    func deleted() async throws {
        let deployment = try deployment()
        let forge = ReportForge(deployment)
        let task = deployment.task.id
        let inits = try await forge.verifyInits([try forge.report()])
        let body = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded()
        let (id, _) = try await deployment.helper.createAggregationJob(task: task, body: body)
        try await deployment.helper.deleteAggregationJob(task: task, id: id)
        #expect(try await deployment.helperDriver.stepDeferredRequest() == false)
        await expectAbort(.dap(.unrecognizedAggregationJob)) {
            _ = try await deployment.helper.aggregationJob(task: task, id: id, step: 0)
        }
        #expect(try await deployment.helper.createAggregationJob(task: task, body: body).1 == .pending)
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        let answer = try await deployment.helper.aggregationJob(task: task, id: id, step: 0)
        #expect(try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error) == [nil])
    }

    @Test("When the store fails while an answer is made, it is made later, and counts once")
    func storeFailure() async throws {
        for fault in StoreFault.allCases {
            let base = MemoryStore()
            let faulty = FaultyStore(base) { call, _ in call == .commitAggregationJob ? fault : nil }
            var settings = TestDeployment.Settings()
            settings.helperAnswering = .later
            let deployment = try TestDeployment(settings: settings, helperStore: faulty)
            let forge = ReportForge(deployment)
            let inits = try await forge.verifyInits([try forge.report()])
            let body = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded()
            let (id, _) = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body)
            await #expect(throws: InjectedFault.self) { try await deployment.helperDriver.stepDeferredRequest() }
            // Another process over the same store, without the fault.
            let second = try TestDeployment(settings: settings, helperStore: base)
            second.clock.advance(seconds: 120)
            _ = try await second.helperDriver.stepDeferredRequest()
            let answer = try await second.helper.aggregationJob(task: deployment.task.id, id: id, step: 0)
            #expect(try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error) == [nil])
            #expect(try await base.helperBuckets(task: deployment.task.id).map(\.reportCount) == [1])
        }
    }

    private func shareRequest(
        _ deployment: TestDeployment, count: UInt64, checksum: BatchChecksum
    ) throws -> [UInt8] {
        try AggregateShareReq(
            collectionJobReq: CollectionJobReq(query: .interval(deployment.window())),
            batchSelector: .interval(deployment.window()), reportCount: count, checksum: checksum
        ).encoded()
    }
}
