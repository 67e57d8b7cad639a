import CSodium

extension FullyLinearProof {
    /// Memory for `query`, made once and used for report after report, erased at its end.
    package final class QueryScratch {
        fileprivate let wireWeights: UnsafeMutableBufferPointer<Multiplier>
        fileprivate let gadgetWeights: UnsafeMutableBufferPointer<Multiplier>
        fileprivate let gadgetValues: UnsafeMutableBufferPointer<Field>
        fileprivate let inputs: UnsafeMutableBufferPointer<Field>
        fileprivate let wireSums: UnsafeMutableBufferPointer<Field>
        fileprivate var output: [Field]

        package init(_ proof: FullyLinearProof) {
            wireWeights = .allocate(capacity: proof.wireDomain.count)
            wireWeights.initialize(repeating: .zero)
            gadgetWeights = .allocate(capacity: proof.gadgetDomain.count)
            gadgetWeights.initialize(repeating: .zero)
            gadgetValues = .allocate(capacity: proof.gadgetDomain.count)
            gadgetValues.initialize(repeating: .zero)
            inputs = .allocate(capacity: proof.arity)
            inputs.initialize(repeating: .zero)
            wireSums = .allocate(capacity: proof.arity)
            wireSums.initialize(repeating: .zero)
            output = Array(repeating: .zero, count: proof.circuit.evalOutputLength)
        }

        deinit {
            output.erase()
            for buffer in [gadgetValues, inputs, wireSums] {
                sodium_memzero(buffer.baseAddress, buffer.count * MemoryLayout<Field>.stride)
                buffer.deallocate()
            }
            for buffer in [wireWeights, gadgetWeights] {
                sodium_memzero(buffer.baseAddress, buffer.count * MemoryLayout<Multiplier>.stride)
                buffer.deallocate()
            }
        }
    }

    /// Computes a share of the verifier (VDAF §7.3.4, `query`).
    ///
    /// - Parameters:
    ///   - measurement: a measurement share.
    ///   - proof: a proof share, `proofLength` elements.
    ///   - queryRand: `queryRandLength` elements; the last is the test point.
    ///   - jointRand: `circuit.jointRandLength` elements.
    ///   - inverseShares: 1/num_shares.
    ///   - verifier: receives `verifierLength` elements.
    /// - Throws: `VDAFError.verificationFailed` when the test point is a root of unity, for then the
    ///   verifier would give a wire or the gadget's output away.
    package func query(
        measurement: UnsafeBufferPointer<Field>, proof: UnsafeBufferPointer<Field>,
        queryRand: UnsafeBufferPointer<Field>,
        jointRand: [Field], inverseShares: Field, scratch: QueryScratch,
        into verifier: UnsafeMutableBufferPointer<Field>
    ) throws {
        precondition(
            proof.count == proofLength && queryRand.count == queryRandLength && verifier.count == verifierLength)
        let point = queryRand[queryRandLength - 1].multiplier
        guard wireDomain.lagrangeBasis(at: point, into: scratch.wireWeights) != .one else {
            throw VDAFError(.verificationFailed, "the test point is a root of unity")
        }
        _ = gadgetDomain.lagrangeBasis(at: point, into: scratch.gadgetWeights)
        recoverGadgetValues(proof.part(arity..<proofLength), into: scratch.gadgetValues)

        var wires = WireSummer<Field>(
            inputs: scratch.inputs, sums: scratch.wireSums, seeds: proof.part(0..<arity),
            weights: UnsafeBufferPointer(scratch.wireWeights), outputs: UnsafeBufferPointer(scratch.gadgetValues),
            outputStride: gadgetDomain.count / wireDomain.count)
        circuit.evaluate(
            measurement: measurement, jointRand: jointRand, inverseShares: inverseShares, wires: &wires,
            into: &scratch.output)

        verifier[0] = reduce(scratch.output, by: queryRand)
        for wire in 0..<arity { verifier[1 + wire] = scratch.wireSums[wire] }
        var gadgetCheck = Field.zero
        for index in 0..<gadgetDomain.count {
            gadgetCheck += scratch.gadgetValues[index] * scratch.gadgetWeights[index]
        }
        verifier[1 + arity] = gadgetCheck
    }

    /// One element from the circuit's output: itself, or a random linear combination of several.
    private func reduce(_ output: [Field], by queryRand: UnsafeBufferPointer<Field>) -> Field {
        guard output.count > 1 else { return output[0] }
        var sum = Field.zero
        for index in 0..<output.count { sum += output[index] * queryRand[index] }
        return sum
    }

    private func recoverGadgetValues(
        _ given: UnsafeBufferPointer<Field>, into values: UnsafeMutableBufferPointer<Field>
    ) {
        for index in 0..<given.count { values[index] = given[index] }
        for (missing, weights) in missingValueWeights.enumerated() {
            var sum = Field.zero
            for index in 0..<given.count { sum += given[index] * weights[index] }
            values[given.count + missing] = sum
        }
    }
}

/// Sums up every wire polynomial at the test point while the circuit runs, and answers gadget calls with
/// the values the proof gives (VDAF appendix A.4, `QueryGadget`).
private struct WireSummer<Field: NTTField>: GadgetWires {
    let inputs: UnsafeMutableBufferPointer<Field>
    private let sums: UnsafeMutableBufferPointer<Field>
    private let weights: UnsafeBufferPointer<Field.Multiplier>
    private let outputs: UnsafeBufferPointer<Field>
    private let outputStride: Int
    private var calls = 0

    init(
        inputs: UnsafeMutableBufferPointer<Field>, sums: UnsafeMutableBufferPointer<Field>,
        seeds: UnsafeBufferPointer<Field>,
        weights: UnsafeBufferPointer<Field.Multiplier>, outputs: UnsafeBufferPointer<Field>, outputStride: Int
    ) {
        self.inputs = inputs
        self.sums = sums
        self.weights = weights
        self.outputs = outputs
        self.outputStride = outputStride
        for wire in 0..<sums.count { sums[wire] = seeds[wire] * weights[0] }
    }

    @inline(__always)
    mutating func call() -> Field {
        calls += 1
        let weight = weights[calls]
        for wire in 0..<inputs.count { sums[wire] += inputs[wire] * weight }
        return outputs[calls * outputStride]
    }
}
