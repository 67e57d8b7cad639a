/// Histograms: exactly one of `length` buckets is 1, the others 0 (VDAF §7.4.4).
package struct Histogram<F: NTTField>: ValidityCircuit {
    private let check: BitVectorCheck<F>

    /// - Throws: `VDAFError.invalidParameters` when a length is out of range.
    package init(length: Int, chunkLength: Int) throws {
        check = try BitVectorCheck(length: length, chunkLength: chunkLength)
    }

    package var gadget: ParallelSum<F> { check.gadget }
    package var gadgetCalls: Int { check.gadgetCalls }
    package var measurementLength: Int { check.length }
    package var jointRandLength: Int { check.gadgetCalls }
    package var outputLength: Int { check.length }
    package var evalOutputLength: Int { 2 }

    package func encode(_ measurement: Prio3Measurement) throws -> [F] {
        guard case .integer(let bucket) = measurement, bucket < UInt64(check.length) else {
            throw VDAFError(.invalidMeasurement, "a bucket index in 0 ..< \(check.length) is expected")
        }
        // Every element is computed alike: writing a 1 at the bucket's index would show it in memory accesses.
        return (0..<UInt64(check.length)).map { index in
            let difference = index ^ bucket
            let isOther = (difference | (0 &- difference)) &>> 63
            return F(UInt32(truncatingIfNeeded: isOther ^ 1))
        }
    }

    package func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires,
        into output: inout [F]
    ) where Wires.Field == F {
        output[0] = check.evaluate(
            measurement: measurement, jointRand: jointRand, inverseShares: inverseShares, wires: &wires)
        var sum = -inverseShares
        for index in 0..<check.length { sum += measurement[index] }
        output[1] = sum
    }

    package func addOutputShare(of measurement: UnsafeBufferPointer<F>, to aggregate: UnsafeMutableBufferPointer<F>) {
        FieldVector.add(measurement, to: aggregate)
    }

    package func decode(_ aggregate: [F]) -> Prio3AggregateResult { .vector(aggregate.map(\.integer)) }

    package var laneCircuit: LaneCircuit<F>? {
        check.laneCircuit(equation: LinearEquation(weights: [.one], constant: .one))
    }
}
