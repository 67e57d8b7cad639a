public import MetricCatalog

extension Catalog {
    /// Reads a catalog file.
    ///
    /// - Throws: `CommandFailure` `badData` that names the file, its lines and what is wrong with them; `purpose` says
    ///   what it means that there is no such file.
    public static func load(_ path: String, purpose: FileError.Purpose = .data) throws -> Catalog {
        let text = try FileContent.text(path, limit: CatalogLimits.fileBytes, purpose: purpose)
        do throws(CatalogError) {
            return try Catalog(yaml: text)
        } catch {
            throw CommandFailure(catalog: error, path: path)
        }
    }

    /// The metric called `name`.
    ///
    /// - Throws: `CommandFailure` `badData` that lists the names there are.
    public func metric(orFailure name: String, path: String) throws(CommandFailure) -> Metric {
        if let metric = metric(named: name) { return metric }
        let names = metrics.prefix(Self.listedNames).map(\.name).joined(separator: ", ")
        let more = metrics.count > Self.listedNames ? ", …" : ""
        throw CommandFailure(
            .badData, "\(path) has no metric of that name", hint: "its metrics are \(names)\(more)")
    }

    /// The task of a metric.
    ///
    /// - Throws: `CommandFailure` `badData` that names the file.
    public func task(of metric: Metric, path: String) throws -> MetricTask {
        do {
            return try task(for: metric)
        } catch let error as CatalogError {
            throw CommandFailure(catalog: error, path: path)
        }
    }

    /// Names that an error lists.
    private static let listedNames = 50
}
