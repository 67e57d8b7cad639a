public import DAPMessages

/// One upload of several reports (DAP §4.4.2): events in, effects out, no clock, no I/O.
///
/// ```
/// reports sealed ──▶ sent ──▶ done
///      ▲               │ no answer: the same bytes again, a few times
///      └───────────────┘ outdated_config: new configurations, those reports sealed anew, once
/// ```
package struct UploadMachine {
    /// Attempts at sending the same bytes.
    package static let attempts = 6

    package enum Event: Sendable {
        /// Sealed reports of all measurements still to be sent, in order; of each measurement always with the same ID.
        case reports([Report])
        /// The leader answered, or did not.
        case answered(TransportAnswer)
    }

    package enum TransportAnswer: Sendable {
        /// The reports that were not accepted.
        case errors(UploadErrors)
        /// The whole request is refused.
        case refused(StoredProblem)
        /// There was no answer, or none that can be used.
        case unavailable(reason: String, retryAfter: UInt64?)
    }

    package enum Effect: Sendable {
        /// Seal reports of these measurements; then `reports`.
        case sealReports(positions: [Int], refreshingConfigurations: Bool)
        /// Send, after a pause in seconds; then `answered`.
        case send(body: [UInt8], pause: UInt64)
        /// The end.
        case done(UploadSummary)
        /// The end: nothing more can be said of the remaining reports.
        case fail(UploadFailure)
    }

    private var positions: [Int]
    private var reportIDs: [ReportID] = []
    private var body: [UInt8] = []
    private var attempt = 0
    private var hasRefreshed = false
    private var rejected: [Int: ReportError] = [:]
    private let count: Int

    package init(count: Int) {
        self.count = count
        positions = Array(0..<count)
    }

    package func start() -> [Effect] {
        guard count > 0 else { return [.done(UploadSummary(accepted: 0, rejected: [:]))] }
        return [.sealReports(positions: positions, refreshingConfigurations: false)]
    }

    package mutating func receive(_ event: Event) throws -> [Effect] {
        switch event {
        case .reports(let reports):
            reportIDs = reports.map(\.metadata.reportID)
            body = try UploadRequest(reports: reports).encoded()
            attempt = 1
            return [.send(body: body, pause: 0)]
        case .answered(.errors(let errors)): return answered(errors)
        case .answered(.refused(let problem)): return [.fail(.refused(problem))]
        case .answered(.unavailable(let reason, let retryAfter)):
            guard attempt < Self.attempts else { return [.fail(.unavailable(reason))] }
            attempt += 1
            return [.send(body: body, pause: Backoff.pause(attempt: attempt - 1, retryAfter: retryAfter))]
        }
    }

    private mutating func answered(_ errors: UploadErrors) -> [Effect] {
        let byID = Dictionary(errors.statuses.map { ($0.id, $0.error) }, uniquingKeysWith: { first, _ in first })
        var outdated: [Int] = []
        for (position, id) in zip(positions, reportIDs) {
            switch byID[id] {
            case nil: break
            // Most likely an earlier attempt was accepted and its answer got lost.
            case .reportReplayed where attempt > 1 || hasRefreshed: break
            case .outdatedConfig where !hasRefreshed: outdated.append(position)
            case let error?: rejected[position] = error
            }
        }
        guard !outdated.isEmpty else {
            return [.done(UploadSummary(accepted: count - rejected.count, rejected: rejected))]
        }
        hasRefreshed = true
        positions = outdated
        return [.sealReports(positions: outdated, refreshingConfigurations: true)]
    }
}

/// What became of an upload's reports.
public struct UploadSummary: Sendable, Equatable {
    /// How many the leader accepted.
    public let accepted: Int
    /// The others, by their position in the upload.
    public let rejected: [Int: ReportError]

    package init(accepted: Int, rejected: [Int: ReportError]) {
        self.accepted = accepted
        self.rejected = rejected
    }
}

/// Why an upload came to no end.
public enum UploadFailure: Error, Sendable {
    /// The leader refused the whole request.
    case refused(StoredProblem)
    /// An aggregator could not be reached or did not answer sensibly, in several attempts.
    case unavailable(String)
}
