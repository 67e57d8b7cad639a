import DAPMessages
import DAPRoles
import DAPTesting
import DifferentialPrivacy
import Synchronization
import Testing
import VDAF

/// Ways around a promise that somebody would try.
@Suite struct PrivacyAttackTests {
    /// Leader and helper with a store each, and a promise.
    private struct Rig {
        let deployment: TestDeployment
        let leaderStore: MemoryStore
        let helperStore: MemoryStore

        init(
            _ vdafs: [Prio3Parameters] = [.count], epsilon: String = "1", lifetime: String = "1000",
            adapt: (inout TestDeployment.Settings) -> Void = { _ in },
            leaderFault: (@Sendable (StoreCall, Int) -> StoreFault?)? = nil,
            helperFault: (@Sendable (StoreCall, Int) -> StoreFault?)? = nil
        ) throws {
            var settings = TestDeployment.Settings()
            settings.privacy = try Rig.policy(epsilon: epsilon, lifetime: lifetime)
            settings.account = "visits"
            adapt(&settings)
            let (leader, helper) = (MemoryStore(), MemoryStore())
            deployment = try TestDeployment(
                vdafs, settings: settings,
                leaderStore: FaultyStore(leader) { call, ordinal in leaderFault?(call, ordinal) },
                helperStore: FaultyStore(helper) { call, ordinal in helperFault?(call, ordinal) })
            (leaderStore, helperStore) = (leader, helper)
        }

