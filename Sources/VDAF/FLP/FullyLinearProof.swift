/// The fully linear proof system of BBCGGI19, theorem 4.3, for a circuit with one gadget (VDAF §7.3).
///
/// Proofs carry polynomials by their values on roots of unity, never by coefficients, so the verifier
/// needs neither a transform nor an inversion: it weighs values by the Lagrange basis at the test point.
package struct FullyLinearProof<Circuit: ValidityCircuit>: Sendable {
    package typealias Field = Circuit.Field
    package typealias Multiplier = Field.Multiplier

    package let circuit: Circuit
    let gadget: Circuit.NonlinearGadget
    let arity: Int
    /// Values of a gadget polynomial in a proof (VDAF §7.3.2, `gadget_poly_len`).
    package let gadgetPolynomialLength: Int
    /// The p-th roots: a seed and one value per call (`wire_poly_len`).
    package let wireDomain: RootsOfUnity<Field>
    /// The n-th roots, n the least power of two with room for the gadget polynomial.
    package let gadgetDomain: RootsOfUnity<Field>
    /// The domains that lead from p values of a wire to n: the p-th, 2p-th, … (n/2)-th roots.
    let extensionDomains: [RootsOfUnity<Field>]
    /// For each missing one of the n values, its weights over the values in the proof.
    package let missingValueWeights: [[Multiplier]]

    /// - Throws: `VDAFError.invalidParameters` when the field has too few roots of unity for the circuit.
    package init(_ circuit: Circuit) throws {
        self.circuit = circuit
        gadget = circuit.gadget
        arity = gadget.arity
        let wireLog2 = Self.log2(atLeast: circuit.gadgetCalls + 1)
        let length = gadget.degree * ((1 << wireLog2) - 1) + 1
        let gadgetLog2 = Self.log2(atLeast: length)
        guard gadgetLog2 < Field.subgroupOrderLog2 else {
            throw VDAFError(.invalidParameters, "the circuit calls its gadget too often for the field")
        }
        gadgetPolynomialLength = length
        wireDomain = RootsOfUnity(log2: wireLog2)
        gadgetDomain = RootsOfUnity(log2: gadgetLog2)
        extensionDomains = (wireLog2..<max(wireLog2, gadgetLog2)).map { RootsOfUnity(log2: $0) }
        missingValueWeights = Self.missingValueWeights(length: length, domain: gadgetDomain)
    }

    /// Elements of the prover's randomness (`PROVE_RAND_LEN`).
    package var proveRandLength: Int { arity }
    /// Elements of the verifier's randomness (`QUERY_RAND_LEN`).
    package var queryRandLength: Int { 1 + (circuit.evalOutputLength > 1 ? circuit.evalOutputLength : 0) }
    /// Elements of a proof (`PROOF_LEN`).
    package var proofLength: Int { arity + gadgetPolynomialLength }
    /// Elements of a verifier (`VERIFIER_LEN`).
    package var verifierLength: Int { arity + 2 }

    /// Decides about the sum of all verifier shares (VDAF §7.3.5, `decide`). Its outcome is public.
    package func decide(_ verifier: UnsafeBufferPointer<Field>) -> Bool {
        precondition(verifier.count == verifierLength)
        let gadgetOutput = gadget.evaluate(verifier.part(1..<1 + arity))
        return verifier[0] == .zero && gadgetOutput == verifier[1 + arity]
    }

    private static func log2(atLeast value: Int) -> Int { Int.bitWidth - (value - 1).leadingZeroBitCount }

    /// A proof holds `length` values of a polynomial of degree below `length`; the rest of the n values
    /// follow from them.
    ///
    /// Degree 2, as in all of Prio3, leaves one value out, n = length + 1. The coefficient of x^(n−1)
    /// is zero and is also (1/n)·Σ y_i·ω^(−i(n−1)) = (1/n)·Σ y_i·ω^i, so y_(n−1) = −Σ y_i·ω^(i+1).
    /// Higher degrees take the Lagrange basis over the first `length` roots.
    private static func missingValueWeights(length: Int, domain: RootsOfUnity<Field>) -> [[Multiplier]] {
        let n = domain.count
        if length == n { return [] }
        if length == n - 1 { return [(0..<length).map { Multiplier.zero - domain.powers[$0 + 1] }] }
        let nodes = domain.powers.map { Field($0) }
        let denominators = (0..<length).map { index in
            (0..<length).reduce(Field.one) { $1 == index ? $0 : $0 * (nodes[index] - nodes[$1]) }.inverse
        }
        return (length..<n).map { missing in
            let product = (0..<length).reduce(Field.one) { $0 * (nodes[missing] - nodes[$1]) }
            return (0..<length).map { index in
                (product * (nodes[missing] - nodes[index]).inverse * denominators[index]).multiplier
            }
        }
    }
}
