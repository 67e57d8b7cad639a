/// The n-th roots of unity, n a power of two: number theoretic transforms over them, and evaluation
/// of a polynomial that is given by its values on them (the Lagrange basis, VDAF §6.1.3).
package struct RootsOfUnity<F: NTTField>: Sendable {
    /// log2 of n.
    package let log2: Int
    /// n.
    package var count: Int { 1 << log2 }
    /// ω^0 … ω^(n−1).
    package let powers: [F.Multiplier]
    /// ω^k / n.
    private let scaledPowers: [F.Multiplier]
    /// σ^k for the primitive 2n-th root σ: they shift the domain to the odd 2n-th roots.
    private let shiftPowers: [F.Multiplier]
    private let inverseCount: F.Multiplier

    /// - Precondition: the field has primitive 2n-th roots.
    package init(log2: Int) {
        self.log2 = log2
        let count = 1 << log2
        powers = Self.powers(of: F.rootOfUnity(log2: log2).multiplier, count: count)
        shiftPowers = Self.powers(of: F.rootOfUnity(log2: log2 + 1).multiplier, count: count)
        let inverse = F(UInt32(count)).inverse.multiplier
        inverseCount = inverse
        scaledPowers = powers.map { $0 * inverse }
    }

    private static func powers(of root: F.Multiplier, count: Int) -> [F.Multiplier] {
        var result = [F.Multiplier]()
        result.reserveCapacity(count)
        var power = F.Multiplier.one
        for _ in 0..<count {
            result.append(power)
            power = power * root
        }
        return result
    }

    /// From coefficients to values on ω^0 … ω^(n−1), in place (VDAF §6.1.2, `ntt`).
    package func transform(_ values: UnsafeMutableBufferPointer<F>) {
        precondition(values.count == count)
        reverseBits(values)
        for level in 0..<log2 {
            let half = 1 << level
            let stride = count >> (level + 1)
            for start in Swift.stride(from: 0, to: count, by: 2 * half) {
                for index in 0..<half {
                    let product = values[start + half + index] * powers[index * stride]
                    let value = values[start + index]
                    values[start + index] = value + product
                    values[start + half + index] = value - product
                }
            }
        }
    }

    /// From values on ω^0 … ω^(n−1) to coefficients, in place (VDAF §6.1.2, `inv_ntt`).
    package func inverseTransform(_ values: UnsafeMutableBufferPointer<F>) {
        transform(values)
        // The transform with ω in place of 1/ω is the same up to the order of all but the first.
        if count > 2 { values[1..<count].reverse() }
        for index in 0..<count { values[index] = values[index] * inverseCount }
    }

    /// From n values on the n-th roots to 2n values on the 2n-th roots (VDAF §6.1.3, `double_evaluations`).
    ///
    /// - Parameters:
    ///   - values: n values.
    ///   - output: room for 2n values: the given ones at even places, the new ones at odd places.
    ///   - scratch: room for at least n values; it holds a secret afterwards when `values` do.
    package func double(_ values: [F], into output: inout [F], scratch: inout [F]) {
        precondition(values.count == count && output.count == 2 * count && scratch.count >= count)
        scratch.withUnsafeMutableBufferPointer { whole in
            let odd = whole.part(0..<count)
            for index in 0..<count { odd[index] = values[index] }
            inverseTransform(odd)
            for index in 0..<count { odd[index] = odd[index] * shiftPowers[index] }
            transform(odd)
            for index in 0..<count {
                output[2 * index] = values[index]
                output[2 * index + 1] = odd[index]
            }
        }
    }

    /// The values at `t` of all Lagrange basis polynomials: L_k(t) = (t^n − 1)·ω^k / (n·(t − ω^k)).
    ///
    /// Without division: let Q_m(k) = (t^n − 1) / (t^(n/m) − ω_m^k) for m = 1, 2, 4 … n, with ω_m the
    /// m-th root. Then Q_1 = 1, and since t^(n/m) − ω_m^k = (t^(n/2m) − ω_2m^k)·(t^(n/2m) + ω_2m^k),
    /// Q_2m(k) = Q_m(k mod m)·(t^(n/2m) + ω_2m^k). At m = n, L_k(t) = Q_n(k)·ω^k / n.
    ///
    /// - Returns: t^n. When it is 1, `t` is one of the roots.
    package func lagrangeBasis(
        at t: F.Multiplier, into weights: UnsafeMutableBufferPointer<F.Multiplier>
    ) -> F.Multiplier {
        precondition(weights.count == count)
        var squares = [t]  // t^(2^i), i = 0 … log2
        for index in 0..<log2 { squares.append(squares[index] * squares[index]) }
        weights[0] = .one
        for level in 1..<(log2 + 1) {
            let half = 1 << (level - 1)
            let power = squares[log2 - level]
            let stride = count >> level
            // Downwards, so that the first half is read before it is overwritten.
            for index in (0..<(2 * half)).reversed() {
                weights[index] = weights[index & (half - 1)] * (power + powers[index * stride])
            }
        }
        for index in 0..<count { weights[index] = weights[index] * scaledPowers[index] }
        return squares[log2]
    }

    private func reverseBits(_ values: UnsafeMutableBufferPointer<F>) {
        var target = 0
        for index in 0..<count {
            if index < target { values.swapAt(index, target) }
            var bit = count >> 1
            while bit > 0, target & bit != 0 {
                target &= ~bit
                bit >>= 1
            }
            target |= bit
        }
    }
}
