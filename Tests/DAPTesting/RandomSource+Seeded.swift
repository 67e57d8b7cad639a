public import DAPRoles
import Synchronization

extension RandomSource {
    /// A source that gives the same words for the same seed: SplitMix64. Fit for tests only.
    public static func seeded(_ seed: UInt64) -> RandomSource {
        let counter = SeededCounter(seed)
        return RandomSource { counter.next() }
    }
}

private final class SeededCounter: Sendable {
    private let state: Mutex<UInt64>

    init(_ seed: UInt64) { state = Mutex(seed) }

    func next() -> UInt64 {
        var mixed = state.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            return state
        }
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
