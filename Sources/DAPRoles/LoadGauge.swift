import Synchronization

/// Counts who waits for something, and knows from how fast it gets done how long those should stay away for whom there
/// is no room.
///
/// The rate is what got done per second in which somebody waited: an idle hour says nothing about it.
package final class LoadGauge: Sendable {
    /// The shortest and the longest pause, in seconds.
    package static let shortestPause: UInt64 = 1
    package static let longestPause: UInt64 = 60
    /// The pause in seconds while nothing is known of the rate.
    package static let firstPause: UInt64 = 2
    /// A pause is longer by up to a fourth, one refusal after the other, so that not all come back at once.
    private static let spread: UInt64 = 4
    /// Busy seconds after which what was measured counts half.
    private static let memory: UInt64 = 10

    private struct State {
        var waiting = 0
        var served = 0
        var busySeconds: UInt64 = 0
        var latest: UInt64?
        var refused: UInt64 = 0

        mutating func pass(to second: UInt64) {
            let start = latest ?? second
            latest = second
            // A clock that was put back starts anew.
            guard waiting > 0, second > start else { return }
            busySeconds += min(second - start, LoadGauge.memory)
            guard busySeconds >= 2 * LoadGauge.memory else { return }
            busySeconds /= 2
            served /= 2
        }
    }

    private let state = Mutex(State())

    /// A gauge that has counted nothing.
    package init() {}

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiting } }

    /// So many more wait.
    ///
    /// - Parameter second: of a clock, whichever; the same one each time.
    package func enter(_ count: Int, at second: UInt64) {
        state.withLock { state in
            state.pass(to: second)
            state.waiting += count
        }
    }

    /// So many wait no longer.
    ///
    /// - Parameter isServed: whether they got what they waited for.
    package func leave(_ count: Int, isServed: Bool, at second: UInt64) {
        state.withLock { state in
            state.pass(to: second)
            state.waiting -= count
            if isServed { state.served += count }
        }
    }

    /// Seconds to stay away: until those who wait are through, as fast as it goes.
    ///
    /// - Parameter waiting: how many wait, when others than this gauge count them.
    package func pause(waiting: Int? = nil, at second: UInt64) -> UInt64 {
        state.withLock { state in
            state.pass(to: second)
            let through = Self.through(max(waiting ?? state.waiting, 0), state)
            let limit = Self.longestPause * Self.spread / (Self.spread + 1)
            let pause = min(max(through, Self.shortestPause), limit)
            state.refused &+= 1
            return pause + state.refused % (max(pause / Self.spread, 1) + 1)
        }
    }

    private static func through(_ waiting: Int, _ state: State) -> UInt64 {
        guard state.served > 0 else {
            // Nothing got done for so long.
            return state.busySeconds < memory ? max(state.busySeconds, firstPause) : longestPause
        }
        let rate = Double(state.served) / Double(max(state.busySeconds, 1))
        return UInt64(min((Double(waiting) / rate).rounded(.up), Double(longestPause)))
    }
}
