package import Foundation
import Synchronization

/// A program started as a process of its own, in a process group of its own, so that Ctrl-C reaches only us. Its stdin
/// is a pipe that stays open as long as this process lives, however it ends.
package final class ChildProcess: Sendable {
    /// How a process ended: its exit code, or 128 and the signal that ended it, as shells say it.
    package typealias Exit = Int32

    private struct State {
        /// The end of the pipe that is held open.
        let stdin: Int32
        var exit: Exit?
    }

    /// The process's ID.
    package let processID: pid_t
    private let state: Mutex<State>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - log: a file that its stdout and stderr are added to.
    ///   - onExit: called once, from a thread of its own.
    /// - Throws: `CommandFailure`, `FileError`.
    package init(
        _ program: String, _ arguments: [String], log path: String, onExit: @escaping @Sendable (Exit) -> Void
    ) throws {
        let log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, SecretFile.mode)
        guard log >= 0 else {
            throw FileError(path, "cannot open it: \(String(cString: strerror(errno)))", purpose: .output)
        }
        defer { close(log) }
        var pipe: [Int32] = [-1, -1]
        guard Foundation.pipe(&pipe) == 0 else { throw CommandFailure(.other, "cannot make a pipe") }
        defer { close(pipe[0]) }
        // The other child must not hold it open.
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var pid: pid_t = 0
        let status = Self.spawn(&pid, program, arguments, stdin: pipe[0], output: log)
        guard status == 0 else {
            close(pipe[1])
            throw CommandFailure(.other, "cannot start \(program): \(String(cString: strerror(status)))")
        }
        processID = pid
        state = Mutex(State(stdin: pipe[1]))
        Thread.detachNewThread { [self] in onExit(wait(for: processID)) }
    }

    /// Sends a signal, unless the process has ended.
    package func send(_ signal: Int32) {
        // Under the lock the process is not reaped, so its ID is not somebody else's.
        state.withLock { state in
            if state.exit == nil { kill(processID, signal) }
        }
    }

    private func wait(for pid: pid_t) -> Exit {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return state.withLock { state in
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            close(state.stdin)
            let signal = status & 0x7f
            let exit = signal == 0 ? (status >> 8) & 0xff : 128 + signal
            state.exit = exit
            return exit
        }
    }

    private static func spawn(
        _ pid: inout pid_t, _ program: String, _ arguments: [String], stdin: Int32, output: Int32
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Waiting for signals here blocks or ignores them; the child starts as a shell would start it.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        return posix_spawn(&pid, program, &actions, &attributes, &words, environ)
    }
}
