/// Sums of vectors of integers in `0 ... maxMeasurement` (VDAF §7.4.3).
package struct SumVec<F: NTTField>: ValidityCircuit {
    private let length: Int
    private let integer: RangeCheckedInteger<F>
    private let check: BitVectorCheck<F>

    /// - Throws: `VDAFError.invalidParameters` when a parameter is out of range.
    package init(length: Int, maxMeasurement: UInt64, chunkLength: Int) throws {
        integer = try RangeCheckedInteger(maximum: maxMeasurement)
        let (elements, overflow) = length.multipliedReportingOverflow(by: integer.bits)
        guard !overflow else { throw VDAFError(.invalidParameters, "the vector is too long") }
        self.length = length
        check = try BitVectorCheck(length: elements, chunkLength: chunkLength)
    }

    package var gadget: ParallelSum<F> { check.gadget }
    package var gadgetCalls: Int { check.gadgetCalls }
    package var measurementLength: Int { check.length }
    package var jointRandLength: Int { check.gadgetCalls }
    package var outputLength: Int { length }
    package var evalOutputLength: Int { 1 }

    package func encode(_ measurement: Prio3Measurement) throws -> [F] {
        guard case .vector(let values) = measurement, values.count == length else {
            throw VDAFError(.invalidMeasurement, "a vector of \(length) integers is expected")
        }
        var encoded = [F]()
        encoded.reserveCapacity(measurementLength)
        for value in values { try integer.encode(value, into: &encoded) }
        return encoded
    }

    package func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires,
        into output: inout [F]
    ) where Wires.Field == F {
        output[0] = check.evaluate(
            measurement: measurement, jointRand: jointRand, inverseShares: inverseShares, wires: &wires)
    }

    package func addOutputShare(of measurement: UnsafeBufferPointer<F>, to aggregate: UnsafeMutableBufferPointer<F>) {
        let bits = integer.bits
        for index in 0..<length {
            aggregate[index] += integer.decode(measurement.part(index * bits..<(index + 1) * bits))
        }
    }

    package func decode(_ aggregate: [F]) -> Prio3AggregateResult { .vector(aggregate.map(\.integer)) }

    package var laneCircuit: LaneCircuit<F>? { check.laneCircuit() }
}
