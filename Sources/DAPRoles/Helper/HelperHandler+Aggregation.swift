public import DAPMessages
import VDAF

extension HelperHandler {
    /// Reports in one aggregation job.
    public static let reportsPerJob = 10_000

    /// Handles an encoded `AggregationJobInitReq` and returns once its outcome is durable. The same bytes get the same
    /// response, however often they come and whatever happened in between.
    ///
    /// - Returns: the job's ID and an encoded `AggregationJobResp`.
    /// - Throws: `DAPAbort` with the error the draft names for what is wrong.
    public func createAggregationJob(task taskID: TaskID, body: [UInt8]) async throws -> (AggregationJobID, [UInt8]) {
        let task = try tasks.task(taskID)
        let request = try checkedRequest(body, task: task)
        let id: AggregationJobID = RequestHash.identifier(task: taskID, body: body)
        if let response = try await store.aggregationJobResponse(task: taskID, id: id) { return (id, response) }

        var job = try await HelperAggregation(task: task, keyring: keyring, request: request, now: clock.now())
        let metadata = request.verifyInits.map(\.reportShare.metadata)
        job.reject(try await store.commitErrors(task: taskID, reports: metadata))
        // Each round rejects at least one more report, so there are at most as many rounds as reports.
        while true {
            let commit = try await job.verify(id: id)
            switch try await store.commitAggregationJob(commit, merge: task.mergeAggregateShares) {
            case .committed: return (id, commit.response)
            case .existing(let response): return (id, response)
            case .conflicts(let conflicts):
                let isSmaller = job.reject(metadata.map { conflicts[$0.reportID] })
                precondition(isSmaller, "a store that commits nothing names the conflicts")
            }
        }
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
        try checkExtensions(request.extensions, task: task)
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

    private func checkExtensions(_ extensions: [AggregationJobExtension], task: AggregatorTask) throws {
        let unknown = extensions.map(\.extensionType).filter { $0 != AggregationJobExtension.leaderSelectedBatchIDType }
        guard unknown.isEmpty else {
            throw DAPAbort(
                .unsupportedExtension, "there are unknown aggregation job extensions", task: task.id,
                unsupportedExtensions: unknown)
        }
        // The batch ID belongs to the other batch mode; repeated or not, it is out of place here.
        guard extensions.isEmpty else {
            throw DAPAbort(.invalidMessage, "a time-interval task has no batch ID", task: task.id)
        }
    }
}

extension AggregatorTask {
    /// Adds encoded aggregate shares; for use in a store's transactions.
    var mergeAggregateShares: AggregateShareMerge {
        { [vdaf] stored, addition in try vdaf.merge([stored, addition]) }
    }
}
