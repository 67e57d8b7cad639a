public import DAPRoles
import Foundation

/// The machine's clock.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// Seconds since the POSIX epoch.
    public func now() -> UInt64 { UInt64(max(time(nil), 0)) }

    /// Waits; throws `CancellationError` when the task is cancelled.
    public func sleep(milliseconds: UInt64) async throws {
        try await Task.sleep(for: .milliseconds(Int64(clamping: milliseconds)))
    }
}

extension RandomSource {
    /// The operating system's source of random words (getrandom(2)), fit for keys.
    public static let system = RandomSource {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
