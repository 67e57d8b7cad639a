import VDAF

/// Polynomials evaluated term by term, as a textbook would.
enum NaivePolynomial {
    /// The value of the polynomial with these coefficients, constant term first.
    static func value<F: NTTField>(_ coefficients: [F], at point: F) -> F {
        var (sum, power) = (F.zero, F.one)
        for coefficient in coefficients {
            sum += coefficient * power
            power = power * point
        }
        return sum
    }

    /// At `point`, the value of the polynomial of least degree through `(nodes[i], values[i])`.
    static func interpolation<F: NTTField>(_ nodes: [F], _ values: [F], at point: F) -> F {
        var sum = F.zero
        for (index, node) in nodes.enumerated() {
            var (numerator, denominator) = (F.one, F.one)
            for (other, otherNode) in nodes.enumerated() where other != index {
                numerator = numerator * (point - otherNode)
                denominator = denominator * (node - otherNode)
            }
            sum += values[index] * (numerator * denominator.inverse)
        }
        return sum
    }

    /// ω^0, ω^1 … for the 2^`log2`-th root ω.
    static func roots<F: NTTField>(log2: Int, of type: F.Type = F.self) -> [F] {
        let root = F.rootOfUnity(log2: log2)
        var powers = [F.one]
        while powers.count < 1 << log2 { powers.append(powers[powers.count - 1] * root) }
        return powers
    }
}
