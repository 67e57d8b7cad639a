import DAPRoles
import DifferentialPrivacy
import MetricCatalog

/// The noise in a metric's results, and how it is told.
struct MetricNoise {
    /// What is promised; nil where results are exact.
    let policy: PrivacyPolicy?
    /// What one aggregator adds to each number of a release.
    private let distribution: NoiseDistribution?

    /// - Throws: `VDAFError` when the metric's sums are too large for any noise.
    init(_ metric: Metric) throws {
        try self.init(metric, policy: metric.privacy)
    }

    /// The noise that another promise would bring.
    init(_ metric: Metric, policy: PrivacyPolicy?) throws {
        self.policy = policy
        distribution = try policy.map {
            try NoiseDistribution(
                $0.mechanism, sensitivity: Sensitivity(of: metric.parameters), contributionLimit: $0.contributionLimit)
        }
    }

    /// The noise in a number that adds up those of several releases: each has that of both aggregators.
    func added(releases: Int) -> AddedNoise {
        distribution.map { AddedNoise($0, draws: 2 * releases) } ?? .none
    }

    /// The mechanism, in a word.
    var word: String { policy?.mechanism.word ?? "none" }
    /// ε of a window: that of Laplace noise, or what ρ is at δ.
    var epsilon: Double? {
        switch policy?.mechanism {
        case .laplace(let epsilon): epsilon.value
        case .gaussian(let rho): policy.map { ZeroConcentrated.epsilon(rho: rho, deltaExponent: $0.deltaExponent) }
        case nil: nil
        }
    }
    /// ρ of a window, of Gaussian noise.
    var rho: PrivacyAmount? {
        if case .gaussian(let rho) = policy?.mechanism { rho } else { nil }
    }
    /// δ at which Gaussian noise has its ε, such as `1e-9`.
    var delta: String? { rho == nil ? nil : policy.map { "1e-\($0.deltaExponent)" } }

    /// `Laplace, ε 1 a window`.
    var promise: String? {
        switch policy?.mechanism {
        case .laplace(let epsilon): "Laplace, ε \(epsilon) a window"
        case .gaussian(let rho):
            "Gaussian, ρ \(rho) a window (ε \(DecimalText.text(epsilon ?? 0)) at δ \(delta ?? ""))"
        case nil: nil
        }
    }
}
