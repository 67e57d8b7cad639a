public import DAPRoles
public import DifferentialPrivacy
public import MetricCatalog

/// What a collector's own results say was given away: the account that both aggregators keep, as far as it was released
/// to this collector. The same `PrivacyLedger` adds it up.
///
/// A result counts when its line says what it cost, or else when the catalog has its task and a promise for it. A line
/// that does not say which windows its reports are from counts with the windows that were asked for.
public struct CollectorAccount: Sendable {
    /// By metric name, all versions together. Nothing is reserved.
    public let spending: [String: PrivacySpending]
    /// Results that were released without a promise.
    public let exactResults: Int
    private let debits: [PrivacyDebit]

    /// The account of a results file.
    public init(_ results: [CollectedResult], catalog: Catalog) {
        var tasks: [[UInt8]: PrivacyMechanism] = [:]
        for metric in catalog.metrics {
            // A catalog without parties has no tasks.
            guard let privacy = metric.privacy, let task = try? catalog.task(for: metric) else { continue }
            tasks[task.taskID.bytes] = privacy.mechanism
        }
        let priced = results.compactMap { result in
            (result.mechanism ?? tasks[result.taskID.bytes]).map { PricedResult(result, $0) }
        }
        exactResults = results.count - priced.count
        var debits: [PrivacyDebit] = []
        for task in Dictionary(grouping: priced, by: \.account).values { debits += Self.debits(of: task) }
        self.debits = debits.sorted { ($0.start, $0.windows) > ($1.start, $1.windows) }
        spending = Dictionary(grouping: debits, by: \.metric).mapValues { debits in
            PrivacySpending(
                spent: debits.reduce(.zero) { $0 + $1.added }, reserved: .zero, releases: UInt64(debits.count))
        }
    }

    /// The last releases of a metric, the last windows first.
    public func debits(metric: String, limit: Int) -> [PrivacyDebit] {
        Array(debits.lazy.filter { $0.metric == metric }.prefix(limit))
    }

    /// What results of one task cost together, with the same promise about all.
    static func cost(of results: [CollectedResult], mechanism: PrivacyMechanism) -> PrivacyCost {
        debits(of: results.map { PricedResult($0, mechanism) }).reduce(.zero) { $0 + $1.added }
    }

    /// A result with what one window of it cost.
    private struct PricedResult {
        let account: Account
        let window: TimeWindow
        let mechanism: PrivacyMechanism

        init(_ result: CollectedResult, _ mechanism: PrivacyMechanism) {
            account = Account(metric: result.metric, task: result.taskID.bytes)
            window = result.reportWindows ?? result.window
            self.mechanism = mechanism
        }
    }

    /// One version of a metric.
    private struct Account: Hashable {
        let metric: String
        let task: [UInt8]
    }

    /// The debits of one task. In which order its releases were made does not change what they add up to.
    private static func debits(of results: [PricedResult]) -> [PrivacyDebit] {
        var debits: [PrivacyDebit] = []
        var overlapping: [PrivacyDebit] = []
        for result in results.sorted(by: { $0.window.start < $1.window.start }) {
            overlapping.removeAll { $0.end <= result.window.start }
            let debit = debit(of: result, overlapping)
            overlapping.append(debit)
            debits.append(debit)
        }
        return debits
    }

    private static func debit(of result: PricedResult, _ overlapping: [PrivacyDebit]) -> PrivacyDebit {
        // It has been released, so no limit stands in its way.
        let policy = PrivacyPolicy(
            mechanism: result.mechanism, deltaExponent: CatalogLimits.usualDeltaExponent, lifetimeLimit: .unlimited)
        let window = result.window
        let (metric, task) = (result.account.metric, result.account.task)
        do throws(PrivacyRefusal) {
            return try PrivacyLedger(metric: metric, policy: policy).debit(
                task: task, start: window.start, windows: window.count, windowLength: window.precision,
                statement: PrivacyStatement(overlapping: overlapping))
        } catch {
            let all = PrivacyCost(epsilon: .unlimited, rho: .unlimited)
            return PrivacyDebit(
                metric: metric, task: task, start: window.start, windows: window.count,
                windowLength: window.precision, costPerWindow: all, added: all)
        }
    }
}
