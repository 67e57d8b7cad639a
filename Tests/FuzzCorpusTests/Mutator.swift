/// Changes inputs at random, the same way for the same seed.
struct Mutator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// One of the inputs with up to four changes.
    mutating func mutate(_ inputs: [[UInt8]]) -> [UInt8] {
        var bytes = inputs.randomElement(using: &self) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &self)
            switch UInt8.random(in: 0..<5, using: &self) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[position] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &self) ?? 0
            case 2: bytes.remove(at: position)
            case 3: bytes.insert(.random(in: .min ... .max, using: &self), at: position)
            default:
                let other = inputs.randomElement(using: &self) ?? []
                bytes = Array(bytes.prefix(position) + other.dropFirst(position))
            }
        }
        return bytes
    }
}
