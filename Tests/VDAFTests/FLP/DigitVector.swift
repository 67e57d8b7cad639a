import VDAF

/// A circuit for these tests: each element x is one of 0 … degree − 1, by x(x − 1)(x − 2)… = 0. One call per
/// element, a gadget of any degree, several outputs.
struct DigitVector<F: NTTField>: ValidityCircuit {
    let gadget: PolyEval<F>
    let gadgetCalls: Int

    init(degree: Int, calls: Int) {
        var coefficients = [F.one]
        for root in 0..<degree {
            // Times (x − root).
            let shifted = [F.zero] + coefficients
            let scaled = coefficients.map { $0 * F(UInt32(root)) } + [F.zero]
            coefficients = zip(shifted, scaled).map { $0 - $1 }
        }
        gadget = PolyEval(coefficients: coefficients)
        gadgetCalls = calls
    }

    var measurementLength: Int { gadgetCalls }
    var jointRandLength: Int { 0 }
    var outputLength: Int { gadgetCalls }
    var evalOutputLength: Int { gadgetCalls }

    func encode(_ measurement: Prio3Measurement) throws -> [F] {
        guard case .vector(let digits) = measurement else {
            throw VDAFError(.invalidMeasurement, "a vector is expected")
        }
        return digits.map { F(UInt32($0)) }
    }

    func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<F>, jointRand: [F], inverseShares: F, wires: inout Wires,
        into output: inout [F]
    ) where Wires.Field == F {
        for index in 0..<gadgetCalls {
            wires.inputs[0] = measurement[index]
            output[index] = wires.call()
        }
    }

    func addOutputShare(of measurement: UnsafeBufferPointer<F>, to aggregate: UnsafeMutableBufferPointer<F>) {
        FieldVector.add(measurement, to: aggregate)
    }

    func decode(_ aggregate: [F]) -> Prio3AggregateResult { .vector(aggregate.map(\.integer)) }
}
