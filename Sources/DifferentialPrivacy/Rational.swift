package import BigInt

/// An exact fraction, not below zero, in lowest terms.
public struct Rational: Hashable, Sendable {
    package let numerator: BigUInt
    /// Not zero.
    package let denominator: BigUInt

    /// The fraction in lowest terms.
    ///
    /// - Parameter denominator: not zero.
    public init(_ numerator: UInt128, over denominator: UInt128 = 1) {
        self.init(reducing: BigUInt(numerator), over: BigUInt(denominator))
    }

    /// The fraction in lowest terms of numbers of any size.
    package init(reducing numerator: BigUInt, over denominator: BigUInt) {
        precondition(denominator > 0, "a fraction has a denominator")
        let divisor = numerator.greatestCommonDivisor(with: denominator)
        self.numerator = numerator / divisor
        self.denominator = denominator / divisor
    }

    /// The nearest floating-point number, for what is shown: noise is never made from it.
    public var value: Double { Double(numerator) / Double(denominator) }
}
