import DAPMessages
import DAPRoles
import DAPTesting
import Logging
import Testing
import VDAF

@Suite struct GarbageCollectorTests {
    private let clock = VirtualClock(1_000_000)

    private func tasks() throws -> [AggregatorTask] {
        let keys = TestKeys(random: .seeded(1))
        return try ["a", "b"].map { info in
            var task = try TestTask(.count, settings: .init(), info: info, keys: keys).leader
            task.reportRetention = 7200
            return task
        }
    }

    private func collector(
        _ tasks: [AggregatorTask], _ store: any GarbageStore, rowsPerStep: Int = 3, stepsPerTask: Int = 100
    ) -> GarbageCollector {
        var pace = GarbageCollector.Pace()
        pace.rowsPerStep = rowsPerStep
        pace.stepsPerTask = stepsPerTask
        return GarbageCollector(
            tasks: TaskRegistry(tasks), store: store, clock: clock, pace: pace,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func unit(_ secondsAgo: UInt64) -> UInt64 { (clock.now() - secondsAgo) / 3600 }

    @Test("What has expired by each task's retention goes in bounded steps, with a pause after each")
    func collects() async throws {
        let tasks = try tasks()
        let store = MemoryStore()
        for task in tasks {
            _ = try await store.insertReports(
                (0..<8).map { StoreSamples.report($0, time: unit(20_000), task: task.id) }
                    + (8..<10).map { StoreSamples.report($0, time: unit(0), task: task.id) })
        }
        let collector = collector(tasks, store)
        #expect(try await collector.collect())
        #expect(clock.pauses == [UInt64](repeating: 50, count: 6))
        #expect(await store.reportsWithShares == 4)
        #expect(try await !collector.collect())
        clock.advance(seconds: 12_000)
        #expect(try await collector.collect())
        #expect(await store.reportsWithShares == 0)
    }

    @Test("A task with much to forget does not keep the others waiting")
    func takesTurns() async throws {
        let tasks = try tasks()
        let store = MemoryStore()
        for task in tasks {
            _ = try await store.insertReports(
                (0..<8).map { StoreSamples.report($0, time: unit(20_000), task: task.id) })
        }
        #expect(try await collector(tasks, store, rowsPerStep: 2, stepsPerTask: 1).collect())
        #expect(await store.reportsWithShares == 12)
    }

    @Test("A task that cannot be cleaned up does not keep the others from it")
    func survivesATask() async throws {
        let tasks = try tasks()
        let memory = MemoryStore()
        for task in tasks {
            _ = try await memory.insertReports([StoreSamples.report(1, time: unit(20_000), task: task.id)])
        }
        let store = FaultyStore(memory) { _, ordinal in ordinal == 0 ? .notPersisted : nil }
        let collector = collector(tasks, store)
        #expect(try await collector.collect())
        #expect(await memory.reportsWithShares == 1)
        let broken = self.collector(tasks, FaultyStore(memory) { _, _ in .notPersisted })
        await #expect(throws: InjectedFault.self) { try await broken.collect() }
    }

    @Test("It works until it is cancelled, and looks again after a pause")
    func runs() async throws {
        let tasks = try tasks()
        let store = MemoryStore()
        _ = try await store.insertReports([StoreSamples.report(1, time: unit(0), task: tasks[0].id)])
        let collector = collector(tasks, store)
        let running = Task { await collector.run() }
        while await store.reportsWithShares > 0 { await Task.yield() }
        running.cancel()
        await running.value
        #expect(clock.pauses.contains(20_000))
    }
}
