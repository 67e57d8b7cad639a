import DAPRoles
import DAPTesting
import Testing

/// Whole runs with faults and bad parties (`scripts/simulate` runs more of them).
@Suite struct SimulationTests {
    /// Seeds in one test.
    private static let stretch: UInt64 = 50

    @Test("Every accepted report is counted exactly once, whatever goes wrong", arguments: 0..<UInt64(6))
    func seeds(number: UInt64) async throws {
        for seed in 1 + number * Self.stretch...(number + 1) * Self.stretch {
            let simulation = Simulation(seed: seed)
            let violation = try await simulation.run().violation
            #expect(violation == nil, "scripts/simulate --replay \(seed)\n\(simulation)")
        }
    }

    @Test("The same steps make the same run", arguments: [UInt64(7), 8, 9, 10])
    func repeatable(seed: UInt64) async throws {
        let simulation = Simulation(seed: seed)
        let first = try await simulation.run()
        #expect(try await simulation.run().digest == first.digest)
    }

    @Test(
        "A bug that is put in on purpose is found within some hundred seeds",
        arguments: [
            (SimulationDefect.forgottenReplayIDs, UInt64(300)), (.repeatedCommit, 1), (.regrouping, 1),
            (.openWhileCollected, 70), (.earlyAcknowledgement, 1), (.forgottenCollections, 1), (.endlessLease, 60),
            (.forgottenAnswers, 1), (.repeatedRelease, 1), (.freeRelease, 1), (.keptReservation, 30),
            (.endlessReservation, 30), (.ignoredAccount, 1),
        ])
    func defects(defect: SimulationDefect, first: UInt64) async throws {
        for seed in first..<first + 400 where try await Simulation(seed: seed, defect: defect).run().violation != nil {
            return
        }
        Issue.record("\(defect) was not found from seed \(first) on")
    }

    @Test("Accounts run out in the runs that are drawn, and refuse batches")
    func budgets() async throws {
        var refusals = 0
        for seed in UInt64(1)...30 { refusals += try await Simulation(seed: seed).run().budgetRefusals }
        #expect(refusals > 0)
    }

    @Test("A thousand polls get the same bytes", arguments: [false, true], [false, true])
    func polls(isLeaderSelected: Bool, isDeferred: Bool) async throws {
        var settings = SimulationSettings(seed: 1)
        settings.isLeaderSelected = isLeaderSelected
        settings.isDeferred = isDeferred
        settings.privacy = SimulatedPrivacy(lifetime: 5)
        settings.polls = 1000
        let steps = [
            SimulationStep(.upload([SimulatedReport(number: 0), SimulatedReport(number: 1)])),
            SimulationStep(.work(seconds: 4)), SimulationStep(.collect(first: 0, units: 1, patience: 400)),
        ]
        let outcome = try await Simulation(settings, steps: steps).run()
        #expect(outcome.violation == nil && outcome.results == 1)
        // One that answers later says nothing at once, whatever it works out anew.
        guard !isDeferred else { return }
        let broken = try await Simulation(settings, steps: steps, defect: .repeatedRelease).run()
        #expect(broken.violation?.law == .sameAnswer)
    }

    @Test(
        "A batch that costs more than is left is refused, and one that costs less is given out all the same",
        arguments: [SimulatedPrivacy.Noise.laplace, .gaussian])
    func refusal(noise: SimulatedPrivacy.Noise) async throws {
        var settings = SimulationSettings(seed: 1)
        settings.minBatchSize = 1
        settings.privacy = SimulatedPrivacy(noise: noise, lifetime: 1)
        let steps = [
            SimulationStep(.upload([SimulatedReport(number: 0), SimulatedReport(number: 1, age: 300)])),
            SimulationStep(.work(seconds: 4)), SimulationStep(.collect(first: -1, units: 2, patience: 60)),
            SimulationStep(.collect(first: 0, units: 1, patience: 60)),
        ]
        let outcome = try await Simulation(settings, steps: steps).run()
        #expect(outcome.violation == nil && outcome.results == 1 && outcome.countedReports == 1)
        #expect(outcome.budgetRefusals > 0)
    }

    @Test("A run that breaks a law is shrunk to the few steps that matter")
    func shrinking() async throws {
        for seed in UInt64(1)...50 {
            let simulation = Simulation(seed: seed, defect: .forgottenCollections)
            // That a batch is stuck is known after hours of virtual time, in each attempt again.
            guard let violation = try await simulation.run().violation, violation.law != .progress else { continue }
            let shrunk = try await simulation.shrunk(breaking: violation.law, attempts: 300)
            #expect(shrunk.steps.count <= 8 && shrunk.steps.count < simulation.steps.count, "seed \(seed)\n\(shrunk)")
            #expect(try await shrunk.run().violation?.law == violation.law)
            return
        }
        Issue.record("the bug was not found")
    }
}
