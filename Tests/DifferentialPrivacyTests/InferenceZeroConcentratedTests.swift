import DifferentialPrivacy
import Foundation
import Testing

/// ρ ↔ (ε, δ).
@Suite struct InferenceZeroConcentratedTests {
    static let rhos = [1e-9, 1e-6, 0.001, 0.01, 0.1, 0.5, 1, 2.56, 10, 100]
    static let deltas = [1e-3, 1e-6, 1e-9, 1e-10, 1e-30]

    /// Corollary 13 evaluated at the root of its derivative with 40 digits (mpmath).
    @Test(arguments: [
        (2.56, 1e-10, 17.15830871210475), (0.07, 1e-10, 2.387275176717974), (0.5, 1e-6, 5.221534444530169),
        (0.000001, 1e-9, 0.006804060822206219), (100, 1e-30, 264.7064709257606),
    ])
    func epsilonIsThatOfTheExactMinimum(rho: Double, delta: Double, expected: Double) {
        #expect(abs(ZeroConcentrated.epsilon(rho: rho, delta: delta) - expected) <= 1e-12 * expected)
    }

    @Test(arguments: rhos, deltas)
    func epsilonIsBelowTheSimpleConversionAndNotFarBelow(rho: Double, delta: Double) {
        // Bun and Steinke 2016, Proposition 1.3.
        let simple = rho + 2 * (rho * log(1 / delta)).squareRoot()
        let epsilon = ZeroConcentrated.epsilon(rho: rho, delta: delta)
        #expect(epsilon <= simple)
        if rho >= 0.001 { #expect(epsilon >= 0.5 * simple, "\(epsilon) for \(simple)") }
    }

    @Test(arguments: rhos, deltas)
    func epsilonIsTheInfimumOverAllOrders(rho: Double, delta: Double) {
        // Corollary 13 in its own form, solved for ε, on a fine grid of α.
        var least = Double.infinity
        for step in stride(from: -14.0, through: 14, by: 0.002) {
            let alpha = 1 + exp(step)
            let value =
                alpha * rho + (log(1 / delta) + alpha * log1p(-1 / alpha) - log(alpha - 1)) / (alpha - 1)
            least = min(least, value)
        }
        let epsilon = ZeroConcentrated.epsilon(rho: rho, delta: delta)
        #expect(abs(epsilon - max(0, least)) <= 1e-5 * max(epsilon, 1e-4))
    }

    @Test func epsilonGrowsWithRhoAndFallsWithDelta() {
        for delta in Self.deltas {
            let epsilons = Self.rhos.map { ZeroConcentrated.epsilon(rho: $0, delta: delta) }
            #expect(zip(epsilons, epsilons.dropFirst()).allSatisfy { $0 <= $1 })
        }
        for rho in Self.rhos {
            let epsilons = Self.deltas.map { ZeroConcentrated.epsilon(rho: rho, delta: $0) }
            #expect(zip(epsilons, epsilons.dropFirst()).allSatisfy { $0 <= $1 })
        }
        #expect(ZeroConcentrated.epsilon(rho: 0, delta: 1e-9) == 0)
    }

    @Test(arguments: [0.01, 0.1, 0.5, 1, 5], [1e-3, 1e-6, 1e-9])
    func theGaussianMechanismItselfIsNoWorse(rho: Double, delta: Double) {
        // Sensitivity 1 and variance 1 / 2ρ: the two densities that a neighbour tells apart, integrated where the one is
        // more than e^ε times the other.
        let epsilon = ZeroConcentrated.epsilon(rho: rho, delta: delta)
        let deviation = (1 / (2 * rho)).squareRoot()
        let step = deviation / 500
        var exact = 0.0
        for x in stride(from: -14 * deviation, through: 14 * deviation, by: step) {
            let (one, other) = (x / deviation, (x - 1) / deviation)
            exact += max(0, exp(-other * other / 2) - exp(epsilon - one * one / 2))
        }
        exact *= step / (deviation * (2 * Double.pi).squareRoot())
        #expect(exact <= delta)
        #expect(exact > delta / 100, "so far below that the conversion is not the tight one: \(exact)")
    }

    @Test(arguments: rhos, deltas) func rhoIsTheReverseOfEpsilon(rho: Double, delta: Double) {
        let epsilon = ZeroConcentrated.epsilon(rho: rho, delta: delta)
        let back = ZeroConcentrated.rho(epsilon: epsilon, delta: delta)
        #expect(ZeroConcentrated.epsilon(rho: back, delta: delta) <= epsilon)
        if epsilon > 0 { #expect(abs(back - rho) <= 1e-9 * rho) } else { #expect(back >= rho) }
    }

    @Test func amountsOfAPolicyConvertLikeTheirValues() {
        for (billionths, exponent) in [(UInt64(2_560_000_000), UInt8(10)), (1, 30), (500_000_000, 6)] {
            let amount = PrivacyAmount(billionths: billionths)
            let expected = ZeroConcentrated.epsilon(rho: amount.value, delta: pow(10, -Double(exponent)))
            let epsilon = ZeroConcentrated.epsilon(rho: amount, deltaExponent: exponent)
            #expect(abs(epsilon - expected) <= 1e-12 * max(expected, 1))
        }
        #expect(ZeroConcentrated.epsilon(rho: .unlimited, deltaExponent: 9).isFinite)
    }
}
