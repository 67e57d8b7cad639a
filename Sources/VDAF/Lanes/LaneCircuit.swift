/// What the eight-lane verifier and prover know of a circuit. All of Prio3's circuits are of one of three shapes.
package enum LaneCircuit<Field: NTTField>: Sendable {
    /// One element x, on both wires of a product; the output is x·x − x (Count).
    case square
    /// Each element x on the only wire of a call; the outputs are x² − x (Sum).
    case squares
    /// `BitVectorCheck` in chunks, and behind it, for some, a linear equation (SumVec, Histogram, MultihotCountVec).
    case bitVector(chunkLength: Int, equation: LinearEquation<Field>?)
}

/// Σ weight·element = constant, over an encoded measurement.
package struct LinearEquation<Field: NTTField>: Sendable {
    /// One for every element, or a single one that all elements have.
    let weights: [Field]
    let constant: Field
}

extension BitVectorCheck {
    func laneCircuit(equation: LinearEquation<F>? = nil) -> LaneCircuit<F> {
        .bitVector(chunkLength: chunkLength, equation: equation)
    }
}