        static func policy(epsilon: String, lifetime: String) throws -> PrivacyPolicy {
            PrivacyPolicy(
                mechanism: .laplace(epsilon: try #require(PrivacyAmount(decimal: epsilon))), deltaExponent: 9,
                lifetimeLimit: try #require(PrivacyAmount(decimal: lifetime)))
        }

        /// One report of one for each of the units.
        func upload(units: Range<Int64>) async throws {
            for unit in units {
                _ = try await deployment.uploader().upload([deployment.measurement(unitsAhead: -unit)])
            }
        }

        /// The window so many units ago.
        func window(_ unit: UInt64, duration: UInt64 = 1) -> Interval {
            Interval(start: Time(deployment.window().start.value - unit), duration: Duration(duration))
        }

        /// The leader's debits and then the helper's.
        func debits() async throws -> [[PrivacyDebit]] {
            [
                try await leaderStore.privacyDebits(metric: "visits", limit: 100),
                try await helperStore.privacyDebits(metric: "visits", limit: 100),
            ]
        }

        /// Collects while stores fail now and then.
        func collect(_ interval: Interval, patience: UInt64 = 3600) async throws -> CollectionResult {
            defer { deployment.clock.whileSleeping(nil) }
            deployment.clock.whileSleeping {
                do { try await deployment.step() } catch is InjectedFault {}
                deployment.clock.advance(seconds: 1)
            }
            return try await deployment.collector().collect(.interval(interval), patience: patience).result
        }

        /// The bodies of the answers that the helper gave for its shares.
        func refusal(_ interval: Interval) async throws -> StoredProblem {
            do {
                let result = try await collect(interval)
                Issue.record("released: \(result)")
                throw CancellationError()
            } catch CollectionFailure.refused(let problem, _) {
                return problem
            }
        }
    }

    @Test("Two windows that differ by a person each have noise of their own, and both are debited")
    func differencing() async throws {
        let rig = try Rig()
        try await rig.upload(units: 0..<2)
        _ = try await rig.collect(rig.window(1))
        // The same hour again, as a part of two: the difference would be the other hour's, with no noise of its own.
        do {
            _ = try await rig.collect(rig.window(1, duration: 2))
            Issue.record("a part of it was released before")
        } catch CollectionFailure.refused(let problem, _) {
            #expect(problem.type == ProblemType.batchOverlap.urn)
        }
        _ = try await rig.collect(rig.window(0))
        for debits in try await rig.debits() {
            #expect(debits.count == 2 && debits.allSatisfy { $0.added.epsilon == PrivacyAmount(decimal: "1") })
        }
    }

    @Test("Collecting again gives the same bytes, a thousand times, and costs once")
    func collectingAgain() async throws {
        let rig = try Rig()
        try await rig.upload(units: 0..<1)
        let first = try await rig.collect(rig.window(0))
        let id = try await rig.deployment.createCollectionJob(rig.window(0))
        let state = try await rig.deployment.collection.job(task: rig.deployment.task.id, id: id)
        guard case .finished = state else { return #expect(state == nil) }
        for _ in 0..<1000 {
            #expect(try await rig.deployment.collection.job(task: rig.deployment.task.id, id: id) == state)
        }
        #expect(try await rig.collect(rig.window(0)) == first)
        #expect(try await rig.debits().map(\.count) == [1, 1])
    }

    @Test("A deleted answer is gone with its noise: nobody draws again")
    func deletion() async throws {
        let rig = try Rig()
        try await rig.upload(units: 0..<1)
        _ = try await rig.collect(rig.window(0))
        let id = try await rig.deployment.createCollectionJob(rig.window(0))
        try await rig.deployment.collection.delete(task: rig.deployment.task.id, id: id)
        #expect(try await rig.refusal(rig.window(0)).type == ProblemType.batchOverlap.urn)
        #expect(try await rig.debits().map(\.count) == [1, 1])
    }

    @Test(
        "A crash between debit and release releases what was debited, whichever aggregator crashes",
        arguments: [StoreCall.finishCollectionJob, .collectBatch, .reserveRelease],
        [StoreFault.persisted, .notPersisted])
    func crash(call: StoreCall, fault: StoreFault) async throws {
        let isFirst = Mutex(true)
        let fault: @Sendable (StoreCall, Int) -> StoreFault? = { made, _ in
            guard made == call else { return nil }
            return isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst ? fault : nil
            }
        }
        let rig = try Rig(leaderFault: fault, helperFault: fault)
        try await rig.upload(units: 0..<1)
        let first = try await rig.collect(rig.window(0))
        #expect(try await rig.collect(rig.window(0)) == first)
        #expect(try await rig.debits().map(\.count) == [1, 1])
        #expect(isFirst.withLock { !$0 }, "the fault happened")
    }

    @Test("An answer of the helper's that gets lost again and again is the same each time", arguments: [false, true])
    func lostAnswers(isDeferred: Bool) async throws {
        let rig = try Rig { if isDeferred { $0.helperAnswering = .later } }
        let losses = Mutex(5)
        rig.deployment.transport.setWeather { request, _ in
            guard request.url.hasPrefix(TestDeployment.helperURL), request.url.contains("aggregate_shares") else {
                return nil
            }
            return losses.withLock { losses in
                losses -= 1
                return losses >= 0 ? .loseResponse : nil
            }
        }
        try await rig.upload(units: 0..<1)
        _ = try await rig.collect(rig.window(0))
        #expect(losses.withLock { $0 } < 0)
        let debits = try await rig.debits()
        #expect(debits.map(\.count) == [1, 1])
        #expect(debits[0] == debits[1], "both aggregators have the same account")
    }

    @Test("Of two collections that race for the last of a budget one is released, and the other has cost nothing")
    func race() async throws {
        let rig = try Rig(lifetime: "1")
        try await rig.upload(units: 0..<2)
        let jobs = [
            try await rig.deployment.createCollectionJob(rig.window(0)),
            try await rig.deployment.createCollectionJob(rig.window(1)),
        ]
        try await rig.deployment.pass(seconds: 20)
        var finished = 0
        for job in jobs {
            switch try await rig.deployment.collection.job(task: rig.deployment.task.id, id: job) {
            case .finished: finished += 1
            case .failed(let problem): #expect(problem.type == PrivacyBudgetProblem.type)
            case let other: Issue.record("\(String(describing: other))")
            }
        }
        #expect(finished == 1)
        let debits = try await rig.debits()
        #expect(debits.map(\.count) == [1, 1] && debits[0] == debits[1])
    }

    @Test("What the leader's account does not cover is refused before the helper hears of it")
    func leaderRefuses() async throws {
        let rig = try Rig(epsilon: "1", lifetime: "1.5")
        try await rig.upload(units: 0..<2)
        _ = try await rig.collect(rig.window(1))
        let asked = { rig.deployment.transport.requests.count { $0.mediaType == .aggregateShareReq } }
        let before = asked()
        let problem = try await rig.refusal(rig.window(0))
        #expect(problem.type == PrivacyBudgetProblem.type)
        for part in ["visits", "leader", "ε 1", "ε 0.5 is left", "ε 1.5", "does not renew"] {
            #expect(problem.detail.contains(part), "\(problem.detail)")
        }
        #expect(asked() == before)
        // The batch is open again.
        #expect(try await rig.deployment.uploader().upload([rig.deployment.measurement()]).accepted == 1)
    }

    @Test("A leader that does not keep to the promise gets nothing from a helper that does, and hands its refusal on")
    func helperRefuses() async throws {
        let rig = try Rig(lifetime: "1")
        // The leader's catalog promises less, under the same task ID: it lies.
        var lying = rig.deployment.task.leader
        lying.privacy = try TaskPrivacy(
            metric: "visits", policy: Rig.policy(epsilon: "1", lifetime: "1000"), parameters: .count)
        rig.deployment.leaderTasks.add(lying)
        try await rig.upload(units: 0..<2)
        _ = try await rig.collect(rig.window(1))
        let problem = try await rig.refusal(rig.window(0))
        #expect(problem.type == PrivacyBudgetProblem.type && problem.detail.contains("helper"), "\(problem)")
        // What the leader had set aside is free again.
        let spending = try await rig.leaderStore.privacySpending()["visits"]
        #expect(spending?.reserved == PrivacyCost.zero && spending?.releases == 1)
    }

    @Test("Another version of a metric goes to the same account", arguments: [false, true])
    func versions(isSameWindow: Bool) async throws {
        // Two tasks, one name.
        let rig = try Rig([.count, .sum(maxMeasurement: 3)], lifetime: "2")
        let tasks = rig.deployment.tasks
        for (task, unit) in [(tasks[0], 0), (tasks[1], isSameWindow ? 0 : 1)] {
            let measurement = rig.deployment.measurement(unitsAhead: -Int64(unit))
            _ = try await rig.deployment.uploader(task).upload([measurement])
        }
        _ = try await rig.deployment.collect(rig.window(0), task: tasks[0])
        do {
            _ = try await rig.deployment.collect(rig.window(isSameWindow ? 0 : 1), task: tasks[1])
            #expect(!isSameWindow)
        } catch CollectionFailure.refused(let problem, _) {
            #expect(isSameWindow && problem.type == PrivacyBudgetProblem.type)
            #expect(problem.detail.contains("another version") && problem.detail.contains("windows from 20"))
        }
    }

    @Test("After a release neither store has the sum that the noise hides")
    func erased() async throws {
        let rig = try Rig([.histogram(length: 4, chunkLength: 2)])
        try await rig.upload(units: 0..<1)
        _ = try await rig.collect(rig.window(0))
        let task = rig.deployment.task.id
        for store in [rig.leaderStore, rig.helperStore] {
            let buckets = try await store.buckets(task: task, batch: .interval(rig.window(0)))
            #expect(buckets.allSatisfy { $0.aggregateShare.isEmpty })
        }
    }

    @Test(
        "With an aggregator that adds no noise, an outcome is still e^ε times as likely at most",
        arguments: [true, false])
    func oneHonestAggregator(isLeaderHonest: Bool) async throws {
        let rig = try Rig(lifetime: "100000")
        var (leader, helper) = (rig.deployment.task.leader, rig.deployment.task.helper)
        if isLeaderHonest { helper.privacy = nil } else { leader.privacy = nil }
        rig.deployment.leaderTasks.add(leader)
        rig.deployment.helperTasks.add(helper)
        // All of them young enough to be taken.
        let releases = 300
        // Whether the released number is 1 or more, for a batch with the answer no, and one with yes.
        var atLeastOne = [0, 0]
        var spread = 0.0
        for release in 0..<releases {
            for answer in 0...1 as ClosedRange<UInt64> {
                let unit = Int64(2 * release) + Int64(answer)
                let window = rig.window(UInt64(unit))
                let measurement = rig.deployment.measurement(.integer(answer), unitsAhead: -unit)
                _ = try await rig.deployment.uploader().upload([measurement])
                guard case .integer(let number) = try await rig.deployment.collect(window).result else { return }
                if number >= 1 { atLeastOne[Int(answer)] += 1 }
                spread += (Double(number) - Double(answer)) * (Double(number) - Double(answer))
            }
        }
        // Exactly e^1 in the limit: p = 0.269 and 0.731. Five standard deviations of each count are 39.
        let ratio = (Double(atLeastOne[1]) - 39) / (Double(atLeastOne[0]) + 39)
        #expect(ratio <= 2.7183, "\(atLeastOne)")
        #expect((Double(atLeastOne[0]) - 80.7).magnitude < 39 && (Double(atLeastOne[1]) - 219.3).magnitude < 39)
        // One discrete Laplace of scale 1 has variance 1.841; the mean of 600 squares is within 0.9 of that.
        #expect((spread / Double(2 * releases) - 1.841).magnitude < 0.9)
    }
}
