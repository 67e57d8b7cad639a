public import DAPMessages

extension HelperHandler {
    /// Handles an encoded `AggregateShareReq` and returns once the batch is marked collected (DAP §4.6.4).
    ///
    /// - Returns: the resource's ID and an encoded `AggregateShare`, the same bytes for the same request.
    /// - Throws: `DAPAbort` with the error the draft names for what is wrong; then the batch is as it was.
    public func createAggregateShare(task taskID: TaskID, body: [UInt8]) async throws -> (AggregateShareID, [UInt8]) {
        let task = try tasks.task(taskID)
        guard let request = try? AggregateShareReq(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the aggregate share request does not decode", task: taskID)
        }
        let id: AggregateShareID = RequestHash.identifier(task: taskID, body: body)
        if let response = try await store.aggregateShareResponse(task: taskID, id: id) { return (id, response) }
        let interval = try selectedInterval(request, task: task)
        let outcome = try await store.collectBatch(task: taskID, id: id, interval: interval) { [random] buckets in
            try Self.answer(request, from: buckets, task: task, random: random)
        }
        switch outcome {
        case .collected(let response), .existing(let response): return (id, response)
        case .overlap: throw DAPAbort(.batchOverlap, "a part of the batch has been collected", task: taskID)
        }
    }

    private func selectedInterval(_ request: AggregateShareReq, task: AggregatorTask) throws -> Interval {
        guard case .timeInterval(let selector) = request.batchSelector else {
            throw DAPAbort(.invalidMessage, "the batch selector's mode is not the task's", task: task.id)
        }
        _ = try CollectionRequestRule.interval(of: request.collectionJobReq, task: task)
        try CollectionRequestRule.checkBatch(selector.batchInterval, task: task)
        guard request.batchSelector.isConsistent(with: request.collectionJobReq.query) else {
            throw DAPAbort(.batchInvalid, "the selected batch is not within the query", task: task.id)
        }
        return selector.batchInterval
    }

    /// Compares the two aggregators' batches and seals the share. Runs inside the store's transaction.
    private static func answer(
        _ request: AggregateShareReq, from buckets: [BatchBucket], task: AggregatorTask, random: RandomSource
    ) throws -> [UInt8] {
        let totals = try BatchTotals(buckets, vdaf: task.vdaf)
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
        var random = random
        let sealed = try task.seal(aggregateShare: totals.aggregateShare, for: request.collectionJobReq, using: &random)
        return try AggregateShare(encryptedAggregateShare: sealed).encoded()
    }
}
