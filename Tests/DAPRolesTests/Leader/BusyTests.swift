import DAPMessages
import DAPRoles
import DAPTesting
import Testing

/// What is beyond a queue is refused with the time after which to come again.
@Suite struct BusyTests {
    @Test("An upload beyond the reports that may wait is told a pause of a second to a minute")
    func uploads() async throws {
        let deployment = try TestDeployment()
        let store = GatedReportStore()
        let batcher = UploadBatcher(store: store)
        let upload = UploadHandler(
            tasks: TaskRegistry([deployment.task.leader]),
            keyring: try HpkeKeyring(deployment.keys.leader, role: .leader), batcher: batcher, clock: deployment.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0...UploadBatcher.waitingReports / LeaderLimits.uploadBatch {
                group.addTask {
                    let first = part * LeaderLimits.uploadBatch
                    _ = try await batcher.insert(
                        (first..<first + LeaderLimits.uploadBatch).map { StoreSamples.report($0, time: 1) })
                }
                if part == 0 { await store.reached(transactions: 1) }
            }
            while await batcher.waitingReportCount < UploadBatcher.waitingReports { await Task.yield() }
            let body = try UploadRequest(reports: [try deployment.report()]).encoded()
            for _ in 0..<3 {
                try await Self.expectPause { _ = try await upload.upload(task: deployment.task.id, body: body) }
            }
            await store.open()
            try await group.waitForAll()
            #expect(try await upload.upload(task: deployment.task.id, body: body).statuses.isEmpty)
        }
    }

    @Test("So is a request beyond those that a helper keeps for later")
    func deferredRequests() async throws {
        let store = MemoryStore()
        var settings = TestDeployment.Settings()
        settings.helperAnswering = .later
        let deployment = try TestDeployment(settings: settings, helperStore: store)
        let task = deployment.task.id
        let forge = ReportForge(deployment)
        func body() async throws -> [UInt8] {
            try AggregationJobInitReq(
                verificationKeyID: 0, verifyInits: try await forge.verifyInits([try forge.report()])
            ).encoded()
        }
        let first = try await body()
        _ = try await deployment.helper.createAggregationJob(task: task, body: first)
        for number in 1..<HelperLimits.deferredRequests {
            let request = DeferredRequest(
                taskID: task, resource: .aggregationJob(StoreSamples.aggregationJobID(number)), body: [1])
            _ = try await store.deferRequest(request, now: deployment.clock.now())
        }
        let refused = try await body()
        try await Self.expectPause { _ = try await deployment.helper.createAggregationJob(task: task, body: refused) }
        // What is kept is found all the same, and what is answered makes room.
        #expect(try await deployment.helper.createAggregationJob(task: task, body: first).1 == .pending)
        #expect(try await deployment.helperDriver.stepDeferredRequest())
        #expect(try await deployment.helper.createAggregationJob(task: task, body: refused).1 == .pending)
    }

    private static func expectPause(_ work: () async throws -> Void) async throws {
        do {
            try await work()
            Issue.record("it was not refused")
        } catch let abort as DAPAbort {
            #expect(abort.kind == .busy)
            let pause = try #require(abort.retryAfter)
            #expect((LoadGauge.shortestPause...LoadGauge.longestPause).contains(pause))
        }
    }
}
