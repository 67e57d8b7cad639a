public import DAPMessages
public import DifferentialPrivacy

/// The content of a `metrics.yaml`: what is measured, who aggregates, and for whom.
///
/// Client, aggregators and collector load the same file, and derive from it the same tasks (`task(for:)`). The
/// reference for its authors is docs/catalog.md.
public struct Catalog: Sendable, Equatable {
    /// The leader's URL exactly as written (DAP §4.2); nil if the file has none yet.
    public let leaderURL: String?
    /// The helper's URL exactly as written (DAP §4.2); nil if the file has none yet.
    public let helperURL: String?
    /// The key that aggregate shares are sealed to; nil if the file has none yet.
    public let collectorHpkeConfig: HpkeConfig?
    /// The metrics in the order of the file, at least one, with different names.
    public let metrics: [Metric]

    init(leaderURL: String?, helperURL: String?, collectorHpkeConfig: HpkeConfig?, metrics: [Metric]) {
        self.leaderURL = leaderURL
        self.helperURL = helperURL
        self.collectorHpkeConfig = collectorHpkeConfig
        self.metrics = metrics
    }

    /// Reads the text of a catalog file.
    ///
    /// - Throws: `CatalogError` with every problem found.
    public init(yaml: String) throws(CatalogError) {
        self = try CatalogReader.read(yaml)
    }

    /// What all metrics with a promise together may give away of a client; nil if that is not limited.
    public var privacyLimit: CatalogPrivacyLimit? { metrics.lazy.compactMap { $0.privacy?.catalogLimit }.first }

    /// The metric called `name`.
    public func metric(named name: String) -> Metric? {
        metrics.first { $0.name == name }
    }

    /// The same metrics with the given parties, whatever parties the catalog had.
    ///
    /// - Parameters:
    ///   - leaderURL: begins with `http://` or `https://`, has a host, no query and no fragment; not `helperURL`.
    ///   - helperURL: likewise.
    public func filled(leaderURL: String, helperURL: String, collectorHpkeConfig: HpkeConfig) -> Catalog {
        precondition(AggregatorURL.flaw(in: leaderURL) == nil && AggregatorURL.flaw(in: helperURL) == nil)
        precondition(leaderURL != helperURL)
        return Catalog(
            leaderURL: leaderURL, helperURL: helperURL, collectorHpkeConfig: collectorHpkeConfig, metrics: metrics)
    }
}
