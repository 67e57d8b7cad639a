/// A sum of independent, symmetric whole-number draws, by its characteristic function.
///
/// The sum's distribution modulo an odd number M is the discrete Fourier transform of the characteristic function at the
/// M-th parts of the circle (Abate and Whitt 1992, "Numerical inversion of probability generating functions"). Here M is
/// so large that what goes round it has no weight.
package struct LatticeSum {
    /// The modulus.
    private let modulus: Double
    /// φ(2πj / M) of the sum, divided by sin(πj / M), for j from 1 on, as long as it has weight.
    private let weights: [Double]

    /// The sum of discrete Laplace draws, at least three: with fewer the characteristic function is long in ending.
    package init(laplaceScale scale: Double, draws: Int) {
        let rest = -Mathematics.expm1(-1 / scale)
        let steepness = 4 * Mathematics.exp(-1 / scale) / (rest * rest)
        let deviation = (steepness / 2 * Double(draws)).squareRoot()
        // A tail falls like a normal one and then by e with every scale.
        self.init(reach: 8 * deviation + 50 * scale, draws: draws) { sine, _ in
            -Mathematics.log1p(steepness * sine * sine)
        }
    }

    /// The sum of discrete Gaussian draws with a variance below `DiscreteGaussianMass.least`.
    package init(gaussianVariance variance: Double, draws: Int) {
        let mass = DiscreteGaussianMass(variance: variance)
        let end = DiscreteGaussianMass.reach(variance)
        let masses = stride(from: 1, through: end, by: 1).map { mass.mass(at: $0) }
        let deviation = (mass.variance * Double(draws)).squareRoot()
        self.init(reach: 10 * deviation + end, draws: draws) { _, angle in
            var place = 0.0
            // 1 − Σ P(x)(1 − cos xθ), which is above 0: the transform of a Gaussian is a sum of Gaussians.
            let less = masses.reduce(0) { sum, mass in
                place += 1
                let sine = Mathematics.sin(place * angle / 2)
                return sum + 4 * mass * sine * sine
            }
            return Mathematics.log1p(-less)
        }
    }

    /// - Parameters:
    ///   - reach: beyond which the sum has no weight.
    ///   - logarithm: ln φ of one draw, of sin(θ / 2) and θ.
    private init(reach: Double, draws: Int, logarithm: (Double, Double) -> Double) {
        modulus = 2 * reach.rounded(.up) + 1
        var weights: [Double] = []
        for step in 1...Self.largestLength {
            let turn = Double(step) / modulus
            guard turn < 0.5 else { break }
            let sine = Mathematics.sin(Double.pi * turn)
            let weight = Mathematics.exp(Double(draws) * logarithm(sine, 2 * Double.pi * turn)) / sine
            // The characteristic functions fall from 0 to π, so the rest has less weight still.
            guard weight > Self.negligible * modulus else { break }
            weights.append(weight)
        }
        self.weights = weights
    }

    /// P(|sum| ≤ h), for a whole number from 0.
    package func probability(within h: Double) -> Double {
        guard 2 * h + 1 < modulus else { return 1 }
        // Dirichlet's kernel: Σ cos(kθ) over |k| ≤ h is sin((h + ½)θ) / sin(θ / 2).
        let width = (2 * h + 1) / modulus
        var (step, sum) = (0.0, 0.0)
        for weight in weights {
            step += 1
            let turns = step * width / 2
            sum += weight * Mathematics.sin(2 * Double.pi * (turns - turns.rounded(.down)))
        }
        return width + 2 * sum / modulus
    }

    /// The part of the modulus below which a weight is left out.
    private static let negligible = 1e-18
    /// Weights at most: three Laplace draws have the most, some 10^4.
    private static let largestLength = 1 << 17
}
