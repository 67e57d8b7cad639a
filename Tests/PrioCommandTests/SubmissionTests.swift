import DAPMessages
import DAPRoles
import MetricCatalog
import PrioCommand
import Synchronization
import Testing
import VDAF

@Suite("Submission")
struct SubmissionTests {
    private struct Down: Error {}

    /// Rows 2...; every `refusing`th does not fit.
    private func rows(_ count: Int, refusing: Int = .max) -> () throws -> MeasurementRows.Row? {
        var text = "visits\n" + (1...count).map { $0.isMultiple(of: refusing) ? "x\n" : "1\n" }.joined()
        var rows: MeasurementRows?
        return {
            if rows == nil {
                rows = try MeasurementRows(
                    CSVReader {
                        defer { text = "" }
                        return Array(text.utf8)
                    }, metric: Metrics.metric("visits"), columns: ["visits"], timeColumn: nil, defaultTime: 0)
            }
            return try rows?.next()
        }
    }

    @Test("Every row that fits is sent once, in full requests, a few at a time")
    func everything() async {
        let sizes = Mutex<[Int]>([])
        let underWay = Mutex((now: 0, most: 0))
        let submission = Submission(reportBytes: 1000) { measurements in
            underWay.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await Task.yield()
            underWay.withLock { $0.now -= 1 }
            sizes.withLock { $0.append(measurements.count) }
            return Self.accepted(measurements.count)
        }
        var refused: [Int] = []
        let (totals, failure, last) = await submission.run(nextRow: rows(5000, refusing: 1000)) { event in
            if case .refused(let line, _) = event { refused.append(line) }
        }
        #expect(failure == nil)
        #expect(totals.text == "4995 accepted, 0 rejected, 5 not sent")
        #expect(sizes.withLock { $0.sorted() } == [195] + [Int](repeating: 200, count: 24))
        #expect(underWay.withLock { $0.most } <= Submission.concurrentRequests)
        #expect(refused == [1001, 2001, 3001, 4001, 5001])
        #expect(last == 5001)
    }

    @Test("Large reports go in small requests")
    func largeReports() async {
        let submission = Submission(reportBytes: 3 << 20) { Self.accepted($0.count) }
        var progress = 0
        let (totals, _, _) = await submission.run(nextRow: rows(3)) { event in
            if case .progress = event { progress += 1 }
        }
        #expect(totals.accepted == 3)
        #expect(progress >= 3)
    }

    @Test("Rejections are told with the line of their row")
    func rejections() async {
        let submission = Submission(reportBytes: 1000) { measurements in
            UploadSummary(accepted: measurements.count - 1, rejected: [measurements.count - 1: .reportTooEarly])
        }
        var told: [String] = []
        let (totals, _, _) = await submission.run(nextRow: rows(3)) { event in
            if case .refused(let line, let reason) = event { told.append("\(line) \(reason)") }
        }
        #expect(totals.text == "2 accepted, 1 rejected, 0 not sent")
        #expect(told == ["4 rejected by the leader: its time is in the future"])
    }

    @Test("After a failure nothing more is sent, and what has no answer is counted as such")
    func failure() async {
        let submission = Submission(reportBytes: 1000) { _ in throw Down() }
        let (totals, failure, last) = await submission.run(nextRow: rows(100_000)) { _ in }
        #expect(failure is Down)
        #expect(totals.accepted == 0)
        #expect(totals.unanswered == 200 * Submission.concurrentRequests)
        #expect(totals.notSent == 200)
        #expect(last == 1 + 200 * (Submission.concurrentRequests + 1))
    }

    @Test("A request that was refused as a whole has not been counted")
    func refusal() async {
        let problem = StoredProblem(type: ProblemType.unrecognizedTask.urn, detail: "")
        let submission = Submission(reportBytes: 1000) { _ in throw UploadFailure.refused(problem) }
        let (totals, failure, _) = await submission.run(nextRow: rows(10)) { _ in }
        #expect(failure.map { CommandFailure($0).status } == .badConfiguration)
        #expect(totals.text == "0 accepted, 0 rejected, 10 not sent")
    }

    private static func accepted(_ count: Int) -> UploadSummary { UploadSummary(accepted: count, rejected: [:]) }
}
