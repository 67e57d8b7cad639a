import DAPMessages
import Synchronization

/// Leaves tasks alone for a while that fail, so that the others go on.
final class TaskBackoff: Sendable {
    /// Seconds that a task is left alone at most: nobody else may have mended its store meanwhile.
    private static let longestPause: UInt64 = 8

    private struct Failing {
        var failures: Int
        var until: UInt64
    }

    private let failing = Mutex<[TaskID: Failing]>([:])

    /// Whether it is not yet time to try the task again.
    func isLeftAlone(_ task: TaskID, now: UInt64) -> Bool {
        failing.withLock { failing in failing[task].map { now < $0.until } ?? false }
    }

    func succeeded(_ task: TaskID) {
        failing.withLock { failing in failing[task] = nil }
    }

    func failed(_ task: TaskID, now: UInt64) {
        failing.withLock { failing in
            let failures = (failing[task]?.failures ?? 0) + 1
            let pause = Backoff.pause(attempt: failures, retryAfter: nil, limit: Self.longestPause)
            failing[task] = Failing(failures: failures, until: now + pause)
        }
    }
}
