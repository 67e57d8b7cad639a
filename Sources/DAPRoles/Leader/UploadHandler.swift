public import DAPMessages
import VDAF

/// The leader's side of an upload (DAP §4.4.2): checks each report, then stores the good ones.
public struct UploadHandler: Sendable {
    /// Reports in one upload request: as many as one transaction stores.
    public static let reportsPerRequest = LeaderLimits.uploadBatch
    /// Reports that are decrypted before others get their turn: some milliseconds' worth.
    private static let slice = 32

    let tasks: TaskRegistry
    let keyring: HpkeKeyring
    let batcher: UploadBatcher
    let clock: any WallClock

    /// - Parameter batcher: stands before the store.
    public init(tasks: TaskRegistry, keyring: HpkeKeyring, batcher: UploadBatcher, clock: any WallClock) {
        self.tasks = tasks
        self.keyring = keyring
        self.batcher = batcher
        self.clock = clock
    }

    /// Handles an encoded `UploadRequest` and returns once the accepted reports are durable.
    ///
    /// - Returns: the reports that were not accepted, in the request's order.
    /// - Throws: `DAPAbort` when the request as a whole is refused.
    public func upload(task id: TaskID, body: [UInt8]) async throws -> UploadErrors {
        let task = try tasks.task(id)
        guard let request = try? UploadRequest(decoding: body) else {
            throw DAPAbort(.invalidMessage, "the upload request does not decode", task: id)
        }
        guard request.reports.count <= Self.reportsPerRequest else {
            throw DAPAbort(.tooLarge, "an upload request has at most \(Self.reportsPerRequest) reports", task: id)
        }
        let now = clock.now()
        let rule = InputShareRule(task: task, keyring: keyring)
        var errors = [ReportError?](repeating: nil, count: request.reports.count)
        var accepted: [UploadedReport] = []
        var positions: [Int] = []
        for (position, report) in request.reports.enumerated() {
            if position > 0, position % Self.slice == 0 { await Task.yield() }
            switch check(report, task: task, rule: rule, now: now) {
            case .success(let uploaded):
                accepted.append(uploaded)
                positions.append(position)
            case .failure(let error): errors[position] = error
            }
        }
        for (position, outcome) in zip(positions, try await batcher.insert(accepted)) where outcome != .inserted {
            // DAP §4.4.2 names report_replayed for both: seen before, and its batch collected.
            errors[position] = .reportReplayed
        }
        return UploadErrors(
            statuses: zip(request.reports, errors).compactMap { report, error in
                error.map { ReportUploadStatus(id: report.metadata.reportID, error: $0) }
            })
    }

    private func check(
        _ report: Report, task: AggregatorTask, rule: InputShareRule, now: UInt64
    ) -> Result<UploadedReport, ReportError> {
        let metadata = report.metadata
        let precision = task.configuration.timePrecision
        let timeError = ReportTimeRule.check(
            metadata.time, precision: precision, now: now, allowedSkew: ReportTimeRule.uploadSkew)
        if let error = timeError ?? ReportSizeRule.check(report) { return .failure(error) }
        let envelope = report.leaderEncryptedInputShare
        guard keyring.contains(envelope.configID) else { return .failure(.outdatedConfig) }
        return rule.open(envelope, metadata: metadata, publicShare: report.publicShare).map { share in
            UploadedReport(
                taskID: task.id, metadata: metadata, publicShare: report.publicShare,
                leaderInputShare: StoredSecret(share), helperEncryptedInputShare: report.helperEncryptedInputShare)
        }
    }
}
