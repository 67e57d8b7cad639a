import DifferentialPrivacy

/// What results gave away of a client who reported in every window of them, with the contribution limit kept.
struct ReleaseCost {
    /// The windows of each release from its first report to its last; those that several have in common count once.
    let windows: UInt64
    /// In all: a release of W windows costs W · ε with Laplace noise, and W² · ρ with Gaussian.
    private let cost: PrivacyCost
    private let policy: PrivacyPolicy

    /// - Parameter results: of one task.
    /// - Returns: nil when nothing is promised, or there are no results.
    init?(_ results: [CollectedResult], policy: PrivacyPolicy?) {
        guard let policy, !results.isEmpty else { return nil }
        self.policy = policy
        cost = CollectorAccount.cost(of: results, mechanism: policy.mechanism)
        var (windows, end) = (UInt64(0), UInt64(0))
        for window in results.map({ $0.reportWindows ?? $0.window }).sorted(by: { $0.first < $1.first }) {
            let (last, start) = (window.first + window.count, max(window.first, end))
            if last > start { windows += last - start }
            end = max(end, last)
        }
        self.windows = windows
    }

    /// ε of Laplace noise, or what ρ is at δ.
    var epsilon: Double {
        rho.map { ZeroConcentrated.epsilon(rho: $0, deltaExponent: policy.deltaExponent) } ?? cost.epsilon?.value ?? 0
    }

    /// ρ of Gaussian noise.
    var rho: PrivacyAmount? { policy.mechanism.currency == .rho ? cost.rho : nil }

    /// `ε 3 for these 3 windows together`; nil for one window, whose cost is that of a window.
    var text: String? {
        guard windows > 1 else { return nil }
        let behind = "for these \(windows) windows together"
        guard let rho else { return "ε \(cost.epsilon.map { "\($0)" } ?? "–") \(behind)" }
        return "ρ \(rho) \(behind) (ε \(DecimalText.text(epsilon)) at δ 1e-\(policy.deltaExponent))"
    }
}
