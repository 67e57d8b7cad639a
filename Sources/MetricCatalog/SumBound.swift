/// Which sums a field can hold. A sum is known only modulo the field's modulus, so the largest possible one, that of
/// `CatalogLimits.largestBatch` reports that all give the metric's `max`, must stay below it.
package enum SumBound {
    /// Field64's modulus, 2^64 − 2^32 + 1 (VDAF §6.1.4). Prio3Sum adds in this field.
    package static let field64 = Modulus(high: 0, low: 0xffff_ffff_0000_0001)
    /// Field128's modulus, 2^128 − 7·2^66 + 1 (VDAF §6.1.4). Prio3SumVec adds in this field.
    package static let field128 = Modulus(high: 0xffff_ffff_ffff_ffe4, low: 1)

    /// The largest `max` of a vector. No sum of 2^32 such values, or even of 2^64 − 1, comes near Field128's modulus;
    /// this keeps every single value within the signed 64-bit integers that spreadsheets and databases offer.
    package static let largestVectorMax = UInt64(Int64.max)

    /// A modulus of up to 128 bits.
    package struct Modulus: Sendable {
        let high: UInt64
        let low: UInt64
    }

    /// Whether the sum of the largest batch of measurements of up to `max` stays below `modulus`.
    package static func holds(sumsOf max: UInt64, below modulus: Modulus) -> Bool {
        // The product needs up to 96 bits, hence both halves.
        let sum = CatalogLimits.largestBatch.multipliedFullWidth(by: max)
        return (sum.high, sum.low) < (modulus.high, modulus.low)
    }

    /// The largest `max` whose sums stay below `modulus`, for error messages.
    package static func largestMax(below modulus: Modulus) -> UInt64 {
        let batch = CatalogLimits.largestBatch
        guard modulus.high < batch else { return .max }
        // A sum may be at most modulus − 1. Both moduli end in 1, so nothing is borrowed.
        return batch.dividingFullWidth((modulus.high, modulus.low - 1)).quotient
    }
}
