/// Sums: a measurement is an integer in `0 ... maxMeasurement`, bit by bit b·b − b = 0 (VDAF §7.4.2).
package struct Sum<F: NTTField>: ValidityCircuit {
    package let gadget = PolyEval<F>(coefficients: [.zero, -.one, .one])
    private let integer: RangeCheckedInteger<F>

    /// - Throws: `VDAFError.invalidParameters` when the maximum is 0 or does not fit the field.
    package init(maxMeasurement: UInt64) throws { integer = try RangeCheckedInteger(maximum: maxMeasurement) }

    package var gadgetCalls: Int { integer.bits }
    package var measurementLength: Int { integer.bits }
    package var jointRandLength: Int { 0 }
    package var outputLength: Int { 1 }
    package var evalOutputLength: Int { integer.bits }

    package func encode(_ measurement: Prio3Measurement) throws -> [F] {
        guard case .integer(let value) = measurement else {
            throw VDAFError(.invalidMeasurement, "a sum's measurement is one integer")
        }
        var encoded = [F]()
        encoded.reserveCapacity(measurementLength)
        try integer.encode(value, into: &encoded)
        return encoded
    }

    package func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires,
        into output: inout [F]
    ) where Wires.Field == F {
        for index in 0..<measurementLength {
            wires.inputs[0] = measurement[index]
            output[index] = wires.call()
        }
    }

    package func addOutputShare(of measurement: UnsafeBufferPointer<F>, to aggregate: UnsafeMutableBufferPointer<F>) {
        aggregate[0] += integer.decode(measurement)
    }

    package func decode(_ aggregate: [F]) -> Prio3AggregateResult { .integer(aggregate[0].integer) }

    package var laneCircuit: LaneCircuit<F>? { .squares }
}
