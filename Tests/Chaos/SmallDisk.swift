import Foundation
import PrioCommand
import Synchronization

/// The disk that an aggregator's database is on, small enough to be filled: a file system of its own where that is
/// allowed, otherwise a limit on how far the aggregator's files may grow.
final class SmallDisk: Sendable {
    /// How it is made small.
    enum Way: Sendable {
        /// A tmpfs of so many MiB.
        case fileSystem(mebibytes: Int)
        /// RLIMIT_FSIZE of the aggregator's process: writes beyond it fail, while the disk is said to be full.
        case sizeLimit
    }

    /// Bytes beyond which a file cannot grow while the disk counts as full.
    private static let fullSize = 32 << 10
    /// Bytes written at once: large ones first, the rest of the space by the page.
    private static let blocks = [1 << 20, 4 << 10]

    let way: Way
    private let directory: String
    /// Seconds for which a process may still suffer from what was full.
    private static let aftermath = 5.0
    private struct State {
        var isFull = false
        var freedAt: ContinuousClock.Instant?
    }
    private let state = Mutex(State())

    /// Whether it is full, or was a moment ago.
    var isTight: Bool {
        state.withLock { state in
            state.isFull || state.freedAt.map { ContinuousClock.now - $0 < .seconds(Self.aftermath) } ?? false
        }
    }

    /// - Parameter directory: an existing empty directory.
    init(at directory: String, mebibytes: Int) {
        self.directory = directory
        let isMounted = Self.run("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=700", "tmpfs", directory])
        way = isMounted ? .fileSystem(mebibytes: mebibytes) : .sizeLimit
    }

    /// Fills it, for a process if it is the process that is limited.
    func fill(for process: pid_t?) {
        state.withLock { $0.isFull = true }
        switch way {
        case .sizeLimit: apply(to: process)
        case .fileSystem:
            let file = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, SecretFile.mode)
            guard file >= 0 else { return }
            defer { close(file) }
            for block in Self.blocks {
                let bytes = [UInt8](repeating: 0, count: block)
                while write(file, bytes, block) == block {}
            }
        }
    }

    /// Limits a process that was started while the disk is full.
    func apply(to process: pid_t?) {
        guard case .sizeLimit = way, let process else { return }
        Self.limit(process, to: state.withLock(\.isFull) ? "\(Self.fullSize)" : "unlimited")
    }

    /// Takes the ballast away.
    func free(for process: pid_t?) {
        unlink(ballast)
        state.withLock { $0 = State(isFull: false, freedAt: .now) }
        apply(to: process)
    }

    /// Takes the file system away, after a copy of the database if it is to be kept.
    func remove(keeping copy: String?) {
        guard case .fileSystem = way else { return }
        unlink(ballast)
        if let copy { try? FileManager.default.copyItem(atPath: directory, toPath: copy) }
        _ = Self.run("umount", ["-l", directory])
    }

    private var ballast: String { directory + "/ballast" }

    /// The hard limit stays, so that the soft one can be lifted again.
    private static func limit(_ process: pid_t, to size: String) {
        _ = run("prlimit", ["--pid", "\(process)", "--fsize=\(size):"])
    }

    private static func run(_ program: String, _ arguments: [String]) -> Bool {
        let end = DispatchSemaphore(value: 0)
        let status = Mutex<ChildProcess.Exit?>(nil)
        let child = try? ChildProcess("/usr/bin/env", [program] + arguments, log: "/dev/null") { exit in
            status.withLock { $0 = exit }
            end.signal()
        }
        guard child != nil else { return false }
        end.wait()
        return status.withLock { $0 } == 0
    }
}
