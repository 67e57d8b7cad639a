/// What a VDAF needs to work on eight reports side by side, made once.
package struct LaneSetup<Field: NTTField>: Sendable {
    /// The most memory the shares of eight reports may take, in bytes; longer reports are verified one after another.
    static var mostMemory: Int { 1 << 28 }

    let level: KernelLevel
    let circuit: LaneCircuit<Field>
    let constants: LaneConstants<Field>

    /// Nil when the circuit has no lanes, or not with a gadget of degree 2, or takes too much memory.
    init?<Circuit: ValidityCircuit>(_ proof: FullyLinearProof<Circuit>, level: KernelLevel)
    where Circuit.Field == Field {
        guard let circuit = proof.circuit.laneCircuit, proof.gadget.degree == 2 else { return nil }
        let elements = proof.circuit.measurementLength + proof.proofLength
        guard elements <= Self.mostMemory / (Field.encodedSize * LaneMemory.lanes) else { return nil }
        var weights = [Field]()
        if case .bitVector(_, let equation?) = circuit { weights = equation.weights }
        self.level = level
        self.circuit = circuit
        constants = LaneConstants(
            level: level, wireLog2: proof.wireDomain.log2,
            missingValueWeights: proof.missingValueWeights.first ?? [], equation: weights)
    }
}
