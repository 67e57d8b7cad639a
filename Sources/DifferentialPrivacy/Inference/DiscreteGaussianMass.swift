/// The discrete Gaussian distribution in floating-point numbers, for what is told of errors: P(x) in proportion to
/// e^(−x² / (2 · parameter)) (Canonne, Kamath and Steinke 2020, Definition 1).
package struct DiscreteGaussianMass {
    private let parameter: Double
    private let deviation: Double
    /// The sum of e^(−x² / (2 · parameter)) over all whole numbers x.
    private let total: Double

    /// From this parameter on the variance is the parameter, and sums of draws are discrete Gaussians, to the precision
    /// of floating-point numbers: by Poisson's summation formula both differ by e^(−2π² · 4) and e^(−π² · 4).
    static let least = 4.0

    package init(variance parameter: Double) {
        self.parameter = parameter
        deviation = parameter.squareRoot()
        // Poisson's formula: √(2π · parameter) · (1 + 2e^(−2π² · parameter) + …).
        total =
            parameter < Self.least
            ? 1 + 2 * Self.sum(to: Self.reach(parameter)) { Mathematics.exp(-$0 * $0 / (2 * parameter)) }
            : (2 * Double.pi * parameter).squareRoot()
    }

    /// P(x), for a parameter above 0.
    func mass(at x: Double) -> Double { Mathematics.exp(-x * x / (2 * parameter)) / total }

    /// The distribution's own variance, for a parameter above 0; 0 for 0.
    var variance: Double {
        guard parameter < Self.least else { return parameter }
        guard parameter > 0 else { return 0 }
        return 2 * Self.sum(to: Self.reach(parameter)) { $0 * $0 * mass(at: $0) }
    }

    /// P(|X| > h), for a parameter above 0 and a whole number from 0.
    ///
    /// Summed up where the sum is short. Else the Euler–Maclaurin formula for midpoints: the integral from h + ½ on, and
    /// the corrections of the first and third derivative; the next one is below 10^-14.
    package func tail(beyond h: Double) -> Double {
        guard deviation >= Self.smooth else {
            let end = Self.reach(parameter)
            return h >= end ? 0 : 2 * Self.sum(from: h + 1, to: end) { mass(at: $0) }
        }
        let u = (h + 0.5) / deviation
        let density = Mathematics.exp(-u * u / 2) / total
        // f′ = −uf / σ, f‴ = (3u − u³)f / σ³; half of the tail is ∫ f + f′ / 24 − 7f‴ / 5760 at h + ½.
        let first = -u * density / deviation
        let third = (3 * u - u * u * u) * density / (deviation * parameter)
        return 2 * (NormalDistribution.tail(above: u) + first / 24 - 7 * third / 5760)
    }

    /// The standard deviation from which on the corrections suffice.
    private static let smooth = 64.0

    /// Beyond 12 standard deviations there is less than 10^-30 of the mass.
    static func reach(_ parameter: Double) -> Double { (12 * parameter.squareRoot()).rounded(.up) + 1 }

    private static func sum(from start: Double = 1, to end: Double, _ term: (Double) -> Double) -> Double {
        stride(from: end, through: start, by: -1).reduce(0) { $0 + term($1) }
    }
}
