import DAPRoles
import DAPTesting
import Testing

/// Runs that broke a law once, shrunk.
@Suite struct FoundBySimulationTests {
    private var settings: SimulationSettings {
        var settings = SimulationSettings(seed: 1)
        settings.minBatchSize = 2
        return settings
    }

    private func upload(_ numbers: Int...) -> SimulationStep {
        SimulationStep(.upload(numbers.map { SimulatedReport(number: $0) }))
    }

    @Test("A job whose reports were all too early is not taken apart while its first request may still arrive")
    func lateRequestOfEarlyReports() async throws {
        var settings = settings
        settings.timePrecision = 60
        let steps = [
            SimulationStep(.setClock(.helper, ahead: -1_200_000, gain: 0)),
            upload(0, 1), SimulationStep(.work(seconds: 3), faults: [.message(at: 0, .late)]),
            upload(2, 3), SimulationStep(.work(seconds: 4)),
        ]
        for isDeferred in [false, true] {
            settings.isDeferred = isDeferred
            let outcome = try await Simulation(settings, steps: steps).run()
            #expect(outcome.violation == nil, "deferred: \(isDeferred)")
        }
    }

    @Test("A job's deletion that comes again after the job has counted reports does not take its answer away")
    func lateDeletion() async throws {
        var settings = settings
        settings.timePrecision = 60
        let steps = [
            SimulationStep(.setClock(.helper, ahead: -1_200_000, gain: 0)),
            upload(0, 1), SimulationStep(.work(seconds: 3), faults: [.message(at: 1, .lateCopy)]),
            SimulationStep(.setClock(.helper, ahead: 0, gain: 0)),
            SimulationStep(.work(seconds: 8), faults: [.message(at: 0, .loseResponse), .message(at: 1, .loseRequest)]),
            SimulationStep(.deliverLate(0)), SimulationStep(.work(seconds: 30)),
        ]
        #expect(try await Simulation(settings, steps: steps).run().violation == nil)
        let broken = try await Simulation(settings, steps: steps, defect: .forgottenAnswers).run()
        #expect(broken.violation != nil)
    }

    @Test(
        "A batch stays closed when a refusal that an operator can mend follows an answer that nobody heard",
        arguments: [401, 403, 404], 2...8)
    func refusalAfterLostAnswer(status: Int, place: Int) async throws {
        let steps = [
            upload(0, 1), SimulationStep(.work(seconds: 4)),
            SimulationStep(
                .collect(first: 0, units: 1, patience: 10),
                faults: [.message(at: 1, .loseResponse), .message(at: place, .status(status))]),
            upload(2), SimulationStep(.work(seconds: 4)),
        ]
        #expect(try await Simulation(settings, steps: steps).run().violation == nil)
    }
}
