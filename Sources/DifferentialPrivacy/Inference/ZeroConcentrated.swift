/// What zero-concentrated differential privacy is in (ε, δ).
public enum ZeroConcentrated {
    /// The ε that ρ-zCDP is (ε, δ)-differential privacy with: the smallest that is known for all ρ-zCDP mechanisms.
    ///
    /// Canonne, Kamath and Steinke 2020, Corollary 13: for each α > 1, δ = e^((α − 1)(αρ − ε)) / (α − 1) · (1 − 1/α)^α
    /// will do. Solved for ε, the infimum over α is searched: whatever α is found, its ε holds.
    /// - Parameters:
    ///   - rho: not negative.
    ///   - delta: above 0 and below 1.
    public static func epsilon(rho: Double, delta: Double) -> Double {
        precondition(rho >= 0 && delta > 0 && delta < 1, "no privacy loss is negative, and δ is a probability")
        return epsilon(rho: rho, minusLogDelta: -Mathematics.log(delta))
    }

    /// The same for amounts as a policy has them.
    ///
    /// - Parameter deltaExponent: δ as the exponent of a power of ten: 9 for 10^-9; at least 1.
    public static func epsilon(rho: PrivacyAmount, deltaExponent: UInt8) -> Double {
        precondition(deltaExponent > 0, "δ is below 1")
        return epsilon(rho: rho.value, minusLogDelta: Double(deltaExponent) * Mathematics.log(10))
    }

    /// The largest ρ that is (ε, δ)-differential privacy, the reverse of `epsilon(rho:delta:)`.
    ///
    /// - Parameters:
    ///   - epsilon: not negative.
    ///   - delta: above 0 and below 1.
    public static func rho(epsilon: Double, delta: Double) -> Double {
        precondition(epsilon >= 0 && delta > 0 && delta < 1, "no privacy loss is negative, and δ is a probability")
        let minusLogDelta = -Mathematics.log(delta)
        func isCovered(_ rho: Double) -> Bool { Self.epsilon(rho: rho, minusLogDelta: minusLogDelta) <= epsilon }
        var (low, high) = (0.0, 1.0)
        while isCovered(high), high.isFinite { (low, high) = (high, high * 2) }
        for _ in 0..<bisections {
            let middle = (low + high) / 2
            if isCovered(middle) { low = middle } else { high = middle }
        }
        return low
    }

    /// The ε of an α is at most some e where ln δ, which is convex in α, is small enough for e: in an interval. So ε has one
    /// valley, and the golden section finds its bottom.
    private static func epsilon(rho: Double, minusLogDelta: Double) -> Double {
        guard rho > 0 else { return 0 }
        func value(_ logarithm: Double) -> Double {
            // With a = α − 1: (1 + a)ρ + ln(a / (1 + a)) + (ln(1 / δ) − ln(1 + a)) / a.
            let a = Mathematics.exp(logarithm)
            return (1 + a) * rho - Mathematics.log1p(1 / a) + (minusLogDelta - Mathematics.log1p(a)) / a
        }
        var (low, high) = exponents
        var (left, right) = (high - golden * (high - low), low + golden * (high - low))
        var (leftValue, rightValue) = (value(left), value(right))
        for _ in 0..<sections {
            if leftValue <= rightValue {
                (high, right, rightValue) = (right, left, leftValue)
                left = high - golden * (high - low)
                leftValue = value(left)
            } else {
                (low, left, leftValue) = (left, right, rightValue)
                right = low + golden * (high - low)
                rightValue = value(right)
            }
        }
        return max(0, min(leftValue, rightValue))
    }

    /// ln(α − 1) of the best α is about ½ ln(ln(1 / δ) / ρ), from −12 to 13 for amounts and δ that a policy can have.
    private static let exponents = (-40.0, 40.0)
    private static let golden = (5.0.squareRoot() - 1) / 2
    /// 80 · golden^80 is 10^-15.
    private static let sections = 80
    private static let bisections = 80
}
