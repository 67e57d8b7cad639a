import DAPMessages
import VDAF

/// One aggregation job on the helper's side: a value that knows which reports are rejected and verifies the others.
struct HelperAggregation {
    /// Reports that are decrypted before others get their turn: some milliseconds' worth.
    private static let slice = 32

    private let task: AggregatorTask
    private let inits: [VerifyInit]
    private let buckets: BucketAdditions
    private var errors: [ReportError?]
    private var inputShares: [[UInt8]?]

    /// Opens the envelopes and makes every check that depends on nothing stored.
    ///
    /// - Throws: `CancellationError`.
    init(
        task: AggregatorTask, keyring: HpkeKeyring, request: AggregationJobInitReq, batchID: BatchID?, now: UInt64,
        blockedThrough: UInt64?
    ) async throws {
        self.task = task
        buckets = BucketAdditions(batchID: batchID)
        inits = request.verifyInits
        errors = []
        inputShares = []
        let rule = InputShareRule(task: task, keyring: keyring)
        for (position, verifyInit) in inits.enumerated() {
            if position > 0, position % Self.slice == 0 {
                await Task.yield()
                try Task.checkCancellation()
            }
            switch Self.open(verifyInit.reportShare, task: task, rule: rule, now: now, blockedThrough: blockedThrough) {
            case .success(let inputShare):
                errors.append(nil)
                inputShares.append(inputShare)
            case .failure(let error):
                errors.append(error)
                inputShares.append(nil)
            }
        }
    }

    private static func open(
        _ share: ReportShare, task: AggregatorTask, rule: InputShareRule, now: UInt64, blockedThrough: UInt64?
    ) -> Result<[UInt8], ReportError> {
        // Too early comes last: the leader may try again later, which would be in vain.
        let timeError =
            TaskIntervalRule.check(share.metadata.time, taskInterval: task.taskInterval)
            ?? ReportAgeRule.check(
                share.metadata.time, task: task, now: now, isUpload: false, blockedThrough: blockedThrough)
            ?? ReportTimeRule.check(
                share.metadata.time, precision: task.configuration.timePrecision, now: now,
                allowedSkew: ReportTimeRule.aggregationSkew)
        if let timeError { return .failure(timeError) }
        return rule.open(share.encryptedInputShare, metadata: share.metadata, publicShare: share.publicShare)
    }

    /// The positions of the reports that are not rejected.
    var candidates: [Int] { errors.indices.filter { errors[$0] == nil } }

    /// Rejects reports at the given positions; nil is no rejection.
    mutating func reject(_ additional: [ReportError?], at positions: [Int]) {
        for (position, error) in zip(positions, additional) where error != nil { errors[position] = error }
    }

    /// Rejects reports, position by position; a first error stays.
    ///
    /// - Returns: whether a report was rejected that was not before.
    mutating func reject(_ additional: [ReportError?]) -> Bool {
        var isNew = false
        for (position, error) in additional.enumerated() where error != nil && errors[position] == nil {
            errors[position] = error
            isNew = true
        }
        return isNew
    }

    /// Verifies what is not rejected, as one batch, and makes the response.
    ///
    /// - Parameter lease: of the deferred request, if it is one.
    /// - Throws: `CancellationError`; what the VDAF throws when it cannot add its own sums.
    func verify(id: AggregationJobID, lease: JobLease?) async throws -> HelperAggregationCommit {
        var positions: [Int] = []
        var inputs: [VerificationInput] = []
        for (position, verifyInit) in inits.enumerated() {
            guard errors[position] == nil, let inputShare = inputShares[position] else { continue }
            let share = verifyInit.reportShare
            positions.append(position)
            inputs.append(
                VerificationInput(
                    nonce: share.metadata.reportID.bytes, publicShare: share.publicShare, inputShare: inputShare,
                    inbound: verifyInit.payload, bucket: buckets.number(of: share.metadata)))
        }
        let batch = try await task.helperInitialize(inputs)
        var outcomes = errors.map { VerifyResp.Outcome.reject($0 ?? .vdafVerifyError) }
        var committed: [ReportMetadata] = []
        for (position, result) in zip(positions, batch.outcomes) {
            guard case .success(let outbound) = result else { continue }
            outcomes[position] = .continue(payload: outbound)
            committed.append(inits[position].reportShare.metadata)
        }
        let response = AggregationJobResp(
            verifyResps: zip(inits, outcomes).map {
                VerifyResp(reportID: $0.reportShare.metadata.reportID, outcome: $1)
            })
        return HelperAggregationCommit(
            taskID: task.id, id: id, batchID: buckets.batchID, lease: lease,
            lastTime: inits.map(\.reportShare.metadata.time).max(), committed: committed,
            additions: buckets.make(reports: committed, aggregateShares: batch.aggregateShares),
            response: try response.encoded())
    }
}
