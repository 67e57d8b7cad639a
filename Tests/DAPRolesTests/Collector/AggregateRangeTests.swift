import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

@Suite struct AggregateRangeTests {
    @Test("Negative noisy counts shown as huge numbers: a total that so many reports cannot have is refused")
    func negativeTotal() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload([deployment.measurement(.integer(1))])
        let now = deployment.clock.now()
        let task = deployment.task
        _ = try await store.createAggregationJobs(
            task: task.id, minimumSize: 1, maximumSize: 1, uploadedBefore: now, filling: nil, now: now)
        let work = try #require(try await store.leaseAggregationJob(now: now, leaseEnd: now + 10))
        let report = try #require(work.reports.first).metadata
        // 3 less than zero, as an aggregator's noise might be, in the field of 2⁶⁴ − 2³² + 1 elements.
        let minusThree = UInt64.max - (1 << 32) + 2 - 3
        let noise = BatchBucket(
            id: .time(report.time), times: report.time...report.time,
            aggregateShare: (0..<8).map { UInt8(truncatingIfNeeded: minusThree >> ($0 * 8)) }, reportCount: 0,
            checksum: BatchChecksum())
        _ = try await store.finishAggregationJob(
            work.lease, additions: [noise], rejected: [report.reportID: .reportDropped], returned: [], now: now,
            merge: { [vdaf = task.leader.vdaf] stored, addition in try vdaf.merge([stored, addition]) })
        _ = try await deployment.uploader().upload((0..<2).map { _ in deployment.measurement(.integer(1)) })
        do {
            let result = try await deployment.collect(deployment.window())
            Issue.record("\(result)")
        } catch CollectionFailure.unreadable(let reason) {
            #expect(reason.contains("noise"))
        }
    }

    @Test("The largest total that so many reports can have is accepted, for every VDAF")
    func largest() async throws {
        let cases: [(Prio3Parameters, Prio3Measurement)] = [
            (.count, .integer(1)), (.sum(maxMeasurement: 7), .integer(7)),
            (.sumVec(length: 2, maxMeasurement: 9, chunkLength: 2), .vector([9, 9])),
            (.histogram(length: 3, chunkLength: 2), .integer(2)),
            (.multihotCountVec(length: 3, chunkLength: 2, maxWeight: 3), .vector([1, 1, 1])),
        ]
        let deployment = try TestDeployment(cases.map(\.0))
        for (task, (_, measurement)) in zip(deployment.tasks, cases) {
            _ = try await deployment.uploader(task).upload((0..<3).map { _ in deployment.measurement(measurement) })
            #expect(try await deployment.collect(deployment.window(), task: task).reportCount == 3)
        }
    }
}
