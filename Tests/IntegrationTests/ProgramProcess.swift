import Foundation
import Synchronization

/// A program started as a process of its own, in a process group of its own. It reads and writes files: a pipe would have
/// to be drained, and programs that other tests start at the same time could hold it open.
///
/// Foundation's `Process` is not used: on Linux its `run` reads beyond a directory entry's memory.
final class ProgramProcess: Sendable {
    /// A program that could not be started.
    struct StartFailure: Error {
        let program: String
        let reason: String
    }

    private struct State {
        var exit: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    let processID: pid_t
    private let state = Mutex(State())

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: added to that of this process.
    ///   - input: its stdin; nothing when it is nil, as with the next two.
    init(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], input: FileHandle? = nil,
        output: FileHandle? = nil, errors: FileHandle? = nil
    ) throws {
        let nothing = try FileHandle(forUpdating: URL(fileURLWithPath: "/dev/null"))
        let files = [input, output, errors].map { $0 ?? nothing }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        var pid: pid_t = 0
        // A handle that nobody uses any more is closed.
        let status = withExtendedLifetime(files) {
            Self.spawn(
                &pid, [program.path] + arguments, environment: variables.map { "\($0.key)=\($0.value)" },
                files: files.map(\.fileDescriptor))
        }
        guard status == 0 else {
            throw StartFailure(program: program.path, reason: String(cString: strerror(status)))
        }
        processID = pid
        // A thread of its own, so that no other test starves.
        Thread.detachNewThread { [self] in reap() }
    }

    var isRunning: Bool { state.withLock { $0.exit == nil } }

    /// Sends a signal, unless the process has ended.
    func send(_ signal: Int32) {
        // Under the lock the process is not reaped, so its ID is not somebody else's.
        state.withLock { state in
            if state.exit == nil { _ = kill(processID, signal) }
        }
    }

    /// Waits until the process has ended.
    ///
    /// - Returns: its exit code, or 128 and the signal that ended it.
    func end() async -> Int32 {
        await withCheckedContinuation { continuation in
            let exit = state.withLock { state in
                if state.exit == nil { state.waiting.append(continuation) }
                return state.exit
            }
            if let exit { continuation.resume(returning: exit) }
        }
    }

    private func reap() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (exit, waiting) = state.withLock { state in
            var status: Int32 = 0
            waitpid(processID, &status, 0)
            let signal = status & 0x7f
            let exit = signal == 0 ? (status >> 8) & 0xff : 128 + signal
            state.exit = exit
            return (exit, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: exit) }
    }

    /// - Parameter files: what becomes stdin, stdout and stderr, none of them below 3.
    private static func spawn(
        _ pid: inout pid_t, _ words: [String], environment: [String], files: [Int32]
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (place, file) in files.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, file, Int32(place))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever this process blocks or ignores, the program starts as a shell would start it.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        return posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &variables)
    }
}

extension FileHandle {
    /// A file without a name, for what a program reads or writes: unlike a pipe it is never full.
    static func unnamedFile(with text: String = "") throws -> FileHandle {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("prio-test-\(UUID().uuidString)").path
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
        unlink(path)
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.seek(toOffset: 0)
        return handle
    }

    /// A file that is written anew.
    static func file(at url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// Everything that is in the file.
    func text() throws -> String {
        try seek(toOffset: 0)
        return String(decoding: try readToEnd() ?? Data(), as: UTF8.self)
    }
}
