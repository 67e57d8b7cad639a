import VDAF

/// SplitMix64: a generator whose whole state is one number, so that a failing test's seed repeats it.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    /// A uniform element.
    mutating func element<F: NTTField>(_ type: F.Type = F.self) -> F {
        while true {
            let integer = UInt128(next()) << 64 | UInt128(next())
            if let element = F(canonical: F.encodedSize == 8 ? integer >> 64 : integer) { return element }
        }
    }

    /// Uniform elements.
    mutating func elements<F: NTTField>(_ count: Int, of type: F.Type = F.self) -> [F] {
        (0..<count).map { _ in element() }
    }
}
