import Logging

/// Repeats a step for as long as the surrounding task lives: at once while there is work, after a pause when there is
/// none, after longer ones while it fails.
struct WorkLoop: Sendable {
    /// Failures in a row after which the pause no longer doubles.
    private static let countedFailures: UInt64 = 5
    /// Seconds that a job waits at most after the store failed.
    private static let longestFailurePause: UInt64 = 8

    let clock: any WallClock
    /// Pause between looks for work when there was none, in milliseconds.
    let idlePause: UInt64
    let logger: Logger

    /// - Parameter step: returns whether there was something to do.
    func run(_ name: String, _ step: () async throws -> Bool) async {
        var failures: UInt64 = 0
        while !Task.isCancelled {
            var worked = false
            do {
                worked = try await step()
                failures = 0
            } catch {
                if Task.isCancelled { return }
                failures = min(failures + 1, Self.countedFailures)
                logger.error("\(name) failed", metadata: ["error": "\(error)"])
            }
            guard !worked else { continue }
            do { try await clock.sleep(milliseconds: idlePause << failures) } catch { return }
        }
    }

    /// Ends a lease after an error: at once when the driver is being stopped, else the job waits a little. When not even
    /// that succeeds, the lease ends by itself.
    func giveBack(
        _ lease: JobLease, after error: any Error,
        release: @escaping @Sendable (_ lease: JobLease, _ dueAt: UInt64) async throws -> Void
    ) async {
        let isStopping = Task.isCancelled || error is CancellationError
        let pause = Backoff.pause(attempt: lease.attempt, retryAfter: nil, limit: Self.longestFailurePause)
        let dueAt = clock.now() + (isStopping ? 0 : pause)
        do {
            try await shielded { try await release(lease, dueAt) }
        } catch {
            logger.error("a lease could not be given back", metadata: ["error": "\(error)"])
        }
    }
}
