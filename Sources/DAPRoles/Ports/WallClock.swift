/// The time of day. Roles read no clock of their own; they are given one.
public protocol WallClock: Sendable {
    /// Seconds since the POSIX epoch.
    func now() -> UInt64
    /// Waits; returns early, or throws, only when the surrounding task is cancelled.
    func sleep(milliseconds: UInt64) async throws
}
