/// The standard normal distribution.
package enum NormalDistribution {
    /// The h with P(|Z| ≤ h) = `confidence`, by bisection of erfc down to neighbouring floating-point numbers: the error
    /// is that of the C library's erfc, some 10^-16 of the probability.
    ///
    /// - Parameter confidence: from 0 to below 1.
    package static func halfWidth(confidence: Double) -> Double {
        quantile(upperTail: (1 - confidence) / 2)
    }

    /// The z with P(Z > z) = `upperTail`, likewise.
    ///
    /// - Parameter upperTail: above 0 and below 1.
    package static func quantile(upperTail: Double) -> Double {
        // Beyond 40 the tail is below the smallest floating-point number.
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<bisections {
            let middle = (low + high) / 2
            if tail(above: middle) > upperTail { low = middle } else { high = middle }
        }
        return high
    }

    /// P(|Z| ≥ |z|), the p value of a two-sided test.
    package static func twoSidedTail(_ z: Double) -> Double { Mathematics.erfc(abs(z) * 0.5.squareRoot()) }

    /// P(Z > z).
    package static func tail(above z: Double) -> Double { Mathematics.erfc(z * 0.5.squareRoot()) / 2 }

    /// 80 halved so often is less than the distance of any two neighbouring numbers from 2^-10 on.
    private static let bisections = 70
}
