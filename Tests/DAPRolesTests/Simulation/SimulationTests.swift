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
        ])
    func defects(defect: SimulationDefect, first: UInt64) async throws {
        for seed in first..<first + 400 where try await Simulation(seed: seed, defect: defect).run().violation != nil {
            return
        }
        Issue.record("\(defect) was not found from seed \(first) on")
    }

    @Test("A run that breaks a law is shrunk to the few steps that matter")
    func shrinking() async throws {
        for seed in UInt64(1)...50 {
            let simulation = Simulation(seed: seed, defect: .forgottenCollections)
            guard let violation = try await simulation.run().violation else { continue }
            let shrunk = try await simulation.shrunk(breaking: violation.law, attempts: 300)
            #expect(shrunk.steps.count <= 8 && shrunk.steps.count < simulation.steps.count, "seed \(seed)\n\(shrunk)")
            #expect(try await shrunk.run().violation?.law == violation.law)
            return
        }
        Issue.record("the bug was not found")
    }
}
