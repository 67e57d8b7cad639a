public import DAPMessages
import VDAF

extension HelperHandler {
    /// Reports in one aggregation job.
    public static let reportsPerJob = 10_000

    /// Handles an encoded `AggregationJobInitReq` and returns once its outcome is durable, or the request is when it is
    /// answered later. The same bytes get the same answer, however often they come and whatever happened in between.
    ///
    /// - Returns: the job's ID and how far it has come; an answer is an encoded `AggregationJobResp`.
    /// - Throws: `DAPAbort` with the error the draft names for what is wrong.
    public func createAggregationJob(
        task taskID: TaskID, body: [UInt8]
    ) async throws -> (AggregationJobID, HelperAnswer) {
        let task = try tasks.task(taskID)
        let request = try checkedRequest(body, task: task)
        let id: AggregationJobID = RequestHash.identifier(task: taskID, body: body)
        if let answer = try await store.aggregationJob(task: taskID, id: id) { return (id, answer) }
        guard answering == .atOnce else {
            return (id, try await answerLater(.aggregationJob(id), body: body, task: taskID))
        }
        guard let response = try await aggregate(request, id: id, lease: nil, task: task) else {
            throw DAPAbort(.unrecognizedAggregationJob, "the job was deleted meanwhile", task: taskID)
        }
        return (id, .answered(response))
    }

    /// How far a job has come (DAP §3.1).
    ///
    /// - Parameter step: the step that the leader is on, as the URL has it.
    /// - Throws: `DAPAbort`.
    public func aggregationJob(
        task taskID: TaskID, id: AggregationJobID, step: UInt64?
    ) async throws -> HelperAnswer {
        _ = try tasks.task(taskID)
        guard let answer = try await store.aggregationJob(task: taskID, id: id) else { throw noJob(taskID) }
        guard let step else {
            throw DAPAbort(.invalidMessage, "the URL does not say which step is asked for", task: taskID)
        }
        guard step == 0 else { throw DAPAbort(.stepMismatch, "Prio3 has no step beyond 0", task: taskID) }
        return answer
    }

    /// Handles an encoded `AggregationJobContinueReq` (DAP §4.5.4.2). Prio3 is done after the first step, so there is
    /// nothing to continue: the job stays as it is, and the leader learns why.
    ///
    /// - Throws: `DAPAbort`, always.
    public func continueAggregationJob(task taskID: TaskID, id: AggregationJobID, body: [UInt8]) async throws {
        _ = try tasks.task(taskID)
        guard try await store.aggregationJob(task: taskID, id: id) != nil else { throw noJob(taskID) }
        guard let request = try? AggregationJobContinueReq(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the continuation request does not decode", task: taskID)
        }
        guard request.step != 0 else {
            throw DAPAbort(.invalidMessage, "a job is not continued to step 0", task: taskID)
        }
        guard request.step > 1 || request.verifyContinues.isEmpty else {
            throw DAPAbort(.invalidMessage, "no report of the job waits for another step", task: taskID)
        }
        throw DAPAbort(.stepMismatch, "the job is complete at step 0", task: taskID)
    }

    /// Forgets a job that the leader abandons or has no more use for (DAP §4.5.5), unless reports were committed with it:
    /// then its answer stays as it is.
    ///
    /// - Throws: `DAPAbort`.
    public func deleteAggregationJob(task taskID: TaskID, id: AggregationJobID) async throws {
        _ = try tasks.task(taskID)
        guard try await store.deleteAggregationJob(task: taskID, id: id) else { throw noJob(taskID) }
    }

    /// Verifies a job's reports and commits the outcome.
    ///
    /// - Parameter lease: of the deferred request, if it is one.
    /// - Returns: the encoded `AggregationJobResp`; nil when the lease was lost or the job deleted.
    func aggregate(
        _ request: AggregationJobInitReq, id: AggregationJobID, lease: JobLease?, task: AggregatorTask
    ) async throws -> [UInt8]? {
        let batchID = try request.leaderSelectedBatchID()
        var job = try await HelperAggregation(
            task: task, keyring: keyring, request: request, batchID: batchID, now: clock.now(),
            blockedThrough: tasks.blockedThrough)
        let metadata = request.verifyInits.map(\.reportShare.metadata)
        // The store is asked for none that is refused anyway: it has no room for every time that fits the wire.
        let candidates = job.candidates
        let errors = try await store.commitErrors(
            task: task.id, batchID: batchID, reports: candidates.map { metadata[$0] })
        job.reject(errors, at: candidates)
        // Each round rejects at least one more report, so there are at most as many rounds as reports.
        while true {
            let commit = try await job.verify(id: id, lease: lease)
            switch try await store.commitAggregationJob(commit, merge: task.mergeAggregateShares) {
            case .committed: return commit.response
            case .existing(let response): return response
            case .abandoned: return nil
            case .conflicts(let conflicts):
                let isSmaller = job.reject(metadata.map { conflicts[$0.reportID] })
                precondition(isSmaller, "a store that commits nothing names the conflicts")
            }
        }
    }

    private func noJob(_ task: TaskID) -> DAPAbort {
        DAPAbort(.unrecognizedAggregationJob, "there is no such aggregation job", task: task)
    }

    private func checkedRequest(_ body: [UInt8], task: AggregatorTask) throws -> AggregationJobInitReq {
        guard let request = try? AggregationJobInitReq(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the aggregation job request does not decode", task: task.id)
        }
        guard request.verifyInits.count <= Self.reportsPerJob else {
            throw DAPAbort(.tooLarge, "an aggregation job has at most \(Self.reportsPerJob) reports", task: task.id)
        }
        guard request.verificationKeyID == 0 else {
            throw DAPAbort(.invalidMessage, "the verification key ID is not known here", task: task.id)
        }
        try checkExtensions(request, task: task)
        guard request.aggregationParameter.isEmpty else {
            throw DAPAbort(.invalidAggregationParameter, "Prio3's aggregation parameter is empty", task: task.id)
        }
        guard !request.verifyInits.isEmpty else {
            throw DAPAbort(.invalidMessage, "the aggregation job has no reports", task: task.id)
        }
        let ids = request.verifyInits.map(\.reportShare.metadata.reportID)
        guard Set(ids).count == ids.count else {
            throw DAPAbort(.invalidMessage, "a report stands twice in the aggregation job", task: task.id)
        }
        return request
    }

    private func checkExtensions(_ request: AggregationJobInitReq, task: AggregatorTask) throws {
        let unknown = request.extensions.map(\.extensionType)
            .filter { $0 != AggregationJobExtension.leaderSelectedBatchIDType }
        guard unknown.isEmpty else {
            throw DAPAbort(
                .unsupportedExtension, "there are unknown aggregation job extensions", task: task.id,
                unsupportedExtensions: unknown)
        }
        guard request.extensions.isStrictlyIncreasing else {
            throw DAPAbort(.invalidMessage, "the extensions are out of order", task: task.id)
        }
        switch task.batchMode {
        case .timeInterval:
            guard request.extensions.isEmpty else {
                throw DAPAbort(.invalidMessage, "a time-interval task has no batch ID", task: task.id)
            }
        case .leaderSelected:
            guard (try? request.leaderSelectedBatchID()) != nil else {
                throw DAPAbort(.invalidMessage, "there is no valid batch ID", task: task.id)
            }
        }
    }
}

extension AggregatorTask {
    /// Adds encoded aggregate shares; for use in a store's transactions.
    var mergeAggregateShares: AggregateShareMerge {
        { [vdaf] stored, addition in try vdaf.merge([stored, addition]) }
    }
}
