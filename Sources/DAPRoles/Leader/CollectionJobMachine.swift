package import DAPMessages
import VDAF

/// One collection job on the leader's side (DAP §4.6.1, §4.6.4): events in, effects out, no clock, no I/O.
///
/// ```
/// time-interval    open ── enough reports ──▶ closed ──▶ …    open ── too few, nothing pending ──▶ fail
/// leader-selected  open ── a batch is ready ─▶ closed ──▶ …
///
/// closed ── nothing pending, enough valid reports ──▶ asking the helper ──▶ finish
///   └── too few valid: fail, or let the batch go and wait for another       └── refused ──▶ fail
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
        case answered(PeerReply)
        /// The batch was read for the answer and is not what the helper was asked for, or the lease was lost.
        case changed
    }

    package enum Effect: Sendable {
        /// Look up the progress; then `progress`.
        case lookUpProgress(BatchSelector)
        /// Close a batch; then `closing`.
        case close
        /// Read the buckets, and set aside what their release costs; then `buckets`, or `changed` when it could not be
        /// read. The end when the account does not cover it.
        case readBuckets(BatchSelector)
        /// Ask the helper; then `answered`.
        case askHelper(body: [UInt8])
        /// Ask for the answer to an earlier request; then `answered`.
        case poll(url: String)
        /// Let the leader-selected batch go, then try again later. The end.
        case reopen(reason: String, pause: UInt64)
        /// Store the answer and mark the batch collected; `changed` when that was not possible. Else the end.
        case finish(request: CollectionJobReq, helperShare: HpkeCiphertext, count: UInt64, checksum: BatchChecksum)
        /// Fail the job. The end.
        case fail(StoredProblem)
        /// Try again later; `location` says where the helper is working on its share. The end.
        case release(reason: String, pause: UInt64, location: String?)
    }

    /// Seconds until a job that waits for something on this side is looked at again.
    package static let waitingPause: UInt64 = 1
    /// The longest pause between two requests to the helper that it does not ask for itself. A job is leased many times
    /// while it waits for its reports, so the number of leases says little of how often the helper failed.
    package static let longestPause: UInt64 = 8

    private let task: AggregatorTask
    private let work: CollectionJobWork
    private let minimum: UInt64
    private let blockedThrough: UInt64?
    /// The batch, once it is closed.
    private var batch: BatchSelector?
    /// Where the helper is working on its share.
    private var location: String?
    private var asked: AggregateShareReq?

    /// - Parameter blockedThrough: POSIX seconds up to which batches may have been released, if there are such.
    package init(task: AggregatorTask, work: CollectionJobWork, blockedThrough: UInt64? = nil) {
        self.task = task
        self.blockedThrough = blockedThrough
        self.work = work
        minimum = task.configuration.minBatchSize
        batch = work.batch
        location = work.location
    }

    package func start() -> [Effect] {
        if let batch { return [.lookUpProgress(batch)] }
        guard case .timeInterval(let query) = work.query else { return [.close] }
        return [
            .lookUpProgress(.timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: query.batchInterval)))
        ]
    }

    package mutating func receive(_ event: Event) -> [Effect] {
        switch event {
        case .progress(let progress): progressed(progress)
        case .closing(.closed(let batch)): closed(batch)
        case .closing(.noBatch): wait("no batch is ready")
        case .closing(.closedByAnother): wait("another collection job is at work on this batch")
        case .closing(.collectedByAnother): fail(.batchOverlap, "a part of the batch has been collected")
        case .closing(.expired): fail(.batchInvalid, "a part of the batch is older than what is kept")
        case .closing(.leaseLost): []
        case .buckets(let buckets): ask(buckets)
        case .answered(let reply): answered(reply)
        case .changed: changed()
        }
    }

    private func progressed(_ progress: BatchProgress) -> [Effect] {
        guard let batch else {
            if progress.aggregated + progress.pending >= minimum { return [.close] }
            if progress.pending > 0 { return wait("\(progress.pending) reports are still pending") }
            return tooFew()
        }
        if progress.pending > 0 { return wait("\(progress.pending) reports are still pending") }
        return progress.aggregated >= minimum ? [.readBuckets(batch)] : tooFew()
    }

    private func tooFew() -> [Effect] {
        let reason = "the batch has fewer valid reports than the minimum of \(minimum)"
        // There may be another batch, or more reports for this one.
        guard task.batchMode == .timeInterval else { return [.reopen(reason: reason, pause: Self.waitingPause)] }
        return fail(.invalidBatchSize, reason)
    }

    private mutating func closed(_ batch: BatchSelector) -> [Effect] {
        self.batch = batch
        // Reports may have come since the last look.
        return [.lookUpProgress(batch)]
    }

    private mutating func ask(_ buckets: [BatchBucket]) -> [Effect] {
        do {
            guard let batch else { return wait("the batch is not closed") }
            try CollectionRequestRule.check(buckets, task: task, blockedThrough: blockedThrough)
            let totals = try BatchTotals(buckets, vdaf: task.vdaf)
            let request = try AggregateShareReq(
                collectionJobReq: CollectionJobReq(decoding: work.request), batchSelector: batch,
                reportCount: totals.reportCount, checksum: totals.checksum)
            asked = request
            if let location { return [.poll(url: location)] }
            return [.askHelper(body: try request.encoded())]
        } catch let abort as DAPAbort {
            return [.fail(StoredProblem(abort))]
        } catch {
            return [.release(reason: "the stored batch cannot be read", pause: Backoff.longest, location: location)]
        }
    }

    private mutating func answered(_ reply: PeerReply) -> [Effect] {
        let isPoll = location != nil
        switch reply.answer {
        case .response(let body): return finish(body)
        case .deferred(let retryAfter):
            let pause = min(max(retryAfter ?? Self.waitingPause, 1), Backoff.longest)
            return [
                .release(
                    reason: "the helper is still working on its share", pause: pause,
                    location: reply.location ?? location)
            ]
        case .refused(let problem, _) where Self.isDefinite(problem): return [.fail(problem)]
        case .refused where isPoll:
            // The helper has forgotten the share, or does not let itself be asked: the request decides.
            location = nil
            return askAgain()
        // An operator can mend it. Were the batch opened again meanwhile, it would take reports that the helper, which may
        // have answered an earlier request that nobody heard of, counts no more.
        case .refused(let problem, _): return [release("the helper refused: \(problem.detail)")]
        case .unavailable(let reason, let retryAfter): return [release(reason, retryAfter: retryAfter)]
        }
    }

    /// Whether the helper refuses the batch for what it is asked, and so has not collected it for this request.
    private static func isDefinite(_ problem: StoredProblem) -> Bool {
        if problem.type == PrivacyBudgetProblem.type { return true }
        return switch ProblemType(urn: problem.type) {
        case .invalidMessage, .batchInvalid, .invalidBatchSize, .invalidAggregationParameter, .batchMismatch,
            .batchOverlap, .unsupportedExtension, .invalidExtension:
            true
        case .unrecognizedTask, .unrecognizedAggregationJob, .stepMismatch, .invalidTask, nil: false
        }
    }

    private mutating func changed() -> [Effect] {
        // What the helper is working on, if it is, is not the answer any more.
        location = nil
        return wait("the batch changed while the helper was asked")
    }

    private func askAgain() -> [Effect] {
        guard let asked, let body = try? asked.encoded() else { return wait("the helper has to be asked again") }
        return [.askHelper(body: body)]
    }

    private func finish(_ body: [UInt8]) -> [Effect] {
        guard let asked, let share = try? AggregateShare(decoding: body) else {
            return [release("the helper's aggregate share does not decode")]
        }
        return [
            .finish(
                request: asked.collectionJobReq, helperShare: share.encryptedAggregateShare, count: asked.reportCount,
                checksum: asked.checksum)
        ]
    }

    private func wait(_ reason: String) -> [Effect] {
        [.release(reason: reason, pause: Self.waitingPause, location: location)]
    }

    private func release(_ reason: String, retryAfter: UInt64? = nil) -> Effect {
        let pause = Backoff.pause(attempt: work.lease.attempt, retryAfter: retryAfter, limit: Self.longestPause)
        let isKept = !work.lease.attempt.isMultiple(of: Backoff.attemptsPerLocation)
        return .release(reason: reason, pause: pause, location: isKept ? location : nil)
    }

    private func fail(_ type: ProblemType, _ detail: String) -> [Effect] {
        [.fail(StoredProblem(type: type.urn, detail: detail))]
    }
}
