import DAPMessages
import Logging

extension LeaderDriver {
    /// Works on one collection job, if one is due.
    ///
    /// - Returns: whether there was something to do.
    /// - Throws: the store's error, or `CancellationError`; then the job is given back for others to go on with.
    public func stepCollectionJob() async throws -> Bool { try await collectionTurn().hasWorked() }

    func collectionTurn() async throws -> Turn {
        let now = clock.now()
        let leased = try await shielded { [store, pace] in
            try await store.leaseCollectionJob(now: now, leaseEnd: now + pace.leaseDuration)
        }
        guard let work = leased else { return .idle }
        do {
            try await drive(work)
        } catch {
            return try await giveBack(work.lease, after: error) { [store] lease, dueAt in
                try await store.releaseCollectionJob(lease, dueAt: dueAt, location: work.location)
            }
        }
        return .worked
    }

    private func drive(_ work: CollectionJobWork) async throws {
        guard let task = try? tasks.task(work.taskID) else {
            try await store.releaseCollectionJob(
                work.lease, dueAt: clock.now() + Backoff.longest, location: work.location)
            return
        }
        var machine = CollectionJobMachine(task: task, work: work, blockedThrough: tasks.blockedThrough)
        var effects = machine.start()
        while !effects.isEmpty {
            var next: [CollectionJobMachine.Effect] = []
            for effect in effects {
                if let event = try await perform(effect, work: work, task: task) { next += machine.receive(event) }
            }
            effects = next
        }
    }

    private func perform(
        _ effect: CollectionJobMachine.Effect, work: CollectionJobWork, task: AggregatorTask
    ) async throws -> CollectionJobMachine.Event? {
        let lease = work.lease
        switch effect {
        case .lookUpProgress(let batch):
            return .progress(try await store.batchProgress(task: task.id, batch: batch))
        case .close:
            return .closing(try await store.closeBatch(lease, choice: choice(task)))
        case .readBuckets(let batch):
            return try await buckets(of: batch, lease, task: task)
        case .askHelper(let body):
            let request = TransportRequest(
                .post, ResourceURL.aggregateShares(of: task), mediaType: .aggregateShareReq,
                token: helperToken(task.id), body: body)
            return .answered(try await ask(request, of: task.id, expecting: .aggregateShare))
        case .poll(let url):
            let request = TransportRequest(.get, url, token: helperToken(task.id))
            return .answered(try await ask(request, of: task.id, expecting: .aggregateShare))
        case .reopen(let reason, let pause):
            logger.info("a batch is opened again", metadata: ["task": "\(task.id)", "reason": "\(reason)"])
            try await store.reopenBatch(lease)
            try await store.releaseCollectionJob(lease, dueAt: clock.now() + pause, location: nil)
        case .finish(let request, let helperShare, let count, let checksum):
            return try await finish(lease, task: task) { batch, random in
                let totals = try BatchTotals(batch.buckets, vdaf: task.vdaf)
                guard totals.reportCount == count, totals.checksum == checksum else { throw BatchChanged() }
                let debit = try task.debit(totals, batch.statement)
                let response = try Self.answer(request, totals, helperShare: helperShare, task: task, using: &random)
                return BatchRelease(response: response, debit: debit)
            }
        case .fail(let problem): try await fail(lease, problem, task: task)
        case .release(let reason, let pause, let location):
            logger.info("a collection job waits", metadata: ["task": "\(task.id)", "reason": "\(reason)"])
            try await store.releaseCollectionJob(lease, dueAt: clock.now() + pause, location: location)
        }
        return nil
    }

    /// The batch's buckets. Where noise is promised, what the release costs is set aside before the helper is asked, which
    /// pays at once: another release could take it meanwhile, and the helper's share would have been given for nothing.
    private func buckets(
        of batch: BatchSelector, _ lease: JobLease, task: AggregatorTask
    ) async throws -> CollectionJobMachine.Event? {
        guard let account = task.account else {
            return .buckets(try await store.buckets(task: task.id, batch: batch))
        }
        do {
            let buckets = try await store.reserveRelease(lease, account: account) { batch in
                guard let debit = try task.debit(BatchTotals(batch.buckets, vdaf: task.vdaf), batch.statement) else {
                    throw BatchChanged()
                }
                return debit
            }
            return buckets.map { .buckets($0) } ?? .changed
        } catch is BatchChanged {
            return .changed
        } catch let abort as DAPAbort {
            try await fail(lease, StoredProblem(abort), task: task)
            return nil
        }
    }

    private func finish(
        _ lease: JobLease, task: AggregatorTask,
        answer: @Sendable (_ batch: ReleasableBatch, _ random: inout RandomSource) throws -> BatchRelease
    ) async throws -> CollectionJobMachine.Event? {
        do {
            let isFinished = try await store.finishCollectionJob(lease, account: task.account) {
                [random, tasks] batch in
                var random = random
                // The helper may have told along with its share that this store was restored.
                try CollectionRequestRule.check(batch.buckets, task: task, blockedThrough: tasks.blockedThrough)
                return try answer(batch, &random)
            }
            return isFinished ? nil : .changed
        } catch is BatchChanged {
            return .changed
        } catch let abort as DAPAbort {
            try await fail(lease, StoredProblem(abort), task: task)
            return nil
        }
    }

    private func fail(_ lease: JobLease, _ problem: StoredProblem, task: AggregatorTask) async throws {
        logger.info(
            "a collection job failed",
            metadata: ["task": "\(task.id)", "type": "\(problem.type)", "detail": "\(problem.detail)"])
        try await store.failCollectionJob(lease, problem: problem)
    }

    private func choice(_ task: AggregatorTask) -> BatchChoice {
        let now = clock.now()
        return BatchChoice(
            targetSize: pace.batchTarget(of: task), minimumSize: task.configuration.minBatchSize,
            openedBefore: now - min(now, pace.batchMaximumAge))
    }

    /// An encoded `CollectionJobResp`, with noise where noise is promised. Runs inside the store's transaction.
    private static func answer(
        _ request: CollectionJobReq, _ totals: BatchTotals, helperShare: HpkeCiphertext, task: AggregatorTask,
        using random: inout RandomSource
    ) throws -> [UInt8] {
        guard let interval = totals.interval else { throw BatchChanged() }
        return try CollectionJobResp(
            reportCount: totals.reportCount, interval: interval,
            leaderEncryptedAggregateShare: task.seal(
                aggregateShare: task.released(totals, using: &random), for: request, using: &random),
            helperEncryptedAggregateShare: helperShare
        ).encoded()
    }
}

/// The batch that was read for the answer is not the one the helper was asked for.
private struct BatchChanged: Error {}
