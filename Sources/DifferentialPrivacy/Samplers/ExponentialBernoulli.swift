/// Bernoulli(e^−γ) in fixed-width numbers: Algorithm 1 of Canonne, Kamath and Steinke (2020), drawing what
/// `RationalSampler` draws from the same words.
enum ExponentialBernoulli {
    /// γ = 1.
    static func one(from words: inout WordStream) -> Bool {
        var factor: UInt64 = 1
        while factor < SamplerLimit.seriesLength, UInt64.draw(below: factor, from: &words) == 0 { factor += 1 }
        return factor & 1 == 1
    }

    /// γ = numerator / denominator in lowest terms, at most 1.
    ///
    /// The denominator must leave room for a product with `SamplerLimit.seriesLength`.
    static func fraction<Natural: FixedNatural>(
        _ numerator: Natural, over denominator: Natural, from words: inout WordStream
    ) -> Bool {
        var factor: UInt64 = 1
        while factor < SamplerLimit.seriesLength {
            // Bernoulli(γ / factor) in lowest terms: nothing but the factor can have a divisor in common with the
            // numerator.
            let divisor = UInt64.greatestCommonDivisor(numerator.remainder(dividingBy: factor), factor)
            let bound = denominator.multiplied(by: factor / divisor)
            guard Natural.draw(below: bound, from: &words) < numerator.quotient(dividingBy: divisor) else { break }
            factor += 1
        }
        return factor & 1 == 1
    }

    /// γ = numerator / denominator in lowest terms, of any size, with the same room.
    static func any(_ numerator: UInt256, over denominator: UInt256, from words: inout WordStream) -> Bool {
        if let numerator = numerator.narrow, let denominator = denominator.narrow {
            return anyFraction(numerator, over: denominator, from: &words)
        }
        return anyFraction(numerator, over: denominator, from: &words)
    }

    private static func anyFraction<Natural: FixedNatural>(
        _ numerator: Natural, over denominator: Natural, from words: inout WordStream
    ) -> Bool {
        var rest = numerator
        var units = 0
        while rest >= denominator {
            guard units < SamplerLimit.wholeUnits, one(from: &words) else { return false }
            units += 1
            rest = rest - denominator
        }
        // Taking whole units away leaves lowest terms.
        return fraction(rest, over: denominator, from: &words)
    }
}
