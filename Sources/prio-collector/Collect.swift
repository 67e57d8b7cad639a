import ArgumentParser
import DAPHTTPClient
import DAPMessages
import DAPRoles
import DifferentialPrivacy
import HPKE
import MetricCatalog
import PrioCommand

/// Collects windows or batches of one metric and shows their results.
struct Collect: Door {
    static let configuration = CommandConfiguration(
        abstract: "Collects the windows or batches of a metric and shows their results.",
        usage: """
            prio-collector collect <metric> --dir <dir> [--from <time> [--to <time>]] [--merge] [--output <format>]
            prio-collector collect <metric> --dir <dir> --compare <group> [--from <time> [--to <time>]]
            prio-collector collect <metric> --catalog <file> --key <file> --token-file <file> [--results <file>] ...
            """,
        discussion: """
            A window is one unit of the metric's time_precision, counted from 1970. Without --from, all windows that have \
            ended, of the last \(WindowSelection.lookBack), are collected unless they have been. With --from and --to, all \
            windows with a second between them are collected and shown; those that have been collected are shown again. \
            --from alone means those up to now that have ended.

            A leader-selected metric has no windows. Its batches are collected one after another until none is ready, and \
            shown together with all that were collected before, so a program replaces what it knew. --wait is for the \
            first of them; with --wait 0 it asks, and shows what there is. A batch that is not ready in time is found by \
            the next run.

            Each window or batch is released once. What is released is kept in the results file before it is shown.

            Where the catalog promises differential privacy, every number has the noise of both aggregators in it, and is \
            shown with the half width of its 95 % interval. A number below zero is noise: the true one is 0 or more. \
            Elsewhere numbers below the catalog's suppress_below are not shown, nor those that would give one away; the \
            results file has all of them, so keep it secret.

            The promise is for one window. A result over W windows, from the first to the last that has a report, gives away W \
            times ε, or W times W times ρ, of a client who reported in each. The table says so behind the promise; JSON has \
            it in noise, and CSV in columns: windows, release_epsilon and release_rho.

            --compare shows how the groups of a choice, whose options are written group/option, differ from one of them, \
            over all that is shown together. The difference is in percentage points, the lift relative. p is of a test \
            that takes both shares as one, and decides where the interval of the difference says otherwise.

            JSON is an array with an object for each window or batch; its members are metric, report_count, interval, \
            result, standard_deviation, interval_95, noise, suppressed_below, and where they apply batch, labels, mean, \
            mean_interval_95 and quartiles. A suppressed number is null.

            CSV has the columns \(ResultCSV.columns.joined(separator: ", ")), and for a leader-selected metric batch. The \
            statistic is sum, mean or quartile. Without noise the standard deviation is 0, low and high are the value, and \
            the mechanism is none. A suppressed number is empty.
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

    @Option(help: ArgumentHelp("Compare all other groups of a choice with this one.", valueName: "group"))
    var compare: String?

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
        if metric.batchMode == .leaderSelected { try refuseWindows(of: metric) }
        let metricTask = try catalog.task(of: metric, path: files.catalog)
        if let compare { try GroupTable.check(compare, of: metric) }
        var task = try CollectorTask(
            configuration: metricTask.configuration, hpkeConfig: metricTask.collectorHpkeConfig,
            keyPair: HpkeKeyFile.load(files.key).key(of: metricTask.collectorHpkeConfig, path: files.key))
        task.privacy = try metric.privacy.map {
            try TaskPrivacy(metric: metric.name, policy: $0, parameters: metricTask.parameters)
        }
        let token = try SecretFile.readLine(files.token)
        let clock = SystemClock()
        let selection = metric.batchMode == .timeInterval ? try selection(metric, now: clock.now()) : nil
        guard let lock = try await FileLock.take(files.results + ".lock", patience: wait, clock: clock) else {
            throw CommandFailure(.notReady, "\(files.results): another prio-collector is at work with it")
        }
        let log = try ResultsLog(path: files.results)
        if log.wasRepaired { Console.say("note: \(files.results) ended in half a line, which is gone") }
        let collected = try await HTTPTransport.use { [task] transport in
            let collector = Collector(task: task, token: token, transport: transport, clock: clock)
            guard let selection else { return try await collectBatches(of: metric, task.id, collector, log) }
            return try await collectWindows(selection, of: metric, task.id, collector, log, now: clock.now())
        }
        _ = consume lock
        try show(collected.results, metric)
        try collected.report.tell()
    }

    /// What there is to show, and to say about it.
    private struct Collected {
        let results: [CollectedResult]
        let report: CollectionReport
    }

    private func show(_ results: [CollectedResult], _ metric: Metric) throws {
        for result in results { try result.checkForm(of: metric) }
        if let compare {
            guard !results.isEmpty else { return }
            let groups = try GroupTable(results, metric: metric, base: compare)
            switch output {
            case .table: try Console.data(groups.table(metric))
            case .json: try Console.data(groups.json(metric))
            case .csv: try Console.data(groups.csv(metric))
            }
            return
        }
        switch output {
        case .table: try Console.data(ResultTable(metric: metric).text(results))
        case .json: try Console.data(ResultJSON.text(results, metric: metric))
        case .csv: try Console.data(ResultCSV.text(results, metric: metric))
        }
    }
}

/// Time-interval metrics.
extension Collect {
    private func selection(_ metric: Metric, now: UInt64) throws -> WindowSelection {
        guard let from else { return .closed(precision: metric.timePrecision, now: now, period: metric.period) }
        do throws(WindowSelectionError) {
            return try .named(from: from, to: to, merged: merge, precision: metric.timePrecision, now: now)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private func collectWindows(
        _ selection: WindowSelection, of metric: Metric, _ taskID: TaskID, _ collector: Collector, _ log: ResultsLog,
        now: UInt64
    ) async throws -> Collected {
        for window in selection.open(now: now) where log.result(task: taskID, window: window) == nil {
            Console.say("warning: \(window.text) has not ended: reports of it that come later will be refused")
        }
        // Jobs are not deleted: without the results file, the same request gets the same answer again.
        let run = CollectionRun(metric: metric, taskID: taskID, log: log) { [wait] window in
            let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: window.interval))
            return try await collector.collect(query, patience: wait).result
        }
        var progress = ProgressLine()
        let outcome = try await run.collect(selection) { done, count in
            progress.update("\(done) of \(count) windows answered")
        }
        progress.clear()
        return Collected(
            results: outcome.results,
            report: CollectionReport(outcome: outcome, selection: selection, metric: metric))
    }
}

/// Leader-selected metrics.
extension Collect {
    private func refuseWindows(of metric: Metric) throws {
        guard from != nil else { return }
        throw CommandFailure(
            .usage, "--from, --to and --merge name windows, and \(metric.name) has none: it is leader-selected",
            hint: "without them its batches are collected as they come")
    }

    private func collectBatches(
        of metric: Metric, _ taskID: TaskID, _ collector: Collector, _ log: ResultsLog
    ) async throws -> Collected {
        let run = BatchRun(metric: metric, taskID: taskID, log: log) { patience in
            let batch = try await collector.collect(.leaderSelected, patience: patience)
            return BatchRun.Released(
                reportCount: batch.result.reportCount, interval: batch.result.interval, value: batch.result.result,
                jobURL: batch.jobURL)
        } delete: { jobURL in
            try await collector.delete(jobURL: jobURL)
        }
        var progress = ProgressLine()
        let outcome = try await run.collect(patience: wait) { count in
            progress.update("\(count) \(count == 1 ? "batch" : "batches") collected, waiting for the next")
        }
        progress.clear()
        return Collected(results: outcome.results, report: CollectionReport(outcome: outcome, metric: metric))
    }
}
