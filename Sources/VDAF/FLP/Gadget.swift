/// A gadget: the nonlinear part of a validity circuit (VDAF §7.3.2).
package protocol Gadget<Field>: Sendable {
    associatedtype Field: NTTField
    /// Number of input wires.
    var arity: Int { get }
    /// Arithmetic degree, at least 1.
    var degree: Int { get }
    /// The gadget's output for `arity` inputs.
    func evaluate(_ inputs: UnsafeBufferPointer<Field>) -> Field
    /// The gadget applied to its wire polynomials, point by point: values of the gadget polynomial.
    ///
    /// - Parameters:
    ///   - wires: hands out the values of wire polynomials, at as many points as `output` holds.
    ///   - output: receives the values of the gadget polynomial at the same points.
    func evaluate(wires: WirePolynomials<Field>, into output: UnsafeMutableBufferPointer<Field>)
}

/// Sums of products: `x0·x1 + x2·x3 + …`. This is ParallelSum over Mul (VDAF appendix A.3); with one product
/// it is Mul alone (appendix A.1).
package struct ParallelSum<Field: NTTField>: Gadget {
    /// Number of products.
    package let count: Int

    package init(count: Int) { self.count = count }

    package var arity: Int { 2 * count }
    package var degree: Int { 2 }

    package func evaluate(_ inputs: UnsafeBufferPointer<Field>) -> Field {
        var sum = Field.zero
        for index in 0..<count { sum += inputs[2 * index] * inputs[2 * index + 1] }
        return sum
    }

    package func evaluate(wires: WirePolynomials<Field>, into output: UnsafeMutableBufferPointer<Field>) {
        var left = [Field](repeating: .zero, count: output.count)
        var right = left
        defer {
            left.erase()
            right.erase()
        }
        output.update(repeating: .zero)
        for index in 0..<count {
            wires.extend(wire: 2 * index, into: &left)
            wires.extend(wire: 2 * index + 1, into: &right)
            for point in 0..<output.count { output[point] += left[point] * right[point] }
        }
    }
}

/// A polynomial in one wire (VDAF appendix A.2, PolyEval).
package struct PolyEval<Field: NTTField>: Gadget {
    /// Coefficients from the constant term up; the last is not zero.
    private let coefficients: [Field]

    package init(coefficients: [Field]) {
        precondition(
            coefficients.count >= 2 && coefficients.last != .zero, "a gadget polynomial has a degree of at least 1")
        self.coefficients = coefficients
    }

    package var arity: Int { 1 }
    package var degree: Int { coefficients.count - 1 }

    package func evaluate(_ inputs: UnsafeBufferPointer<Field>) -> Field { value(at: inputs[0]) }

    package func evaluate(wires: WirePolynomials<Field>, into output: UnsafeMutableBufferPointer<Field>) {
        var points = [Field](repeating: .zero, count: output.count)
        defer { points.erase() }
        wires.extend(wire: 0, into: &points)
        for index in 0..<output.count { output[index] = value(at: points[index]) }
    }

    private func value(at point: Field) -> Field {
        let factor = point.multiplier
        var result = Field.zero
        for coefficient in coefficients.reversed() { result = result * factor + coefficient }
        return result
    }
}

/// The wire polynomials of a gadget, each given by p values on the p-th roots of unity (VDAF §7.3.3).
package struct WirePolynomials<Field: NTTField> {
    /// Wire after wire, p values each.
    private let values: UnsafeBufferPointer<Field>
    /// p.
    private let wireLength: Int
    /// The domains that lead to the number of points asked for: the p-th, 2p-th, … roots; none when it is p.
    private let domains: [RootsOfUnity<Field>]

    init(values: UnsafeBufferPointer<Field>, wireLength: Int, domains: [RootsOfUnity<Field>]) {
        self.values = values
        self.wireLength = wireLength
        self.domains = domains
    }

    /// Writes the values of one wire polynomial at all points, doubling their number domain by domain.
    func extend(wire: Int, into output: inout [Field]) {
        precondition(output.count == wireLength << domains.count)
        var current = Array(values.part(wire * wireLength..<(wire + 1) * wireLength))
        var scratch = [Field](repeating: .zero, count: output.count / 2)
        for domain in domains {
            var doubled = [Field](repeating: .zero, count: 2 * domain.count)
            domain.double(current, into: &doubled, scratch: &scratch)
            current.erase()
            current = doubled
        }
        scratch.erase()
        // What it held was another wire's values, and assignment would only let go of them.
        output.erase()
        output = current
    }
}
