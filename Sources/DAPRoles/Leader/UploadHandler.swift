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
    /// The reports that wait for the store.
    private let load = LoadGauge()

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
        var unknownExtensions: [[UInt16]] = []
        for (position, report) in request.reports.enumerated() {
            if position > 0, position % Self.slice == 0 { await Task.yield() }
            switch check(report, task: task, rule: rule, now: now) {
            case .accepted(let uploaded):
                accepted.append(uploaded)
                positions.append(position)
            case .rejected(let error): errors[position] = error
            case .unknownExtensions(let types):
                errors[position] = .invalidMessage
                unknownExtensions.append(types)
            }
        }
        // A client whose every report has extensions that are not known here learns which; where only some have them,
        // the others count.
        if !unknownExtensions.isEmpty, unknownExtensions.count == request.reports.count {
            throw DAPAbort(
                .unsupportedExtension, "there are unknown report extensions", task: id,
                unsupportedExtensions: Set(unknownExtensions.joined()).sorted())
        }
        for (position, outcome) in zip(positions, try await insert(accepted)) where outcome != .inserted {
            // DAP §4.4.2 names report_replayed for both: seen before, and its batch collected.
            errors[position] = outcome == .expired ? .reportDropped : .reportReplayed
        }
        return UploadErrors(
            statuses: zip(request.reports, errors).compactMap { report, error in
                error.map { ReportUploadStatus(id: report.metadata.reportID, error: $0) }
            })
    }

    private func insert(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        load.enter(reports.count, at: clock.now())
        do {
            let outcomes = try await batcher.insert(reports)
            load.leave(reports.count, isServed: true, at: clock.now())
            return outcomes
        } catch {
            load.leave(reports.count, isServed: false, at: clock.now())
            guard let abort = error as? DAPAbort, abort.kind == .busy else { throw error }
            throw DAPAbort(
                .busy, abort.detail, task: abort.taskID, retryAfter: load.pause(at: clock.now()))
        }
    }

    private enum Verdict {
        case accepted(UploadedReport)
        case rejected(ReportError)
        /// It is rejected with `invalid_message`; these are their code points.
        case unknownExtensions([UInt16])
    }

    private func check(_ report: Report, task: AggregatorTask, rule: InputShareRule, now: UInt64) -> Verdict {
        let metadata = report.metadata
        // Too early comes last: a client may try again later, which would be in vain.
        if TaskIntervalRule.check(metadata.time, taskInterval: task.taskInterval) != nil {
            return .rejected(.reportDropped)
        }
        if let error = ReportAgeRule.check(
            metadata.time, task: task, now: now, isUpload: true, blockedThrough: tasks.blockedThrough)
        {
            return .rejected(error)
        }
        let timeError = ReportTimeRule.check(
            metadata.time, precision: task.configuration.timePrecision, now: now,
            allowedSkew: ReportTimeRule.uploadSkew)
        if let error = timeError ?? ReportSizeRule.check(report) { return .rejected(error) }
        let envelope = report.leaderEncryptedInputShare
        guard keyring.contains(envelope.configID) else { return .rejected(.outdatedConfig) }
        switch rule.plaintext(envelope, metadata: metadata, publicShare: report.publicShare) {
        case .failure(let error): return .rejected(error)
        case .success(let share):
            let unknown = ReportExtensionsRule.unknown(metadata.publicExtensions, share.privateExtensions)
            guard unknown.isEmpty else { return .unknownExtensions(unknown) }
            switch rule.validate(share, metadata: metadata) {
            case .failure(let error): return .rejected(error)
            case .success(let inputShare):
                return .accepted(
                    UploadedReport(
                        taskID: task.id, metadata: metadata, publicShare: report.publicShare,
                        leaderInputShare: StoredSecret(inputShare),
                        helperEncryptedInputShare: report.helperEncryptedInputShare))
            }
        }
    }
}
