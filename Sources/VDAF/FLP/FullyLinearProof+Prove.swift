extension FullyLinearProof {
    /// Proves that the circuit accepts a measurement (VDAF §7.3.3, `prove`).
    ///
    /// - Parameters:
    ///   - measurement: an encoded measurement.
    ///   - proveRand: `proveRandLength` elements: the wire seeds.
    ///   - jointRand: `circuit.jointRandLength` elements.
    /// - Returns: `proofLength` elements: the wire seeds, then values of the gadget polynomial. A secret.
    package func prove(_ measurement: [Field], proveRand: [Field], jointRand: [Field]) -> [Field] {
        precondition(measurement.count == circuit.measurementLength && proveRand.count == proveRandLength)
        precondition(jointRand.count == circuit.jointRandLength)
        let wireLength = wireDomain.count
        var wires = [Field](repeating: .zero, count: arity * wireLength)
        var inputs = [Field](repeating: .zero, count: arity)
        var output = [Field](repeating: .zero, count: circuit.evalOutputLength)
        var polynomial = [Field](repeating: .zero, count: gadgetDomain.count)
        defer {
            wires.erase()
            inputs.erase()
            output.erase()
            polynomial.erase()
        }
        for wire in 0..<arity { wires[wire * wireLength] = proveRand[wire] }
        wires.withUnsafeMutableBufferPointer { wires in
            inputs.withUnsafeMutableBufferPointer { inputs in
                measurement.withUnsafeBufferPointer { measurement in
                    var recorder = WireRecorder(gadget: gadget, inputs: inputs, wires: wires, wireLength: wireLength)
                    circuit.evaluate(
                        measurement: measurement, jointRand: jointRand, inverseShares: .one, wires: &recorder,
                        into: &output)
                }
            }
            polynomial.withUnsafeMutableBufferPointer { polynomial in
                let polynomials = WirePolynomials(
                    values: UnsafeBufferPointer(wires), wireLength: wireLength, domains: extensionDomains)
                gadget.evaluate(wires: polynomials, into: polynomial)
            }
        }
        return proveRand + polynomial[0..<gadgetPolynomialLength]
    }
}

/// Records the inputs of every gadget call: the values of the wire polynomials (VDAF appendix A.4, `ProveGadget`).
private struct WireRecorder<Recorded: Gadget>: GadgetWires {
    typealias Field = Recorded.Field
    let gadget: Recorded
    let inputs: UnsafeMutableBufferPointer<Field>
    let wires: UnsafeMutableBufferPointer<Field>
    let wireLength: Int
    private var calls = 0

    init(
        gadget: Recorded, inputs: UnsafeMutableBufferPointer<Field>, wires: UnsafeMutableBufferPointer<Field>,
        wireLength: Int
    ) {
        self.gadget = gadget
        self.inputs = inputs
        self.wires = wires
        self.wireLength = wireLength
    }

    mutating func call() -> Field {
        calls += 1
        for wire in 0..<inputs.count { wires[wire * wireLength + calls] = inputs[wire] }
        return gadget.evaluate(UnsafeBufferPointer(inputs))
    }
}
