/// The choice of `chunk_length`, on which the proof size of Prio3SumVec, Prio3Histogram and Prio3MultihotCountVec
/// depends.
///
/// Their circuits check n field elements with one gadget that takes `chunk` of them per call, so it is called
/// ⌈n / chunk⌉ times, and its wires are polynomials with p coefficients, p the least power of two above the number of
/// calls. The proof is 2·chunk wire seeds and the 2·p − 1 values of the gadget polynomial (VDAF §7.3.2). VDAF §7.4.3
/// recommends a chunk length near √n, whose proof is up to half as large again as the smallest; this finds the smallest.
///
/// Everyone who computes a task must choose the same: the choice is part of the task ID. Don't refine it.
package enum ChunkLength {
    /// The chunk length with the smallest proof for a circuit of `elements` elements; the smaller of two that tie.
    ///
    /// Only the least chunk length for each p can be the best one, which leaves a handful to compare.
    package static func best(forElements elements: Int) -> Int {
        precondition(elements > 0)
        var best = elements
        var bestLength = proofLength(elements: elements, chunk: best)
        var wireLength = 2
        while wireLength / 2 <= elements {
            let chunk = divideRoundingUp(elements, by: wireLength - 1)
            let length = proofLength(elements: elements, chunk: chunk)
            if (length, chunk) < (bestLength, best) {
                (bestLength, best) = (length, chunk)
            }
            wireLength *= 2
        }
        return best
    }

    /// The proof's length in field elements.
    package static func proofLength(elements: Int, chunk: Int) -> Int {
        let calls = divideRoundingUp(elements, by: chunk)
        var wireLength = 1
        while wireLength < calls + 1 {
            wireLength *= 2
        }
        return 2 * chunk + 2 * wireLength - 1
    }

    private static func divideRoundingUp(_ dividend: Int, by divisor: Int) -> Int {
        (dividend + divisor - 1) / divisor
    }
}
