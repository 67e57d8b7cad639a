import DAPMessages
import DAPRoles
import DAPTesting
import Testing

/// What forgetting did to others' answers and batches (`PeerRegressionTests` has the rest).
@Suite struct GarbageRegressionTests {
    /// Hours: the age at which a report is still taken, and until it has expired from then on.
    private static let (old, later) = (27 * 24 - 2, 30 as UInt64)

    @Test("GC changing the answer of a retried job: the same bytes get the same answer when a part of it has expired")
    func retriedJob() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment(helperStore: store)
        let forge = ReportForge(deployment)
        let reports = [
            try forge.report { $0.unitsAhead = Int64(-Self.old) }, try forge.report(),
            try forge.report { $0.inputShare[.helper] = { Array($0.dropLast()) } },
        ]
        let body = try AggregationJobInitReq(
            verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports)
        ).encoded()
        let task = deployment.task
        let (id, answer) = try await deployment.helper.createAggregationJob(task: task.id, body: body)
        let errors = try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error)
        #expect(errors[0] == nil && errors[1] == nil && errors[2] != nil)
        deployment.clock.advance(seconds: Self.later * 3600)
        #expect(try await Self.forget(task.helper, store, now: deployment.clock.now()) > 0)
        #expect(try await deployment.helper.createAggregationJob(task: task.id, body: body).1 == answer)
        #expect(try await deployment.helper.aggregationJob(task: task.id, id: id, step: 0) == answer)
        let young = Interval(start: reports[1].report.metadata.time, duration: Duration(1))
        await #expect(throws: Counts(counts: [1])) {
            _ = try await store.collectBatch(
                task: task.id, id: StoreSamples.aggregateShareID(1), batch: .interval(young), lease: nil
            ) { buckets in throw Counts(counts: buckets.map(\.reportCount)) }
        }
        // When the answer is forgotten too, nothing is counted anew.
        deployment.clock.advance(seconds: 28 * 86_400 + 7200)
        _ = try await Self.forget(task.helper, store, now: deployment.clock.now())
        let again = try await deployment.helper.createAggregationJob(task: task.id, body: body).1
        #expect(
            try AggregationJobResp(decoding: again.body()).verifyResps.allSatisfy { $0.outcome.error != nil })
    }

    private struct Counts: Error, Equatable {
        let counts: [UInt64]
    }

    @Test("A batch overfilled after GC: reports of it that have expired leave no room for others")
    func overfilledBatch() async throws {
        let (leaderStore, helperStore) = (MemoryStore(), MemoryStore())
        var settings = TestDeployment.Settings(minBatchSize: 2)
        settings.batchMode = .leaderSelected
        settings.pace.batchTargetSize = 4
        settings.pace.batchMaximumAge = 40 * 86_400
        let deployment = try TestDeployment(settings: settings, leaderStore: leaderStore, helperStore: helperStore)
        let ages = [Self.old, Self.old, 0]
        _ = try await deployment.uploader().upload(ages.map { deployment.measurement(unitsAhead: Int64(-$0)) })
        try await deployment.pass(seconds: 5)
        deployment.clock.advance(seconds: Self.later * 3600)
        let task = deployment.task
        _ = try await Self.forget(task.leader, leaderStore, now: deployment.clock.now())
        _ = try await Self.forget(task.helper, helperStore, now: deployment.clock.now())
        _ = try await deployment.uploader().upload((0..<5).map { _ in deployment.measurement() })
        for _ in 0..<2 {
            let batch = try await deployment.takeBatch()
            #expect(batch.reportCount == 4 && batch.result == .integer(4))
        }
    }

    /// - Returns: how many rows were deleted.
    private static func forget(_ task: AggregatorTask, _ store: any GarbageStore, now: UInt64) async throws -> Int {
        var total = 0
        while true {
            let count = try await store.deleteExpired(
                task: task.id, role: task.role, TaskExpiry(of: task, now: now), limit: 100)
            guard count.rows > 0 else { return total }
            total += count.rows
        }
    }
}
