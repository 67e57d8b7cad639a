public import DAPMessages

extension HelperHandler {
    /// Handles an encoded `AggregateShareReq` and returns once the batch is marked collected, or the request is durable
    /// when it is answered later (DAP §4.6.4).
    ///
    /// - Returns: the resource's ID and how far it has come; an answer is an encoded `AggregateShare`, the same bytes
    ///   for the same request.
    /// - Throws: `DAPAbort` with the error the draft names for what is wrong; then the batch is as it was.
    public func createAggregateShare(
        task taskID: TaskID, body: [UInt8]
    ) async throws -> (AggregateShareID, HelperAnswer) {
        let task = try tasks.task(taskID)
        guard let request = try? AggregateShareReq(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the aggregate share request does not decode", task: taskID)
        }
        let id: AggregateShareID = RequestHash.identifier(task: taskID, body: body)
        switch try await store.aggregateShare(task: taskID, id: id) {
        case .answered(let response)?: return (id, .answered(response))
        case .pending?: return (id, .pending)
        case .failed?, nil: break
        }
        try CollectionRequestRule.check(request.batchSelector, for: request.collectionJobReq, task: task)
        guard answering == .atOnce else {
            return (id, try await answerLater(.aggregateShare(id), body: body, task: taskID))
        }
        guard let response = try await collect(request, id: id, lease: nil, task: task) else {
            throw DAPAbort(.notFound, "the aggregate share was deleted meanwhile", task: taskID)
        }
        return (id, .answered(response))
    }

    /// How far an aggregate share has come (DAP §3.1).
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask`, or not found.
    public func aggregateShare(task taskID: TaskID, id: AggregateShareID) async throws -> HelperAnswer {
        _ = try tasks.task(taskID)
        guard let answer = try await store.aggregateShare(task: taskID, id: id) else { throw noShare(taskID) }
        return answer
    }

    /// Forgets an aggregate share (DAP §4.6.5). Its batch stays collected.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask`, or not found.
    public func deleteAggregateShare(task taskID: TaskID, id: AggregateShareID) async throws {
        _ = try tasks.task(taskID)
        guard try await store.deleteAggregateShare(task: taskID, id: id) else { throw noShare(taskID) }
    }

    /// Collects the batch of a checked request.
    ///
    /// - Parameter lease: of the deferred request, if it is one.
    /// - Returns: the encoded `AggregateShare`; nil when the lease was lost or the share deleted.
    /// - Throws: `DAPAbort`.
    func collect(
        _ request: AggregateShareReq, id: AggregateShareID, lease: JobLease?, task: AggregatorTask
    ) async throws -> [UInt8]? {
        let outcome = try await store.collectBatch(
            task: task.id, id: id, batch: request.batchSelector, lease: lease, account: task.account
        ) { [random, tasks] batch in
            try CollectionRequestRule.check(batch.buckets, task: task, blockedThrough: tasks.blockedThrough)
            return try Self.answer(request, from: batch, task: task, random: random)
        }
        switch outcome {
        case .collected(let response), .existing(let response): return response
        case .overlap: throw DAPAbort(.batchOverlap, "a part of the batch has been collected", task: task.id)
        case .expired:
            throw DAPAbort(.batchInvalid, "a part of the batch is older than what is kept", task: task.id)
        case .abandoned: return nil
        }
    }

    private func noShare(_ task: TaskID) -> DAPAbort {
        DAPAbort(.notFound, "there is no such aggregate share", task: task)
    }

    /// Compares the two aggregators' batches, debits the account, adds noise and seals the share. Runs inside the store's
    /// transaction.
    private static func answer(
        _ request: AggregateShareReq, from batch: ReleasableBatch, task: AggregatorTask, random: RandomSource
    ) throws -> BatchRelease {
        let totals = try BatchTotals(batch.buckets, vdaf: task.vdaf)
        guard totals.reportCount >= task.configuration.minBatchSize else {
            throw DAPAbort(
                .invalidBatchSize,
                "the batch has fewer valid reports than the minimum of \(task.configuration.minBatchSize)",
                task: task.id)
        }
        guard totals.reportCount == request.reportCount, totals.checksum == request.checksum else {
            throw DAPAbort(
                .batchMismatch,
                "the helper counts \(totals.reportCount) reports, the leader \(request.reportCount)", task: task.id)
        }
        let debit = try task.debit(totals, batch.statement)
        var random = random
        let share = try task.released(totals, using: &random)
        let sealed = try task.seal(aggregateShare: share, for: request.collectionJobReq, using: &random)
        return BatchRelease(response: try AggregateShare(encryptedAggregateShare: sealed).encoded(), debit: debit)
    }
}
