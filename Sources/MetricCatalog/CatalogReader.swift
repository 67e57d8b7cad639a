import DAPMessages
import Yams

/// Reads a catalog file and collects every problem on the way.
///
/// The YAML library supplies the tree and the line numbers. Values are taken as they are written: `yes` as an option
/// is the text "yes", and `010` is no number. Functions return nil where they have reported a problem.
struct CatalogReader {
    /// Everything reported so far, in no particular order.
    private(set) var problems: [CatalogError.Problem] = []
    /// The metric being read, which problems name.
    private var metricName: String?

    /// The catalog that `yaml` describes.
    static func read(_ yaml: String) throws(CatalogError) -> Catalog {
        guard yaml.utf8.count <= CatalogLimits.fileBytes else {
            throw CatalogError("the file is larger than \(CatalogLimits.fileBytes) bytes")
        }
        guard let root = try CatalogSource.tree(of: yaml) else { throw CatalogError("the file is empty") }
        var reader = CatalogReader()
        let catalog = reader.catalog(root)
        if let error = CatalogError(reader.problems) {
            throw error
        }
        guard let catalog else { preconditionFailure("a catalog is only missing if a problem was reported") }
        return catalog
    }

    mutating func report(_ line: Int?, _ reason: String) {
        problems.append(CatalogError.Problem(line: line, metric: metricName, reason: reason))
    }

    /// Runs `body` with problems naming the metric `name`.
    mutating func naming<T>(_ name: String?, _ body: (inout CatalogReader) -> T) -> T {
        metricName = name
        defer { metricName = nil }
        return body(&self)
    }

    /// The keys and values of `node`, or a problem if it has none.
    mutating func block(_ node: Node, called what: String, line: Int) -> CatalogBlock? {
        let line = node.mark?.line ?? line
        guard case .mapping(let mapping) = node else {
            report(line, "\(what) must consist of keys and values")
            return nil
        }
        return CatalogBlock(mapping, line: line) { report($0, $1) }
    }

    private mutating func catalog(_ root: Node) -> Catalog? {
        guard var block = block(root, called: "the catalog", line: 1) else { return nil }
        let leaderURL = block.take("leader_url").flatMap { url($0) }
        let helperEntry = block.take("helper_url")
        let helperURL = helperEntry.flatMap { url($0) }
        if let leaderURL, leaderURL == helperURL {
            report(helperEntry?.line, "`helper_url` is the same as `leader_url`: the aggregators must be two parties")
        }
        let collectorHpkeConfig = block.take("collector_hpke_config").flatMap { hpkeConfig($0) }
        let defaults = defaults(&block)
        let metrics = metrics(block.take("metrics"), defaults: defaults, line: block.line)
        for entry in block.remaining {
            report(entry.line, "unknown key \(shown(entry.key))")
        }
        if let metrics { checkPrivacyLimit(defaults.privacyLimit, isUsedBy: metrics) }
        return metrics.map {
            Catalog(
                leaderURL: leaderURL, helperURL: helperURL, collectorHpkeConfig: collectorHpkeConfig, metrics: $0)
        }
    }

    /// What the top of the file says for its metrics.
    private mutating func defaults(_ block: inout CatalogBlock) -> MetricDefaults {
        MetricDefaults(
            version: block.take("version").map { version($0) },
            minBatchSize: block.take("min_batch_size").map { minBatchSize($0) },
            timePrecision: block.take("time_precision").map { timePrecision($0) },
            reportRetention: block.take("report_retention").map { retention($0) },
            batchMode: block.take("batch_mode").map { batchMode($0) },
            starts: block.take("starts").map { moment($0) }, ends: block.take("ends").map { moment($0) },
            contributionLimit: block.take("contribution_limit").map { contributionLimit($0) },
            privacy: block.take("privacy").map { privacyDefaults($0) },
            privacyLimit: block.take("privacy_limit").map { privacyLimit($0) },
            suppressBelow: block.take("suppress_below").map { suppressBelow($0) })
    }

    private mutating func metrics(
        _ entry: CatalogBlock.Entry?, defaults: MetricDefaults, line: Int
    ) -> [Metric]? {
        guard let entry else {
            report(line, "the key `metrics` is missing")
            return nil
        }
        guard let nodes = list(entry, count: 1...CatalogLimits.metrics) else { return nil }
        var lines: [String: Int] = [:]
        var metrics: [Metric] = []
        for node in nodes {
            let line = node.mark?.line ?? entry.line
            guard let block = block(node, called: "a metric", line: line) else { continue }
            metrics += metric(block, defaults: defaults, lines: &lines).map { [$0] } ?? []
        }
        return metrics
    }
}

/// What the top of the file says for every metric: nil if it says nothing, and a value that is of no use if it says
/// something wrong, which has been reported there once.
struct MetricDefaults {
    let version: UInt32?
    let minBatchSize: UInt64?
    let timePrecision: UInt64?
    let reportRetention: WrittenLength?
    let batchMode: BatchMode?
    let starts: WrittenMoment?
    let ends: WrittenMoment?
    let contributionLimit: UInt32?
    let privacy: WrittenPrivacy?
    let privacyLimit: WrittenPrivacyLimit?
    let suppressBelow: UInt64?
}
