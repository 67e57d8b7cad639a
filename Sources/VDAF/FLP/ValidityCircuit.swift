/// A validity circuit and its affine-aggregatable encoding (VDAF §7.3.2, `Valid`).
///
/// Every circuit here has exactly one gadget, as all of Prio3's have.
package protocol ValidityCircuit: Sendable {
    associatedtype NonlinearGadget: Gadget
    typealias Field = NonlinearGadget.Field

    /// The gadget.
    var gadget: NonlinearGadget { get }
    /// How often the circuit calls it (`GADGET_CALLS`), at least 1.
    var gadgetCalls: Int { get }
    /// Elements of an encoded measurement (`MEAS_LEN`).
    var measurementLength: Int { get }
    /// Elements of joint randomness (`JOINT_RAND_LEN`).
    var jointRandLength: Int { get }
    /// Elements of an output share (`OUTPUT_LEN`).
    var outputLength: Int { get }
    /// Elements of the circuit's output (`EVAL_OUTPUT_LEN`).
    var evalOutputLength: Int { get }

    /// Encodes a measurement as `measurementLength` elements, without branching or indexing on its value.
    ///
    /// - Throws: `VDAFError.invalidMeasurement` when it is out of range.
    func encode(_ measurement: Prio3Measurement) throws -> [Field]

    /// Evaluates the circuit on a measurement or a share of one (VDAF §7.3.2, `eval`).
    ///
    /// - Parameters:
    ///   - measurement: `measurementLength` elements.
    ///   - jointRand: `jointRandLength` elements.
    ///   - inverseShares: 1/num_shares, by which constants are split among the shares.
    ///   - wires: carries out the gadget calls.
    ///   - output: receives `evalOutputLength` elements.
    func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<Field>, jointRand: [Field], inverseShares: Field, wires: inout Wires,
        into output: inout [Field]
    ) where Wires.Field == Field

    /// Adds the output share of a measurement share to an aggregate share of `outputLength` elements
    /// (VDAF §7.3.2, `truncate`, then §7.2.4).
    func addOutputShare(of measurement: UnsafeBufferPointer<Field>, to aggregate: UnsafeMutableBufferPointer<Field>)

    /// Decodes an aggregate of `outputLength` elements (VDAF §7.3.2, `decode`).
    func decode(_ aggregate: [Field]) -> Prio3AggregateResult

    /// The circuit's shape, when eight reports can be verified side by side; nil leaves it to `evaluate`.
    var laneCircuit: LaneCircuit<Field>? { get }
}

extension ValidityCircuit {
    package var laneCircuit: LaneCircuit<Field>? { nil }
}

/// Carries out the gadget calls of a circuit that is being evaluated: the prover records the inputs,
/// the verifier sums them up and takes the outputs from the proof.
package protocol GadgetWires {
    associatedtype Field: NTTField
    /// The circuit writes the inputs of its next call here: `arity` elements.
    var inputs: UnsafeMutableBufferPointer<Field> { get }
    /// Makes the call with those inputs.
    mutating func call() -> Field
}

extension UnsafeBufferPointer {
    /// The elements in a range of offsets.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeBufferPointer { UnsafeBufferPointer(rebasing: self[range]) }
}

extension UnsafeMutableBufferPointer {
    /// The elements in a range of offsets.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer { UnsafeMutableBufferPointer(rebasing: self[range]) }
}
