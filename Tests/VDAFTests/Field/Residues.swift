import VDAF

/// The integers modulo a field's modulus in plain double-width arithmetic: slow, and nothing like the fields' own.
struct Residues: Sendable {
    let modulus: UInt128

    func sum(_ a: UInt128, _ b: UInt128) -> UInt128 { a >= modulus - b ? a - (modulus - b) : a + b }
    func difference(_ a: UInt128, _ b: UInt128) -> UInt128 { a >= b ? a - b : modulus - (b - a) }
    func product(_ a: UInt128, _ b: UInt128) -> UInt128 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return modulus.dividingFullWidth((high, low)).remainder
    }
    func power(_ base: UInt128, _ exponent: UInt128) -> UInt128 {
        var (result, square, rest): (UInt128, UInt128, UInt128) = (1, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, square) }
            square = product(square, square)
            rest >>= 1
        }
        return result
    }

    /// Integers next to powers of two, to the middle and to the ends, as far as they are below the modulus.
    var borders: [UInt128] {
        var centres: [UInt128] = [0, 1, modulus / 2, modulus - 1, modulus - (1 << 32)]
        for exponent: UInt128 in [16, 31, 32, 33, 63, 64, 65, 96, 127] { centres.append(1 << exponent) }
        if modulus >> 64 > 0 { centres.append((modulus >> 64) << 64) }
        let around = centres.flatMap { [$0 &- 2, $0 &- 1, $0, $0 &+ 1] }
        return Set(around.filter { $0 < modulus }).sorted()
    }
}

/// A field together with its modulus as the draft writes it, `2^k · odd + 1` (VDAF §6.1.4).
protocol DraftField: NTTField {
    static var residues: Residues { get }
    /// The odd factor: the generator is 7 to this power.
    static var oddFactor: UInt128 { get }
}

extension Field64: DraftField {
    static var oddFactor: UInt128 { 4_294_967_295 }
    static var residues: Residues { Residues(modulus: (1 << 32) * oddFactor + 1) }
}

extension Field128: DraftField {
    static var oddFactor: UInt128 { 4_611_686_018_427_387_897 }
    static var residues: Residues { Residues(modulus: (1 << 66) * oddFactor + 1) }
}
