import ArgumentParser
import DAPHTTPClient
import DAPMessages
import DAPRoles
import HPKE
import MetricCatalog
import PrioCommand

/// Collects windows of one metric and shows their results.
struct Collect: Door {
    static let configuration = CommandConfiguration(
        abstract: "Collects the windows of a metric and shows their results.",
        usage: """
            prio-collector collect <metric> --dir <dir> [--from <time> [--to <time>]] [--merge] [--output <format>]
            prio-collector collect <metric> --catalog <file> --key <file> --token-file <file> [--results <file>] ...
            """,
        discussion: """
            A window is one unit of the metric's time_precision, counted from 1970. Without --from, all windows that have \
            ended, of the last \(WindowSelection.lookBack), are collected unless they have been. With --from and --to, all \
            windows with a second between them are collected and shown; those that have been collected are shown again. \
            --from alone means those up to now that have ended.

            Each window is released once. What is released is kept in the results file before it is shown.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case table, json, csv
    }

    @Argument(help: "The name of a metric in the catalog.")
    var metric: String

    @OptionGroup var files: CollectorFileOptions

    @Option(
        help: ArgumentHelp("The first moment, such as 2026-03-01T00:00:00Z.", valueName: "time"),
        transform: { try Timestamp($0) })
    var from: Timestamp?

    @Option(
        help: ArgumentHelp("The moment after the last.", valueName: "time"), transform: { try Timestamp($0) })
    var to: Timestamp?

    @Flag(help: "Collect everything from --from to --to as one batch, with one result.")
    var merge = false

    @Option(help: ArgumentHelp("table, json or csv.", valueName: "format"))
    var output: Format = .table

    @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "seconds"))
    var wait: UInt64 = 60

    /// The longest `--wait`: a day.
    private static let longestWait: UInt64 = 86_400

    func validate() throws {
        guard to == nil || from != nil else { throw ValidationError("--to needs --from") }
        guard !merge || (from != nil && to != nil) else { throw ValidationError("--merge needs --from and --to") }
        guard wait <= Self.longestWait else { throw ValidationError("--wait is at most \(Self.longestWait)") }
    }

    func perform() async throws {
        let files = try files.resolved()
        let catalog = try Catalog.load(files.catalog)
        let metric = try catalog.metric(orFailure: metric, path: files.catalog)
        let metricTask = try catalog.task(of: metric, path: files.catalog)
        let task = try CollectorTask(
            configuration: metricTask.configuration, hpkeConfig: metricTask.collectorHpkeConfig,
            keyPair: HpkeKeyFile.load(files.key).key(of: metricTask.collectorHpkeConfig, path: files.key))
        let token = try SecretFile.readLine(files.token)
        let clock = SystemClock()
        let selection = try selection(metric, now: clock.now())
        guard let lock = try await FileLock.take(files.results + ".lock", patience: wait, clock: clock) else {
            throw CommandFailure(.notReady, "\(files.results): another prio-collector is at work with it")
        }
        let log = try ResultsLog(path: files.results)
        if log.wasRepaired { Console.say("note: \(files.results) ended in half a line, which is gone") }
        for window in selection.open(now: clock.now()) where log.result(task: task.id, window: window) == nil {
            Console.say("warning: \(window.text) has not ended: reports of it that come later will be refused")
        }
        let outcome = try await HTTPTransport.use { transport in
            let collector = Collector(task: task, token: token, transport: transport, clock: clock)
            let run = CollectionRun(metric: metric.name, taskID: task.id, log: log) { [wait] window in
                let result = try await collector.collect(window.interval, patience: wait)
                return (result.reportCount, result.result)
            }
            return try await Self.follow(run, selection)
        }
        _ = consume lock
        try show(outcome.results, metric)
        try CollectionReport(outcome: outcome, selection: selection, metric: metric).tell()
    }

    private func selection(_ metric: Metric, now: UInt64) throws -> WindowSelection {
        guard let from else { return .closed(precision: metric.timePrecision, now: now) }
        do throws(WindowSelectionError) {
            return try .named(from: from, to: to, merged: merge, precision: metric.timePrecision, now: now)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private static func follow(
        _ run: CollectionRun, _ selection: WindowSelection
    ) async throws -> CollectionRun.Outcome {
        var progress = ProgressLine()
        let outcome = try await run.collect(selection) { done, count in
            progress.update("\(done) of \(count) windows answered")
        }
        progress.clear()
        return outcome
    }

    private func show(_ results: [CollectedResult], _ metric: Metric) throws {
        for result in results { try result.checkForm(of: metric) }
        switch output {
        case .table: try Console.data(ResultTable(metric: metric).text(results))
        case .json: try Console.data(ResultJSON.text(results, metric: metric))
        case .csv: try Console.data(ResultCSV.text(results, metric: metric))
        }
    }
}
