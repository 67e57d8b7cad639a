/// What is given away of one person, in both currencies.
///
/// ε composes by addition (Dwork and Roth 2014, Theorem 3.14), ρ likewise (Bun and Steinke 2016, Lemma 1.7). Whatever is
/// ε-differentially private is ½ε²-zCDP (Proposition 1.4 there), so ρ always has a value; Gaussian noise has no pure ε.
public struct PrivacyCost: Hashable, Sendable {
    /// Pure differential privacy; nil when there is none, however large ε.
    public let epsilon: PrivacyAmount?
    /// Zero-concentrated differential privacy.
    public let rho: PrivacyAmount

    /// Nothing.
    public static let zero = PrivacyCost(epsilon: .zero, rho: .zero)

    /// A cost in both currencies.
    public init(epsilon: PrivacyAmount?, rho: PrivacyAmount) {
        self.epsilon = epsilon
        self.rho = rho
    }

    /// The two one after the other.
    public static func + (left: PrivacyCost, right: PrivacyCost) -> PrivacyCost {
        let epsilon: PrivacyAmount? =
            if let one = left.epsilon, let other = right.epsilon { one + other } else { nil }
        return PrivacyCost(epsilon: epsilon, rho: left.rho + right.rho)
    }
}
