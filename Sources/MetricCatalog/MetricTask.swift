public import DAPMessages
public import VDAF

/// A metric as the DAP task that everyone who loaded the same catalog computes.
public struct MetricTask: Sendable {
    /// The metric.
    public let metric: Metric
    /// The task's ID, from the encoded configuration (taskprov §3.3).
    public let taskID: TaskID
    /// The configuration (DAP §4.2), with the extension `task_interval` if the metric has a period.
    public let configuration: TaskConfiguration
    /// The configuration's bytes.
    public let encodedConfiguration: [UInt8]
    /// The key that aggregate shares are sealed to.
    public let collectorHpkeConfig: HpkeConfig
    /// The VDAF that the task uses.
    public let parameters: Prio3Parameters
}

extension Catalog {
    /// The task of one of the catalog's metrics.
    ///
    /// - Throws: `CatalogError` if the catalog lacks a URL or the collector's key; `CodecError` if a key put in by
    ///   `filled(leaderURL:helperURL:collectorHpkeConfig:)` has no encoding.
    public func task(for metric: Metric) throws -> MetricTask {
        guard let leaderURL, let helperURL, let collectorHpkeConfig else { throw missingParties }
        let configuration = TaskConfiguration(
            taskInfo: Array(try metric.taskInfo(collectorHpkeConfig: collectorHpkeConfig).utf8),
            leaderAggregatorEndpoint: try Url(leaderURL),
            helperAggregatorEndpoint: try Url(helperURL),
            timePrecision: try TimePrecision(seconds: metric.timePrecision),
            minBatchSize: metric.minBatchSize,
            batchMode: metric.batchMode,
            parameters: metric.parameters,
            extensions: metric.taskInterval.map { [.taskInterval($0)] } ?? [])
        let encoded = try configuration.encoded()
        return MetricTask(
            metric: metric, taskID: TaskDerivation.taskID(encodedTaskConfiguration: encoded),
            configuration: configuration, encodedConfiguration: encoded, collectorHpkeConfig: collectorHpkeConfig,
            parameters: metric.parameters)
    }

    private var missingParties: CatalogError {
        let missing = [
            leaderURL == nil ? "leader_url" : nil, helperURL == nil ? "helper_url" : nil,
            collectorHpkeConfig == nil ? "collector_hpke_config" : nil,
        ].compactMap(\.self)
        return CatalogError("the catalog has no \(missing.joined(separator: ", "))")
    }
}
