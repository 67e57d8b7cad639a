import ArgumentParser
import DAPHTTPClient
import DAPMessages
import DAPRoles
import Foundation
import MetricCatalog
import PrioCommand

/// Sends one measurement, or one for each row of a CSV file.
struct Submit: Door {
    static let configuration = CommandConfiguration(
        abstract: "Sends one value, or the values of a CSV file, as private reports.",
        usage: """
            prio-client submit <metric> <value> --catalog <file> [--time <time>]
            prio-client submit <metric> --csv <file> --column <name> ... [--time-column <name>] --catalog <file>
            """,
        discussion: """
            Values are checked before anything is sent, and times against the metric's starts and ends. \
            What is not sent or not accepted is told by line and reason on stderr, never by its value, and the exit code \
            is then 65. Nothing is written to stdout.
            """)

    @Argument(help: "The name of a metric in the catalog.")
    var metric: String

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "The value; - reads it from stdin. Several options or numbers are separated by commas.", valueName: "value")
    )
    var values: [String] = []

    @Option(help: ArgumentHelp("The catalog, metrics.yaml.", valueName: "file"))
    var catalog: String

    @Option(
        help: ArgumentHelp("When it was measured, such as 2026-03-01T12:00:00Z; now, if not given.", valueName: "time"),
        transform: { try Timestamp($0) })
    var time: Timestamp?

    @Option(help: ArgumentHelp("A CSV file whose first line names its columns; - reads stdin.", valueName: "file"))
    var csv: String?

    @Option(
        help: ArgumentHelp(
            "The column with the values. Several columns join with / into one option of a choice.", valueName: "name"))
    var column: [String] = []

    @Option(help: ArgumentHelp("The column with the times, such as 2026-03-01T12:00:00Z.", valueName: "name"))
    var timeColumn: String?

    func validate() throws {
        // Values may begin with a minus sign, so the parser hands over whatever it doesn't know.
        let unescaped = values.prefix { $0 != "--" }
        if let option = unescaped.first(where: Self.isOption) { throw ValidationError("Unknown option '\(option)'") }
        let values = given
        guard csv == nil else {
            guard values.isEmpty else { throw ValidationError("Give a value or --csv, not both") }
            guard !column.isEmpty else { throw ValidationError("--csv needs --column") }
            guard time == nil || timeColumn == nil else {
                throw ValidationError("Give --time or --time-column, not both")
            }
            return
        }
        guard column.isEmpty, timeColumn == nil else { throw ValidationError("--column and --time-column need --csv") }
        guard values.count == 1 else {
            throw ValidationError(
                values.isEmpty ? "Missing the value, or --csv" : "Give one value; quote it if it has spaces")
        }
    }

    /// The values without the first `--`.
    private var given: [String] {
        guard let mark = values.firstIndex(of: "--") else { return values }
        return Array(values[..<mark] + values[(mark + 1)...])
    }

    /// `--name` or `-n`; not `-`, `-3` or `-.5`.
    private static func isOption(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count > 1, bytes[0] == UInt8(ascii: "-") else { return false }
        return !"0123456789.".utf8.contains(bytes[1])
    }

    func perform() async throws {
        let catalog = try Catalog.load(catalog)
        let metric = try catalog.metric(orFailure: metric, path: self.catalog)
        let task = try ClientTask(configuration: catalog.task(of: metric, path: self.catalog).configuration)
        let clock = SystemClock()
        let now = time?.posixSeconds ?? clock.now()
        if timeColumn == nil { try metric.checkTime(posixSeconds: now) }
        try await HTTPTransport.use { transport in
            let uploader = Uploader(task: task, transport: transport, clock: clock, random: .system)
            if let csv {
                try await FileSubmission(path: csv, columns: column, timeColumn: timeColumn, time: now)
                    .send(metric: metric, through: uploader)
            } else {
                try await send(given.first ?? "", metric: metric, time: now, through: uploader)
            }
        }
    }

    private func send(_ value: String, metric: Metric, time: UInt64, through uploader: Uploader) async throws {
        let text = value == "-" ? try Self.standardInput() : value
        let measurement = TimedMeasurement(try metric.measurement(from: text), posixSeconds: time)
        let summary = try await uploader.upload([measurement])
        if let error = summary.rejected.values.first {
            throw CommandFailure(.badData, "the report was rejected by the leader: \(error.explanation)")
        }
        Console.say("1 accepted, 0 rejected, 0 not sent")
    }

    private static func standardInput() throws -> String {
        let bytes = try FileContent.rest(
            of: STDIN_FILENO, path: "standard input", limit: CatalogLimits.measurementBytes, purpose: .data)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.badData, "standard input is not UTF-8 text")
        }
        return text
    }
}
