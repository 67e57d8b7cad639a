/// The range check that SumVec, Histogram and MultihotCountVec share: every element is 0 or 1 (VDAF §7.4.3).
///
/// The elements are taken in chunks. A chunk's call adds up r^(j+1)·x_j·(x_j − 1) over its elements
/// with the chunk's own joint randomness r; by chance alone such a sum is zero for an invalid chunk.
package struct BitVectorCheck<F: NTTField>: Sendable {
    /// Number of elements checked.
    package let length: Int
    /// Elements per gadget call.
    package let chunkLength: Int

    /// - Throws: `VDAFError.invalidParameters` when a length is out of range.
    package init(length: Int, chunkLength: Int) throws {
        guard (1...Self.longest).contains(length) else {
            throw VDAFError(.invalidParameters, "the encoded measurement must have 1 to \(Self.longest) elements")
        }
        guard (1...Self.longest).contains(chunkLength) else {
            throw VDAFError(.invalidParameters, "the chunk length must be 1 to \(Self.longest)")
        }
        self.length = length
        self.chunkLength = chunkLength
        guard gadgetCalls <= Self.mostCalls else {
            throw VDAFError(.invalidParameters, "the chunk length asks for more than \(Self.mostCalls) gadget calls")
        }
    }

    /// The most elements an encoded measurement may have: 256 MiB of Field128.
    package static var longest: Int { 1 << 24 }
    /// The most gadget calls. Tables of roots of unity grow with them, and parameters can come from outside; even
    /// the longest measurement needs only 4096 calls with its best chunk length.
    package static var mostCalls: Int { (1 << 16) - 1 }

    package var gadget: ParallelSum<F> { ParallelSum(count: chunkLength) }
    package var gadgetCalls: Int { (length + chunkLength - 1) / chunkLength }

    /// The sum of all calls: zero when every element is 0 or 1.
    package func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires
    ) -> F where Wires.Field == F {
        var sum = F.zero
        let inputs = wires.inputs
        for call in 0..<gadgetCalls {
            let randomness = jointRand[call].multiplier
            var power = randomness
            let start = call * chunkLength
            let filled = min(chunkLength, length - start)
            for index in 0..<filled {
                let element = measurement[start + index]
                inputs[2 * index] = element * power
                inputs[2 * index + 1] = element - inverseShares
                power = power * randomness
            }
            // The last chunk is padded with zero elements; their second wire still carries −1/num_shares.
            for index in filled..<chunkLength {
                inputs[2 * index] = .zero
                inputs[2 * index + 1] = -inverseShares
            }
            sum += wires.call()
        }
        return sum
    }
}
