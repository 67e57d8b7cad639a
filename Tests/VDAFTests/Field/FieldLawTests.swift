import Testing
import VDAF

/// Both fields against plain integers.
@Suite struct FieldLawTests {
    static let seeds: [UInt64] = [1, 20, 300]

    private func element<F: DraftField>(_ integer: UInt128, _ type: F.Type) throws -> F {
        try #require(F(canonical: integer), "\(F.self) has no \(integer)")
    }

    private func checkPair<F: DraftField>(_ a: UInt128, _ b: UInt128, _ type: F.Type, _ origin: String) throws {
        let residues = F.residues
        let (x, y): (F, F) = (try element(a, F.self), try element(b, F.self))
        let (m, n) = (x.multiplier, y.multiplier)
        let note: Comment = "\(F.self), \(origin): \(a) and \(b)"
        #expect((x + y).integer == residues.sum(a, b), note)
        #expect((x - y).integer == residues.difference(a, b), note)
        #expect((x * y).integer == residues.product(a, b), note)
        #expect((x * n).integer == residues.product(a, b), note)
        #expect(F(m + n).integer == residues.sum(a, b), note)
        #expect(F(m - n).integer == residues.difference(a, b), note)
        #expect(F(m * n).integer == residues.product(a, b), note)
        #expect((-x).integer == residues.difference(0, a), note)
        var changed = x
        changed += y
        changed -= x
        #expect(changed == y, note)
    }

    private func checkBorders<F: DraftField>(_ type: F.Type) throws {
        let borders = F.residues.borders
        for a in borders { for b in borders { try checkPair(a, b, F.self, "borders") } }
    }

    @Test("Sums, differences, products and negatives are those of the integers, at all borders")
    func borders() throws {
        try checkBorders(Field64.self)
        try checkBorders(Field128.self)
    }

    private func checkRandom<F: DraftField>(_ type: F.Type, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let borders = F.residues.borders
        for _ in 0..<300 {
            let (x, y): (F, F) = (random.element(), random.element())
            try checkPair(x.integer, y.integer, F.self, "seed \(seed)")
            let border = borders[Int(random.next() % UInt64(borders.count))]
            try checkPair(x.integer, border, F.self, "seed \(seed)")
            try checkPair(border, y.integer, F.self, "seed \(seed)")
        }
    }

    @Test("Sums, differences, products and negatives are those of the integers, at random", arguments: seeds)
    func random(seed: UInt64) throws {
        try checkRandom(Field64.self, seed: seed)
        try checkRandom(Field128.self, seed: seed)
    }

    private func checkMultipliers<F: DraftField>(_ type: F.Type, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for integer in F.residues.borders + (0..<100).map({ _ in random.element(F.self).integer }) {
            let x: F = try element(integer, F.self)
            let note: Comment = "\(F.self), seed \(seed): \(integer)"
            #expect(x.integer == integer, note)
            #expect(F(x.multiplier) == x, note)
            #expect(x * F.Multiplier.one == x && x * F.Multiplier.zero == .zero, note)
            if integer == 0 {
                #expect(x.inverse == .zero)
            } else {
                #expect(x * x.inverse == .one, note)
                #expect(x.inverse.integer == F.residues.power(integer, F.residues.modulus - 2), note)
            }
        }
        #expect(F(F.Multiplier.one) == .one && F(F.Multiplier.zero) == .zero)
        #expect(F.one.multiplier == .one && F.zero.multiplier == .zero)
        #expect(F.inversionExponent == F.residues.modulus - 2)
    }

    @Test("A multiplier stands for its element, and an inverse undoes it", arguments: seeds)
    func multipliers(seed: UInt64) throws {
        try checkMultipliers(Field64.self, seed: seed)
        try checkMultipliers(Field128.self, seed: seed)
    }

    private func checkPowers<F: DraftField>(_ type: F.Type) throws {
        let seven = F(7)
        for exponent: UInt128 in [0, 1, 2, 3, 255, 1 << 32, F.residues.modulus - 2, F.residues.modulus - 1] {
            #expect(
                F(seven.multiplier.power(variableTime: exponent)).integer == F.residues.power(7, exponent),
                "\(F.self): 7^\(exponent)")
        }
    }

    @Test("Powers are those of the integers")
    func powers() throws {
        try checkPowers(Field64.self)
        try checkPowers(Field128.self)
    }

    private func checkRoots<F: DraftField>(_ type: F.Type) throws {
        #expect(F.subgroupGenerator.integer == F.residues.power(7, F.oddFactor))
        #expect(F.rootOfUnity(log2: F.subgroupOrderLog2) == F.subgroupGenerator)
        #expect(F.rootOfUnity(log2: 0) == .one)
        for log2 in 1...F.subgroupOrderLog2 {
            let root = F.rootOfUnity(log2: log2)
            #expect(root * root == F.rootOfUnity(log2: log2 - 1), "\(F.self), \(log2)")
            // Half the order gives −1, not 1: the order is exactly 2^log2.
            let half = F(root.multiplier.power(variableTime: 1 << UInt128(log2 - 1)))
            #expect(half == -F.one, "\(F.self), \(log2)")
        }
    }

    @Test("Every root of unity has exactly its order")
    func rootsOfUnity() throws {
        try checkRoots(Field64.self)
        try checkRoots(Field128.self)
    }
}
