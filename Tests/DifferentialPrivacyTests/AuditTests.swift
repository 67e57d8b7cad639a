import DifferentialPrivacy
import Foundation
import Testing
import VDAF

/// Whoever sees a release and knows one aggregator's share cannot tell neighbouring batches apart better than promised.
///
/// Batches are neighbours when one report of the one is replaced in the other. The events counted are those that tell
/// them apart best. Counts are compared with room for four standard deviations; seeds are fixed.
struct AuditTests {
    private static let trials = 20_000

    /// The share of outputs in an event, under one batch and under its neighbour.
    private struct Odds {
        let one: Double
        let other: Double

        /// The most by which the logarithm of the ratio of both is off by chance.
        var room: Double {
            4
                * ((1 - one) / (one * Double(AuditTests.trials)) + (1 - other) / (other * Double(AuditTests.trials)))
                .squareRoot()
        }

        var logarithm: Double { log(one / other) }
    }

    private func outputs(
        _ pair: ([UInt128], [UInt128]), _ parameters: Prio3Parameters, _ noise: NoiseMechanism, seed: UInt64
    ) throws -> ([[Int]], [[Int]]) {
        var words = WordStream(testSeed: seed)
        let one = try AuditedRelease(pair.0, parameters, noise, words: &words)
        let other = try AuditedRelease(pair.1, parameters, noise, words: &words)
        return (
            try one.outputs(Self.trials, words: &words), try other.outputs(Self.trials, words: &words)
        )
    }

    private func noise(
        _ mechanism: PrivacyMechanism, _ parameters: Prio3Parameters, contributionLimit: UInt32 = 1
    ) throws -> NoiseMechanism {
        NoiseMechanism(
            NoiseDistribution(
                mechanism, sensitivity: try Sensitivity(of: parameters), contributionLimit: contributionLimit))
    }

    /// The odds of the events, rare ones left out.
    private func odds(
        _ outputs: ([[Int]], [[Int]]), _ events: [([Int]) -> Bool]
    ) -> [Odds] {
        events.compactMap { event in
            let one = outputs.0.count(where: event)
            let other = outputs.1.count(where: event)
            guard one >= 200, other >= 200 else { return nil }
            return Odds(one: Double(one) / Double(Self.trials), other: Double(other) / Double(Self.trials))
        }
    }

    @Test(arguments: ["0.5", "1", "2"])
    func laplaceKeepsEpsilonForCounts(epsilon: String) throws {
        let amount = try #require(PrivacyAmount(decimal: epsilon))
        let outputs = try outputs(
            ([10], [11]), .count, try noise(.laplace(epsilon: amount), .count), seed: 61)
        let odds =
            odds(outputs, (4...17).map { bound in { $0[0] <= bound } })
            + odds((outputs.1, outputs.0), (4...17).map { bound in { $0[0] >= bound } })
        #expect(odds.count > 10)
        for odd in odds { #expect(odd.logarithm <= amount.value + odd.room, "seed 61: \(odd)") }
        // No more noise than needed: some event comes near the promise.
        #expect(odds.contains { $0.logarithm >= amount.value - $0.room })
    }

    @Test func laplaceKeepsEpsilonForHistogramsThoughTwoPlacesChange() throws {
        let parameters = Prio3Parameters.histogram(length: 3, chunkLength: 2)
        let noise = try noise(.laplace(epsilon: PrivacyAmount(billionths: PrivacyAmount.scale)), parameters)
        let outputs = try outputs(([5, 3, 2], [4, 4, 2]), parameters, noise, seed: 62)
        let odds = odds(outputs, (3...8).flatMap { high in (0...5).map { low in { $0[0] >= high && $0[1] <= low } } })
        #expect(odds.count > 10)
        for odd in odds { #expect(odd.logarithm <= 1 + odd.room, "seed 62: \(odd)") }
        #expect(odds.contains { $0.logarithm >= 1 - $0.room })
    }

    @Test func laplaceKeepsEpsilonForAllReportsOfAClientTogether() throws {
        let parameters = Prio3Parameters.sum(maxMeasurement: 5)
        let noise = try noise(
            .laplace(epsilon: PrivacyAmount(billionths: PrivacyAmount.scale)), parameters, contributionLimit: 3)
        let outputs = try outputs(([40], [55]), parameters, noise, seed: 63)
        let odds = odds(outputs, stride(from: 0, through: 60, by: 5).map { bound in { $0[0] <= bound } })
        #expect(odds.count > 5)
        for odd in odds { #expect(odd.logarithm <= 1 + odd.room, "seed 63: \(odd)") }
        #expect(odds.contains { $0.logarithm >= 1 - $0.room })
    }

    /// How many events, each with a δ, are likelier under the neighbour than ρ allows.
    ///
    /// ρ-zCDP is (ρ + 2√(ρ ln 1/δ), δ)-differential privacy (Bun and Steinke 2016, Proposition 1.3). By the likelihood
    /// ratio, half-planes across the line through both aggregates are the best events.
    private func violations(of rho: Double, _ outputs: ([[Int]], [[Int]])) -> Int {
        let trials = Double(Self.trials)
        return (4...30).flatMap { bound in [0.2, 0.05, 0.01, 0.001].map { (bound, $0) } }
            .count { bound, delta in
                let one = Double(outputs.1.count { $0[0] + $0[1] >= bound }) / trials
                let other = Double(outputs.0.count { $0[0] + $0[1] >= bound }) / trials
                let factor = exp(rho + 2 * (rho * log(1 / delta)).squareRoot())
                let room = 4 * ((one * (1 - one) + factor * factor * other * (1 - other)) / trials).squareRoot()
                return one > factor * other + delta + room
            }
    }

    @Test func gaussianKeepsEpsilonAtEveryDeltaForVectors() throws {
        let parameters = Prio3Parameters.sumVec(length: 2, maxMeasurement: 3, chunkLength: 2)
        let rho = try #require(PrivacyAmount(decimal: "0.25"))
        let outputs = try outputs(
            ([6, 7], [9, 10]), parameters, try noise(.gaussian(rho: rho), parameters), seed: 64)
        #expect(violations(of: rho.value, outputs) == 0, "seed 64")
    }

    @Test func anAuditNoticesTooLittleNoise() throws {
        let half = NoiseMechanism(.laplace(scale: Rational(1, over: 2)))
        let laplace = try outputs(([10], [11]), .count, half, seed: 65)
        #expect(odds(laplace, (4...17).map { bound in { $0[0] <= bound } }).contains { $0.logarithm > 1 + $0.room })

        let parameters = Prio3Parameters.sumVec(length: 2, maxMeasurement: 3, chunkLength: 2)
        let quarter = NoiseMechanism(.gaussian(variance: Rational(9, over: 4)))
        #expect(violations(of: 0.25, try outputs(([6, 7], [9, 10]), parameters, quarter, seed: 66)) > 0)
    }
}
