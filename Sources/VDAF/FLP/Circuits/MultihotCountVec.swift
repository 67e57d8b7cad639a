/// Counts of several choices: a vector of bits with at most `maxWeight` ones (VDAF §7.4.5).
///
/// The client reports the weight in range-checked form behind the bits; the circuit compares.
package struct MultihotCountVec<F: NTTField>: ValidityCircuit {
    private let length: Int
    private let weight: RangeCheckedInteger<F>
    private let check: BitVectorCheck<F>

    /// - Throws: `VDAFError.invalidParameters` when a parameter is out of range.
    package init(length: Int, maxWeight: UInt64, chunkLength: Int) throws {
        guard (1...BitVectorCheck<F>.longest).contains(length) else {
            throw VDAFError(.invalidParameters, "the length must be 1 to \(BitVectorCheck<F>.longest)")
        }
        guard maxWeight <= UInt64(length) else {
            throw VDAFError(.invalidParameters, "the largest weight is at most the length")
        }
        weight = try RangeCheckedInteger(maximum: maxWeight)
        self.length = length
        check = try BitVectorCheck(length: length + weight.bits, chunkLength: chunkLength)
    }

    package var gadget: ParallelSum<F> { check.gadget }
    package var gadgetCalls: Int { check.gadgetCalls }
    package var measurementLength: Int { check.length }
    package var jointRandLength: Int { check.gadgetCalls }
    package var outputLength: Int { length }
    package var evalOutputLength: Int { 2 }

    package func encode(_ measurement: Prio3Measurement) throws -> [F] {
        guard case .vector(let bits) = measurement, bits.count == length else {
            throw VDAFError(.invalidMeasurement, "a vector of \(length) bits is expected")
        }
        guard bits.reduce(0, |) <= 1 else { throw VDAFError(.invalidMeasurement, "each choice is 0 or 1") }
        var encoded = bits.map { F(UInt32(truncatingIfNeeded: $0)) }
        encoded.reserveCapacity(measurementLength)
        try weight.encode(bits.reduce(0, +), into: &encoded)
        return encoded
    }

    package func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires,
        into output: inout [F]
    ) where Wires.Field == F {
        output[0] = check.evaluate(
            measurement: measurement, jointRand: jointRand, inverseShares: inverseShares, wires: &wires)
        var sum = F.zero
        for index in 0..<length { sum += measurement[index] }
        output[1] = sum - weight.decode(measurement.part(length..<check.length))
    }

    package func addOutputShare(of measurement: UnsafeBufferPointer<F>, to aggregate: UnsafeMutableBufferPointer<F>) {
        FieldVector.add(measurement.part(0..<length), to: aggregate)
    }

    package func decode(_ aggregate: [F]) -> Prio3AggregateResult { .vector(aggregate.map(\.integer)) }

    package var laneCircuit: LaneCircuit<F>? {
        let weights = [F](repeating: .one, count: length) + weight.weights.map { -F($0) }
        return check.laneCircuit(equation: LinearEquation(weights: weights, constant: .zero))
    }
}
