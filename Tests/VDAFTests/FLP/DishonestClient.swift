import VDAF

/// A circuit like another, except that every measurement is encoded as the given elements.
struct DishonestClient<Circuit: ValidityCircuit>: ValidityCircuit {
    let circuit: Circuit
    let encoded: [Circuit.Field]

    var gadget: Circuit.NonlinearGadget { circuit.gadget }
    var gadgetCalls: Int { circuit.gadgetCalls }
    var measurementLength: Int { circuit.measurementLength }
    var jointRandLength: Int { circuit.jointRandLength }
    var outputLength: Int { circuit.outputLength }
    var evalOutputLength: Int { circuit.evalOutputLength }

    func encode(_ measurement: Prio3Measurement) throws -> [Circuit.Field] { encoded }

    func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<Circuit.Field>, jointRand: [Circuit.Field], inverseShares: Circuit.Field,
        wires: inout Wires, into output: inout [Circuit.Field]
    ) where Wires.Field == Circuit.Field {
        circuit.evaluate(
            measurement: measurement, jointRand: jointRand, inverseShares: inverseShares, wires: &wires, into: &output)
    }

    func addOutputShare(
        of measurement: UnsafeBufferPointer<Circuit.Field>, to aggregate: UnsafeMutableBufferPointer<Circuit.Field>
    ) {
        circuit.addOutputShare(of: measurement, to: aggregate)
    }

    func decode(_ aggregate: [Circuit.Field]) -> Prio3AggregateResult { circuit.decode(aggregate) }
}
