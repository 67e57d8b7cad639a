public import DAPRoles
import Synchronization

/// A clock that stands still until somebody moves it, or sleeps: a sleep moves it on by its length and returns.
public final class VirtualClock: WallClock, Sendable {
    private struct State {
        var milliseconds: UInt64
        var pauses: [UInt64] = []
        var work: (@Sendable () async throws -> Void)?
    }

    private let state: Mutex<State>

    /// A clock that shows the given POSIX seconds.
    public init(_ now: UInt64 = 1_750_000_000) { state = Mutex(State(milliseconds: now * 1000)) }

    /// Seconds since the POSIX epoch.
    public func now() -> UInt64 { state.withLock { $0.milliseconds / 1000 } }

    /// Moves it on.
    public func advance(seconds: UInt64) { state.withLock { $0.milliseconds += seconds * 1000 } }

    /// The sleeps so far, in milliseconds.
    public var pauses: [UInt64] { state.withLock { $0.pauses } }

    /// What the others do while somebody sleeps.
    public func whileSleeping(_ work: (@Sendable () async throws -> Void)?) { state.withLock { $0.work = work } }

    /// Moves the clock on, lets the others work, and returns.
    public func sleep(milliseconds: UInt64) async throws {
        try Task.checkCancellation()
        let work = state.withLock { state in
            state.milliseconds += milliseconds
            state.pauses.append(milliseconds)
            return state.work
        }
        await Task.yield()
        try await work?()
    }
}

/// A clock on which nobody ever wakes up but by cancellation.
public struct StoppedClock: WallClock {
    /// A clock that stands still.
    public init() {}

    /// Always the same time.
    public func now() -> UInt64 { 1_750_000_000 }

    /// Waits for cancellation.
    public func sleep(milliseconds: UInt64) async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
