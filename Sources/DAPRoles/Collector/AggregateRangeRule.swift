package import DifferentialPrivacy
package import VDAF

/// So many reports cannot have added up to more, nor with the noise that is promised to less or more than that by far.
///
/// A field knows a sum only modulo its modulus, so a number below zero comes as one close to the modulus. The rule
/// gives the representative that is nearest to what the reports can have added up to. Without a promise there is no
/// noise, and a number close to the modulus is refused: it would pass for a huge count.
package enum AggregateRangeRule {
    /// The numbers that a result stands for.
    ///
    /// - Parameter noise: what each aggregator adds to each number; nil for nothing.
    /// - Returns: nil when a number is none that so many reports and twice the noise can make.
    package static func value(
        of result: Prio3AggregateResult, of parameters: Prio3Parameters, reportCount: UInt64, noise: NoiseDistribution?
    ) -> AggregateValue? {
        // Both factors fit 64 bits.
        let largest = UInt128(reportCount) * UInt128(parameters.largestContribution)
        let tolerance = noise.map { 2 * $0.allButCertainBound } ?? 0
        func number(_ element: UInt128) -> Int128? {
            Self.number(of: element, modulus: parameters.modulus, largest: largest, tolerance: tolerance)
        }
        switch result {
        case .integer(let element): return number(element).map { .integer($0) }
        case .vector(let elements):
            let numbers = elements.compactMap(number)
            return numbers.count == elements.count ? .vector(numbers) : nil
        }
    }

    /// The representative of a field element that is nearest to `0 ... largest`, unless it is further from that than
    /// `tolerance`. Of two that are equally near it is the larger.
    package static func number(
        of element: UInt128, modulus: UInt128, largest: UInt128, tolerance: UInt128
    ) -> Int128? {
        guard element < modulus else { return nil }
        if element > largest {
            let (above, below) = (element - largest, modulus - element)
            guard above > below else { return above <= tolerance ? Int128(exactly: element) : nil }
            return below <= tolerance ? Int128(exactly: below).map { -$0 } : nil
        }
        return Int128(exactly: element)
    }
}
