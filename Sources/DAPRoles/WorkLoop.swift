import Logging

/// What came of looking for work once.
enum Turn {
    /// There was none.
    case idle
    /// There was some, and perhaps is more.
    case worked
    /// A job or a task failed and waits by itself; the others go on at once.
    case failed(any Error)

    init(_ worked: Bool) { self = worked ? .worked : .idle }

    /// Whether there was something to do.
    ///
    /// - Throws: what a job or a task failed with.
    func hasWorked() throws -> Bool {
        switch self {
        case .idle: false
        case .worked: true
        case .failed(let error): throw error
        }
    }
}

/// Repeats a step for as long as the surrounding task lives: at once while there is work, after a pause when there is
/// none, after longer ones while it fails.
struct WorkLoop: Sendable {
    /// Failures in a row after which the pause no longer doubles.
    private static let countedFailures: UInt64 = 5
    /// Seconds that a job waits at most after a failure on this side, when it is often looked at anyway.
    static let longestFailurePause: UInt64 = 8

    let clock: any WallClock
    /// Pause between looks for work when there was none, in milliseconds.
    let idlePause: UInt64
    let logger: Logger

    /// - Parameter step: throws when no work can be done at all.
    func run(_ name: String, _ step: () async throws -> Turn) async {
        var failures: UInt64 = 0
        while !Task.isCancelled {
            do {
                let turn = try await step()
                failures = 0
                switch turn {
                case .idle: break
                case .worked: continue
                case .failed(let error):
                    logger.error("\(name) failed", metadata: ["error": "\(error)"])
                    continue
                }
            } catch {
                if Task.isCancelled { return }
                failures = min(failures + 1, Self.countedFailures)
                logger.error("\(name) failed", metadata: ["error": "\(error)"])
            }
            do { try await clock.sleep(milliseconds: idlePause << failures) } catch { return }
        }
    }

    /// Ends a lease after an error: at once when the driver is being stopped, else the job waits a little. When not even
    /// that succeeds, the lease ends by itself.
    ///
    /// - Parameter longest: seconds that the job waits at most.
    /// - Returns: the failure of this one job.
    /// - Throws: the error, when the driver is being stopped or the store does not even take the lease back.
    func giveBack(
        _ lease: JobLease, after error: any Error, longest: UInt64 = longestFailurePause,
        release: @escaping @Sendable (_ lease: JobLease, _ dueAt: UInt64) async throws -> Void
    ) async throws -> Turn {
        let isStopping = Task.isCancelled || error is CancellationError
        let pause = Backoff.pause(attempt: lease.attempt, retryAfter: nil, limit: longest)
        let dueAt = clock.now() + (isStopping ? 0 : pause)
        do {
            try await shielded { try await release(lease, dueAt) }
        } catch {
            logger.error("a lease could not be given back", metadata: ["error": "\(error)"])
            throw error
        }
        if isStopping { throw error }
        return .failed(error)
    }
}
