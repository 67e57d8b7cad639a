import DAPRoles
import MetricCatalog
import PrioCommand

/// The rows of a CSV file on their way to the leader, with what is said about them.
struct FileSubmission {
    let path: String
    let columns: [String]
    let timeColumn: String?
    /// POSIX seconds, for all rows if there is no time column.
    let time: UInt64

    /// Sends a report for each row that fits.
    ///
    /// - Throws: what ended it early, or `CommandFailure` `badData` when not every row was accepted.
    func send(metric: Metric, through uploader: Uploader) async throws {
        try metric.checkColumns(columns.count)
        var rows = try MeasurementRows(
            CSVReader(source: InputFile.open(path)), metric: metric, columns: columns, timeColumn: timeColumn,
            defaultTime: time)
        let submission = Submission(reportBytes: metric.estimatedReportBytes) { try await uploader.upload($0) }
        var progress = ProgressLine()
        let (totals, failure, lastLine) = await submission.run(nextRow: { try rows.next() }) { event in
            switch event {
            case .refused(let line, let reason): progress.note("line \(line): \(reason)")
            case .progress(let totals): progress.update(totals.text)
            }
        }
        progress.clear()
        Console.say(totals.text)
        if let failure {
            Console.say("stopped: nothing behind line \(lastLine) was read")
            throw failure
        }
        let lost = totals.rejected + totals.notSent
        if lost > 0 {
            throw CommandFailure(.badData, "\(lost) of \(lost + totals.accepted) rows are not counted")
        }
    }
}
