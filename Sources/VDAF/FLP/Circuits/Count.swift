/// Counts: a measurement is 0 or 1, checked by x·x − x = 0 (VDAF §7.4.1).
package struct Count<F: NTTField>: ValidityCircuit {
    package let gadget = ParallelSum<F>(count: 1)

    package init() {}

    package var gadgetCalls: Int { 1 }
    package var measurementLength: Int { 1 }
    package var jointRandLength: Int { 0 }
    package var outputLength: Int { 1 }
    package var evalOutputLength: Int { 1 }

    package func encode(_ measurement: Prio3Measurement) throws -> [F] {
        guard case .integer(let value) = measurement, value <= 1 else {
            throw VDAFError(.invalidMeasurement, "a count's measurement is 0 or 1")
        }
        return [F(UInt32(truncatingIfNeeded: value))]
    }

    package func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires,
        into output: inout [F]
    ) where Wires.Field == F {
        wires.inputs[0] = measurement[0]
        wires.inputs[1] = measurement[0]
        output[0] = wires.call() - measurement[0]
    }

    package func addOutputShare(of measurement: UnsafeBufferPointer<F>, to aggregate: UnsafeMutableBufferPointer<F>) {
        FieldVector.add(measurement, to: aggregate)
    }

    package func decode(_ aggregate: [F]) -> Prio3AggregateResult { .integer(aggregate[0].integer) }

    package var laneCircuit: LaneCircuit<F>? { .square }
}
