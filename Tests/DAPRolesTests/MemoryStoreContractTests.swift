import DAPMessages
import DAPRoles
import DAPTesting
import Testing

@Suite struct MemoryStoreContractTests {
    @Test("The memory store keeps the contract", arguments: StoreContract.checks)
    func keepsContract(_ check: StoreCheck) async throws {
        try await check.run { MemoryStore() }
    }

    @Test("Shares are erased when their report is done, and rejections stay on record")
    func erasesShares() async throws {
        let store = MemoryStore()
        let task = StoreSamples.task
        _ = try await store.insertReports((0..<4).map { StoreSamples.report($0, time: 10) })
        _ = try await store.createAggregationJobs(
            task: task, minimumSize: 1, maximumSize: 4, uploadedBefore: 0, filling: nil, now: 1000)
        let work = try #require(try await store.leaseAggregationJob(now: 1000, leaseEnd: 1090))
        _ = try await store.prepareAggregationJob(work.lease, rejected: [StoreSamples.reportID(0): .invalidMessage])
        #expect(await store.reportsWithShares == 3)
        _ = try await store.finishAggregationJob(
            work.lease, additions: [], rejected: [StoreSamples.reportID(1): .hpkeDecryptError],
            returned: [StoreSamples.reportID(2)], now: 1000, merge: StoreSamples.merge)
        #expect(await store.reportsWithShares == 1)
        #expect(
            await store.rejections(task: task) == [
                StoreSamples.reportID(0): .invalidMessage, StoreSamples.reportID(1): .hpkeDecryptError,
            ])
    }

    @Test("Why a report was not aggregated stays on record")
    func recordsRejections() async throws {
        let store = MemoryStore()
        let task = StoreSamples.task
        _ = try await store.insertReports([StoreSamples.report(0, time: 10)])
        var now: UInt64 = 1000
        for _ in 0...LeaderLimits.rests {
            _ = try await store.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 4, uploadedBefore: 0, filling: nil, now: now)
            let work = try #require(try await store.leaseAggregationJob(now: now, leaseEnd: now + 90))
            #expect(await store.rejections(task: task).isEmpty)
            _ = try await store.finishAggregationJob(
                work.lease, additions: [], rejected: [:], returned: [StoreSamples.reportID(0)], now: now,
                merge: StoreSamples.merge)
            now += LeaderLimits.longestRest
        }
        #expect(await store.rejections(task: task) == [StoreSamples.reportID(0): .reportTooEarly])
        #expect(await store.reportsWithShares == 0)

        _ = try await store.insertReports([StoreSamples.report(1, time: 10)])
        for _ in 0...LeaderLimits.restsAfterRefusals {
            #expect(await store.rejections(task: task).count == 1)
            _ = try await store.createAggregationJobs(
                task: task, minimumSize: 1, maximumSize: 4, uploadedBefore: 0, filling: nil, now: now)
            let alone = try #require(try await store.leaseAggregationJob(now: now, leaseEnd: now + 90))
            #expect(try await store.dissolveAggregationJob(alone.lease, now: now))
            now += LeaderLimits.longestRestAfterRefusal
        }
        #expect(await store.rejections(task: task)[StoreSamples.reportID(1)] == .reportDropped)
    }
}

@Suite struct FaultyStoreTests {
    @Test("A call that fails unpersisted does nothing, one that fails persisted took effect")
    func failsInBothFlavours() async throws {
        let store = FaultyStore(MemoryStore(), script: [.notPersisted, .persisted])
        let first = [StoreSamples.report(1, time: 10)]
        await #expect(throws: InjectedFault.self) { try await store.insertReports(first) }
        let second = [StoreSamples.report(2, time: 10)]
        await #expect(throws: InjectedFault.self) { try await store.insertReports(second) }
        #expect(try await store.insertReports(first + second) == [.inserted, .replayed])
        #expect(store.calls == [.insertReports, .insertReports, .insertReports])
    }
}
