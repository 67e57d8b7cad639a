import Synchronization

/// Chances that follow from a seed (SplitMix64). Each party has dice of its own, so that its draws do not depend on how
/// often others drew; when it draws still depends on the machine, so a seed repeats the kind of a run, not its moments.
final class Dice: Sendable {
    private let state: Mutex<UInt64>

    /// - Parameter party: whose draws they are.
    init(seed: UInt64, party: String) {
        // FNV-1a.
        let hash = party.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        state = Mutex(seed ^ hash)
    }

    /// True with the given probability.
    func chance(_ probability: Double) -> Bool { fraction() < probability }

    /// A whole number of the range, all alike.
    func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(word() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// Milliseconds up to a limit, short ones more often: half of them are below a quarter of it.
    func milliseconds(upTo limit: Int) -> UInt64 {
        let fraction = fraction()
        return UInt64(fraction * fraction * Double(limit))
    }

    /// One of the elements, all alike.
    func element<Element>(of elements: [Element]) -> Element { elements[whole(0...elements.count - 1)] }

    /// 0 to 1, without 1.
    private func fraction() -> Double { Double(word() >> 11) * 0x1p-53 }

    private func word() -> UInt64 {
        state.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }
}
