import VDAF

/// Runs a proof system by itself: prove, split, query every share, decide (VDAF §7.1).
struct ProofRun<Circuit: ValidityCircuit> {
    typealias Field = Circuit.Field
    let system: FullyLinearProof<Circuit>

    init(_ circuit: Circuit) throws { system = try FullyLinearProof(circuit) }

    /// Whether an encoded measurement is accepted from an honest prover, whose proof `tamper` may change.
    func accepts(
        _ measurement: [Field], shares: Int, random: inout SplitMix64, testPoint: Field? = nil,
        tamper: (inout [Field]) -> Void = { _ in }
    ) throws -> Bool {
        let jointRand: [Field] = random.elements(system.circuit.jointRandLength)
        var queryRand: [Field] = random.elements(system.queryRandLength)
        if let testPoint { queryRand[queryRand.count - 1] = testPoint }
        var proof = system.prove(measurement, proveRand: random.elements(system.proveRandLength), jointRand: jointRand)
        precondition(proof.count == system.proofLength)
        tamper(&proof)

        let measurementShares = split(measurement, shares, &random)
        let proofShares = split(proof, shares, &random)
        let inverseShares = Field(UInt32(shares)).inverse
        let scratch = FullyLinearProof<Circuit>.QueryScratch(system)
        var sum = [Field](repeating: .zero, count: system.verifierLength)
        for (measurementShare, proofShare) in zip(measurementShares, proofShares) {
            var verifier = [Field](repeating: .zero, count: system.verifierLength)
            try verifier.withUnsafeMutableBufferPointer { verifier in
                try measurementShare.withUnsafeBufferPointer { measurementShare in
                    try proofShare.withUnsafeBufferPointer { proofShare in
                        try queryRand.withUnsafeBufferPointer { queryRand in
                            try system.query(
                                measurement: measurementShare, proof: proofShare, queryRand: queryRand,
                                jointRand: jointRand, inverseShares: inverseShares, scratch: scratch, into: verifier)
                        }
                    }
                }
            }
            for index in sum.indices { sum[index] += verifier[index] }
        }
        return sum.withUnsafeBufferPointer { system.decide($0) }
    }

    private func split(_ elements: [Field], _ shares: Int, _ random: inout SplitMix64) -> [[Field]] {
        var rest = elements
        var result = [[Field]]()
        for _ in 1..<shares {
            let share: [Field] = random.elements(elements.count)
            for index in rest.indices { rest[index] -= share[index] }
            result.append(share)
        }
        return result + [rest]
    }
}
