import DAPRoles
import Synchronization

/// The true time of a simulation, which nobody in it can read.
final class SimulatedTime: Sendable {
    private let elapsed = Mutex<UInt64>(0)
    /// POSIX seconds.
    let start: UInt64

    init(start: UInt64) { self.start = start }

    /// Milliseconds since the start.
    var milliseconds: UInt64 { elapsed.withLock { $0 } }
    /// POSIX seconds.
    var now: UInt64 { start + milliseconds / 1000 }

    func advance(milliseconds: UInt64) { elapsed.withLock { $0 += milliseconds } }
}

/// A party's clock: it may be wrong, and run fast or slow.
final class SimulationClock: WallClock {
    private struct Error {
        var ahead: Int64 = 0
        var gain: Int64 = 0
        var since: UInt64 = 0
    }

    private let time: SimulatedTime
    private let error = Mutex(Error())
    private let onSleep: @Sendable () async throws -> Void

    /// - Parameter onSleep: what the others do meanwhile.
    init(_ time: SimulatedTime, onSleep: @escaping @Sendable () async throws -> Void = {}) {
        self.time = time
        self.onSleep = onSleep
    }

    /// - Parameters:
    ///   - ahead: milliseconds before the true time.
    ///   - gain: milliseconds gained in a thousand seconds.
    func set(ahead: Int64, gain: Int64) {
        error.withLock { $0 = Error(ahead: ahead, gain: gain, since: time.milliseconds) }
    }

    func now() -> UInt64 {
        let elapsed = time.milliseconds
        let drift = error.withLock { $0.ahead + $0.gain * Int64(elapsed - $0.since) / 1_000_000 }
        return UInt64(Int64(time.start * 1000 + elapsed) + drift) / 1000
    }

    func sleep(milliseconds: UInt64) async throws {
        try Task.checkCancellation()
        time.advance(milliseconds: milliseconds)
        try await onSleep()
    }
}
