public import DAPMessages
public import DAPRoles
public import MetricCatalog

/// Sends a row's measurement each, many to a request and a few requests at a time, and keeps count.
public struct Submission: Sendable {
    /// Reports in one request.
    public static let reportsPerRequest = 200
    /// Requests at the same time.
    public static let concurrentRequests = 4
    /// Estimated bytes of one request, which large reports fill before there are `reportsPerRequest` of them.
    static let requestBytes = 4 << 20

    /// What became of the rows.
    public struct Totals: Equatable, Sendable {
        /// Reports that the leader accepted.
        public var accepted = 0
        /// Reports that the leader rejected.
        public var rejected = 0
        /// Rows that did not fit, or whose request was refused as a whole or not made.
        public var notSent = 0
        /// Reports whose request ended without an answer: they may have been accepted or not.
        public var unanswered = 0

        /// `20190 accepted, 0 rejected, 0 not sent`.
        public var text: String {
            "\(accepted) accepted, \(rejected) rejected, \(notSent) not sent"
                + (unanswered > 0 ? ", \(unanswered) unanswered" : "")
        }
    }

    /// What is told while it goes on.
    public enum Event: Sendable {
        /// A row, by its line, was not sent or not accepted, for a reason.
        case refused(line: Int, reason: String)
        /// The totals so far.
        case progress(Totals)
    }

    private let upload: @Sendable ([TimedMeasurement]) async throws -> UploadSummary
    private let reportsPerRequest: Int

    /// - Parameters:
    ///   - reportBytes: estimated size of a report.
    ///   - upload: sends measurements in one request.
    public init(reportBytes: Int, upload: @escaping @Sendable ([TimedMeasurement]) async throws -> UploadSummary) {
        self.upload = upload
        reportsPerRequest = min(Self.reportsPerRequest, max(1, Self.requestBytes / max(reportBytes, 1)))
    }

    private struct Request: Sendable {
        var lines: [Int] = []
        var measurements: [TimedMeasurement] = []
    }

    private struct Answer: Sendable {
        let lines: [Int]
        let summary: Result<UploadSummary, any Error>
    }

    /// Sends all rows. When a request fails, those that are under way are waited for, and no more are sent.
    ///
    /// - Parameters:
    ///   - nextRow: the next row, nil after the last.
    ///   - tell: called in no certain order of lines.
    /// - Returns: the totals; the error that ended it early, of an upload or of `nextRow`; and the last line that was
    ///   looked at, 0 if there was none.
    public func run(
        nextRow: () throws -> MeasurementRows.Row?, tell: (Event) -> Void
    ) async -> (totals: Totals, failure: (any Error)?, lastLine: Int) {
        var totals = Totals()
        var failure: (any Error)?
        var lastLine = 0
        await withTaskGroup(of: Answer.self) { group in
            var underWay = 0
            while failure == nil {
                var request = Request()
                do {
                    try fill(&request, nextRow, totals: &totals, lastLine: &lastLine, tell: tell)
                } catch {
                    totals.notSent += request.lines.count
                    failure = error
                    break
                }
                guard !request.lines.isEmpty else { break }
                if underWay == Self.concurrentRequests, let answer = await group.next() {
                    underWay -= 1
                    failure = take(answer, totals: &totals, tell: tell)
                    if failure != nil {
                        totals.notSent += request.lines.count
                        break
                    }
                }
                group.addTask { [upload, request] in
                    do {
                        return Answer(lines: request.lines, summary: .success(try await upload(request.measurements)))
                    } catch {
                        return Answer(lines: request.lines, summary: .failure(error))
                    }
                }
                underWay += 1
                tell(.progress(totals))
            }
            for await answer in group {
                let error = take(answer, totals: &totals, tell: tell)
                failure = failure ?? error
                tell(.progress(totals))
            }
        }
        return (totals, failure, lastLine)
    }

    private func fill(
        _ request: inout Request, _ nextRow: () throws -> MeasurementRows.Row?, totals: inout Totals,
        lastLine: inout Int, tell: (Event) -> Void
    ) throws {
        while request.lines.count < reportsPerRequest, let row = try nextRow() {
            lastLine = row.line
            switch row.content {
            case .success(let measurement):
                request.lines.append(row.line)
                request.measurements.append(measurement)
            case .failure(let refusal):
                totals.notSent += 1
                tell(.refused(line: row.line, reason: "not sent: \(refusal.reason)"))
            }
        }
    }

    private func take(_ answer: Answer, totals: inout Totals, tell: (Event) -> Void) -> (any Error)? {
        switch answer.summary {
        case .success(let summary):
            totals.accepted += summary.accepted
            totals.rejected += summary.rejected.count
            for (position, error) in summary.rejected.sorted(by: { $0.key < $1.key })
            where position < answer.lines.count {
                tell(.refused(line: answer.lines[position], reason: "rejected by the leader: \(error.explanation)"))
            }
            return nil
        case .failure(let error):
            // A refusal of the whole request has stored nothing of it.
            if case .refused = error as? UploadFailure {
                totals.notSent += answer.lines.count
            } else {
                totals.unanswered += answer.lines.count
            }
            return error
        }
    }
}

extension ReportError {
    /// What it means for the one who sent the report.
    public var explanation: String {
        switch self {
        case .batchCollected: "its window has been collected"
        case .reportReplayed: "its window has been collected, or it was sent before"
        case .reportDropped: "it is too old, or outside the time of the task"
        case .hpkeUnknownConfigID, .outdatedConfig: "it was sealed to a key that the leader no longer has"
        case .hpkeDecryptError: "it cannot be opened; perhaps the catalogs differ"
        case .vdafVerifyError: "its proof is wrong"
        case .taskExpired: "the task has ended"
        case .invalidMessage: "it is malformed"
        case .reportTooEarly: "its time is in the future"
        case .taskNotStarted: "the task has not started"
        default: "the leader gives a reason that is not known here (\(rawValue))"
        }
    }
}

extension Metric {
    /// About how many bytes a report has: the leader's share of the encoded measurement, and what surrounds it.
    public var estimatedReportBytes: Int {
        // 16 bytes a field element; the proof is longer only where both are short.
        let element = 16
        let surroundings = 4096
        switch type {
        case .count, .sum: return surroundings
        case .histogram(let edges): return (edges.count + 1) * element + surroundings
        case .choice(let options), .choices(let options, _): return options.count * element + surroundings
        case .vector(let length, let max):
            return length * (UInt64.bitWidth - max.leadingZeroBitCount) * element + surroundings
        }
    }
}
