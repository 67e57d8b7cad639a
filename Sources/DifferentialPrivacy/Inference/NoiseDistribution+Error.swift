extension NoiseDistribution {
    /// The variance of one draw, exactly that of the discrete distribution.
    ///
    /// Laplace: 2q / (1 − q)² with q = e^(−1 / scale) (Inusah and Kozubowski 2006).
    public var variance: Double {
        switch self {
        case .laplace(let scale):
            let half = Mathematics.sinh(1 / (2 * scale.value))
            return 1 / (2 * half * half)
        case .gaussian(let variance):
            return DiscreteGaussianMass(variance: variance.value).variance
        }
    }

    /// The least whole number h with P(|sum of `draws` independent draws| ≤ h) ≥ `confidence`.
    ///
    /// All of it is exact but for the rounding of floating-point numbers: sums of one and of two Laplace draws by their
    /// closed forms, the other sums by their characteristic functions. The sum of Gaussian draws whose variance is not
    /// small is a discrete Gaussian itself, but for less than e^(−38) (Kairouz, Liu and Steinke
    /// 2021 bound the difference).
    /// - Parameters:
    ///   - draws: not negative.
    ///   - confidence: above 0 and below 1.
    public func halfWidth(draws: Int, confidence: Double) -> Double {
        precondition(draws >= 0 && confidence > 0 && confidence < 1, "a number of draws and a probability")
        guard draws > 0, variance > 0 else { return 0 }
        let miss = 1 - confidence
        switch self {
        case .laplace(let scale):
            switch draws {
            case 1: return Self.laplaceHalfWidth(scale: scale.value, miss: miss)
            case 2: return WholeNumber.least { Self.twoLaplaceTail(scale: scale.value, beyond: $0) <= miss }
            default:
                let sum = LatticeSum(laplaceScale: scale.value, draws: draws)
                return WholeNumber.least { sum.probability(within: $0) >= confidence }
            }
        case .gaussian(let variance):
            guard variance.value < DiscreteGaussianMass.least else {
                let sum = DiscreteGaussianMass(variance: variance.value * Double(draws))
                return WholeNumber.least { sum.tail(beyond: $0) <= miss }
            }
            let sum = LatticeSum(gaussianVariance: variance.value, draws: draws)
            return WholeNumber.least { sum.probability(within: $0) >= confidence }
        }
    }

    /// From P(|X| > h) = 2q^(h+1) / (1 + q), the sum of the geometric tails.
    private static func laplaceHalfWidth(scale: Double, miss: Double) -> Double {
        let q = Mathematics.exp(-1 / scale)
        let width = (scale * Mathematics.log(2 / (miss * (1 + q)))).rounded(.up) - 1
        return max(0, width)
    }

    /// P(|X + Y| > h) of two draws. Convolved, P(X + Y = k) = ((1 − q) / (1 + q))² · q^|k| · (|k| + (1 + q²) / (1 − q²)),
    /// whose tail is a geometric sum and its derivative.
    private static func twoLaplaceTail(scale: Double, beyond h: Double) -> Double {
        let q = Mathematics.exp(-1 / scale)
        let rest = -Mathematics.expm1(-1 / scale)
        let base = (1 + q * q) / (rest * (1 + q))
        // (1 − q)² is multiplied in, so that nothing here is large.
        let sum = (h + 1 + base) * rest + q
        return 2 * Mathematics.exp(-(h + 1) / scale) * sum / ((1 + q) * (1 + q))
    }
}

/// Searches among the whole numbers from 0.
enum WholeNumber {
    /// The least whole number that fulfils a condition which all larger ones fulfil; beyond 2^53, one within rounding.
    ///
    /// - Parameter isEnough: fulfilled by some finite number.
    static func least(_ isEnough: (Double) -> Bool) -> Double {
        if isEnough(0) { return 0 }
        var (low, high) = (0.0, 1.0)
        while !isEnough(high), high < Double.greatestFiniteMagnitude / 2 { (low, high) = (high, high * 2) }
        while high - low > 1 {
            let middle = (low + (high - low) / 2).rounded(.down)
            guard low < middle, middle < high else { break }
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
