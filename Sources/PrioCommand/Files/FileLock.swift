public import DAPRoles
import Foundation

/// A lock that one process at a time holds: a file that stays, locked with flock(2), which ends with the process.
public struct FileLock: ~Copyable {
    /// Between two attempts, in milliseconds.
    static let pause: UInt64 = 200

    private let file: Descriptor

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - path: of the lock file, created if it is missing.
    ///   - patience: seconds to wait for another holder; 0 to try once.
    /// - Returns: nil if another process keeps it.
    public static func take(_ path: String, patience: UInt64, clock: some WallClock) async throws -> FileLock? {
        let lock = try FileLock(path)
        let deadline = clock.now() + patience
        while !(try lock.isTaken(path)) {
            guard clock.now() < deadline else { return nil }
            try await clock.sleep(milliseconds: pause)
        }
        return lock
    }

    private init(_ path: String) throws(FileError) {
        file = try Descriptor(
            opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: SecretFile.mode, purpose: .output, to: "create it")
    }

    private func isTaken(_ path: String) throws(FileError) -> Bool {
        if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK || errno == EINTR else {
            throw FileError(errnoAt: path, "lock it", purpose: .output)
        }
        return false
    }
}
