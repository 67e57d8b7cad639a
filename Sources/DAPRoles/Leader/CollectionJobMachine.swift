package import DAPMessages
import VDAF

/// One collection job on the leader's side (DAP §4.6.1, §4.6.3): events in, effects out, no clock, no I/O.
///
/// ```
/// open ── enough reports ──▶ closed ── nothing pending ──▶ asking the helper ──▶ finish
///   └── too few, nothing pending ──▶ fail          └── too few valid ──▶ fail      └── refused ──▶ fail
/// ```
/// The batch is closed to uploads and new reports before the helper is asked, and opened again when the
/// job fails, so no failure makes it uncollectable. A job is answered, even in the negative, only when every
/// report that was acknowledged for its interval has been aggregated or rejected. Whatever happens in between ends in
/// `release`: the next lease begins with the progress again.
package struct CollectionJobMachine {
    package enum Event: Sendable {
        /// How far the batch's reports have come.
        case progress(BatchProgress)
        /// What became of closing.
        case closing(BatchClosing)
        /// The drained batch.
        case buckets([BatchBucket])
        /// The helper answered, or did not.
        case answered(PeerAnswer)
        /// The batch was read for the answer and is not what the helper was asked for, or the lease was lost.
        case changed
    }

    package enum Effect: Sendable {
        /// Look up the progress; then `progress`.
        case lookUpProgress
        /// Close the batch; then `closing`.
        case close
        /// Read the buckets; then `buckets`.
        case readBuckets
        /// Ask the helper; then `answered`.
        case askHelper(body: [UInt8])
        /// Store the answer and mark the batch collected; `changed` when that was not possible. Else the end.
        case finish(request: CollectionJobReq, helperShare: HpkeCiphertext, count: UInt64, checksum: BatchChecksum)
        /// Fail the job. The end.
        case fail(StoredProblem)
        /// Try again later. The end.
        case release(reason: String, pause: UInt64)
    }

    /// Seconds until a job that waits for something on this side is looked at again.
    package static let waitingPause: UInt64 = 1
    /// The longest pause between two requests to the helper that it does not ask for itself. A job is leased many times
    /// while it waits for its reports, so the number of leases says little of how often the helper failed.
    package static let longestPause: UInt64 = 8

    private let task: AggregatorTask
    private let work: CollectionJobWork
    private let minimum: UInt64
    private var isClosed: Bool
    private var asked: (request: CollectionJobReq, count: UInt64, checksum: BatchChecksum)?

    package init(task: AggregatorTask, work: CollectionJobWork) {
        self.task = task
        self.work = work
        minimum = task.configuration.minBatchSize
        isClosed = work.isClosed
    }

    package func start() -> [Effect] { [.lookUpProgress] }

    package mutating func receive(_ event: Event) -> [Effect] {
        switch event {
        case .progress(let progress): progressed(progress)
        case .closing(.closed): closed()
        case .closing(.closedByAnother):
            [.release(reason: "another collection job is at work on this batch", pause: Self.waitingPause)]
        case .closing(.collectedByAnother): fail(.batchOverlap, "a part of the batch has been collected")
        case .closing(.leaseLost): []
        case .buckets(let buckets): ask(buckets)
        case .answered(.response(let body)): finish(body)
        case .answered(.refused(let problem, _)): [.fail(problem)]
        case .answered(.unavailable(let reason, let retryAfter)): [release(reason, retryAfter: retryAfter)]
        case .changed: [.release(reason: "the batch changed while the helper was asked", pause: Self.waitingPause)]
        }
    }

    private func progressed(_ progress: BatchProgress) -> [Effect] {
        if progress.aggregated + progress.pending >= minimum && !isClosed { return [.close] }
        if progress.pending > 0 {
            return [.release(reason: "\(progress.pending) reports are still pending", pause: Self.waitingPause)]
        }
        if progress.aggregated >= minimum { return [.readBuckets] }
        return fail(.invalidBatchSize, "the batch has fewer valid reports than the minimum of \(minimum)")
    }

    private mutating func closed() -> [Effect] {
        isClosed = true
        // Reports may have come since the last look.
        return [.lookUpProgress]
    }

    private mutating func ask(_ buckets: [BatchBucket]) -> [Effect] {
        do {
            let totals = try BatchTotals(buckets, vdaf: task.vdaf)
            let request = try CollectionJobReq(decoding: work.request)
            asked = (request, totals.reportCount, totals.checksum)
            let body = try AggregateShareReq(
                collectionJobReq: request,
                batchSelector: .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: work.interval)),
                reportCount: totals.reportCount, checksum: totals.checksum
            ).encoded()
            return [.askHelper(body: body)]
        } catch {
            return [.release(reason: "the stored batch cannot be read", pause: Backoff.longest)]
        }
    }

    private func finish(_ body: [UInt8]) -> [Effect] {
        guard let asked, let share = try? AggregateShare(decoding: body) else {
            return [release("the helper's aggregate share does not decode")]
        }
        return [
            .finish(
                request: asked.request, helperShare: share.encryptedAggregateShare, count: asked.count,
                checksum: asked.checksum)
        ]
    }

    private func release(_ reason: String, retryAfter: UInt64? = nil) -> Effect {
        let pause = Backoff.pause(attempt: work.lease.attempt, retryAfter: retryAfter, limit: Self.longestPause)
        return .release(reason: reason, pause: pause)
    }

    private func fail(_ type: ProblemType, _ detail: String) -> [Effect] {
        [.fail(StoredProblem(type: type.urn, detail: detail))]
    }
}
