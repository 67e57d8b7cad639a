import DAPMessages
import MetricCatalog

/// Texts of catalogs for tests.
enum CatalogText {
    /// The X25519 base point as a public key, for ChaCha20-Poly1305, under ID 1.
    static let collectorKey = "AQAgAAEAAwAgCQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    static let parties = """
        leader_url: https://leader.example/
        helper_url: https://helper.example/dap/
        collector_hpke_config: \(collectorKey)

        """

    /// A catalog of one metric whose type keys are `type`, one per line, and `extra` lines at the end of the metric.
    static func one(
        name: String = "m", _ type: String, extra: String = "", minBatchSize: String = "100",
        timePrecision: String = "1d"
    ) -> String {
        let lines = (type + (extra.isEmpty ? "" : "\n" + extra)).split(separator: "\n").map { "    " + $0 }
        return parties + """
            min_batch_size: \(minBatchSize)
            time_precision: \(timePrecision)
            metrics:
              - name: \(name)
                title: A title
                description: A reason
            \(lines.joined(separator: "\n"))

            """
    }

    /// The only metric of `one(…)`.
    static func metric(_ type: String, extra: String = "") throws -> Metric {
        try only(Catalog(yaml: one(type, extra: extra)))
    }

    static func only(_ catalog: Catalog) throws -> Metric {
        guard let metric = catalog.metrics.first, catalog.metrics.count == 1 else { throw UnexpectedCatalog() }
        return metric
    }

    struct UnexpectedCatalog: Error {}
}
