import Testing
import VDAF

/// Transforms and Lagrange weights against polynomials evaluated term by term.
@Suite struct RootsOfUnityTests {
    static let sizes = Array(0...6)

    private func checkTransforms<F: DraftField>(_ log2: Int, _ type: F.Type) {
        var random = SplitMix64(seed: UInt64(log2))
        let domain = RootsOfUnity<F>(log2: log2)
        let nodes: [F] = NaivePolynomial.roots(log2: log2)
        #expect(domain.count == nodes.count && domain.powers.map { F($0) } == nodes)

        let coefficients: [F] = random.elements(domain.count)
        let expected = nodes.map { NaivePolynomial.value(coefficients, at: $0) }
        var values = coefficients
        values.withUnsafeMutableBufferPointer { domain.transform($0) }
        #expect(values == expected, "\(F.self), n = \(domain.count)")
        values.withUnsafeMutableBufferPointer { domain.inverseTransform($0) }
        #expect(values == coefficients, "\(F.self), n = \(domain.count)")

        var doubled = [F](repeating: .zero, count: 2 * domain.count)
        // Longer than needed and not zero: what scratch holds must not matter.
        var scratch: [F] = random.elements(domain.count + 3)
        domain.double(expected, into: &doubled, scratch: &scratch)
        let doubledNodes: [F] = NaivePolynomial.roots(log2: log2 + 1)
        #expect(
            doubled == doubledNodes.map { NaivePolynomial.value(coefficients, at: $0) },
            "\(F.self), n = \(domain.count)")
    }

    @Test("Transform, inverse and doubling agree with term-by-term evaluation", arguments: sizes)
    func transforms(log2: Int) {
        checkTransforms(log2, Field64.self)
        checkTransforms(log2, Field128.self)
    }

    private func weights<F: NTTField>(_ domain: RootsOfUnity<F>, at point: F) -> (weights: [F], power: F) {
        var weights = [F.Multiplier](repeating: .zero, count: domain.count)
        let power = weights.withUnsafeMutableBufferPointer { domain.lagrangeBasis(at: point.multiplier, into: $0) }
        return (weights.map { F($0) }, F(power))
    }

    private func checkLagrange<F: DraftField>(_ log2: Int, _ type: F.Type) {
        var random = SplitMix64(seed: 100 + UInt64(log2))
        let domain = RootsOfUnity<F>(log2: log2)
        let nodes: [F] = NaivePolynomial.roots(log2: log2)
        let values: [F] = random.elements(domain.count)
        // The last is no root of this domain, but of the next.
        for point in [F.zero, F(2), random.element(), random.element(), F.rootOfUnity(log2: log2 + 1)] {
            let (weights, power) = weights(domain, at: point)
            let note: Comment = "\(F.self), n = \(domain.count), at \(point.integer)"
            #expect(
                zip(values, weights).reduce(F.zero) { $0 + $1.0 * $1.1 }
                    == NaivePolynomial.interpolation(nodes, values, at: point), note)
            #expect(weights.reduce(.zero, +) == .one, note)
            #expect(power.integer == F.residues.power(point.integer, UInt128(domain.count)), note)
            #expect(power != .one, note)
        }
        for (index, root) in nodes.enumerated() {
            let (weights, power) = weights(domain, at: root)
            #expect(power == .one, "\(F.self), n = \(domain.count), root \(index)")
            // At a root, the basis picks that root's value.
            #expect(weights.indices.allSatisfy { weights[$0] == ($0 == index ? F.one : F.zero) })
        }
    }

    @Test("Lagrange weights interpolate, and t^n is 1 exactly at the roots", arguments: sizes)
    func lagrange(log2: Int) {
        checkLagrange(log2, Field64.self)
        checkLagrange(log2, Field128.self)
    }
}
