import Yams

/// The metrics of the file.
extension CatalogReader {
    /// The keys that say what a type needs, and the words of the types that have them.
    private static let typeKeys: [(key: String, types: [String])] = [
        ("max", ["sum", "vector"]), ("edges", ["histogram"]), ("options", ["choice", "choices"]),
        ("at_most", ["choices"]), ("length", ["vector"]),
    ]
    private static let typeWords = ["count", "sum", "histogram", "choice", "choices", "vector"]

    /// The metric that `block` describes. `lines` has the lines of the names so far.
    mutating func metric(
        _ block: CatalogBlock, defaults: MetricDefaults, lines: inout [String: Int]
    ) -> Metric? {
        var block = block
        let nameEntry = block.take("name")
        let name = nameEntry.flatMap { self.name($0) }
        if nameEntry == nil {
            report(block.line, "a metric has no `name`")
        }
        return naming(name) { reader in
            if let name, let nameEntry {
                if let earlier = lines[name] {
                    reader.report(nameEntry.line, "the name is taken by the metric on line \(earlier)")
                } else {
                    lines[name] = nameEntry.line
                }
            }
            return reader.metric(&block, name: name, defaults: defaults)
        }
    }

    private mutating func metric(
        _ block: inout CatalogBlock, name: String?, defaults: MetricDefaults
    ) -> Metric? {
        let title = required("title", &block).flatMap { line($0, limit: CatalogLimits.titleBytes) }
        let summary = required("description", &block).flatMap { description($0) }
        let unit = block.take("unit").flatMap { line($0, limit: CatalogLimits.unitBytes) }
        let version = block.take("version").map { self.version($0) } ?? defaults.version ?? 1
        let minBatchSize = block.take("min_batch_size").map { self.minBatchSize($0) } ?? defaults.minBatchSize
        let timePrecision = block.take("time_precision").map { self.timePrecision($0) } ?? defaults.timePrecision
        let retention = block.take("report_retention").map { self.retention($0) } ?? defaults.reportRetention
        let batchMode = block.take("batch_mode").map { self.batchMode($0) } ?? defaults.batchMode ?? .timeInterval
        let starts = block.take("starts").map { moment($0) } ?? defaults.starts
        let ends = block.take("ends").map { moment($0) } ?? defaults.ends
        let period = period(from: starts, to: ends, timePrecision: timePrecision ?? 1)
        let reportRetention = reportRetention(retention, timePrecision: timePrecision ?? 1)
        if minBatchSize == nil {
            report(block.line, "the key `min_batch_size` is missing, here and at the top of the file")
        }
        if timePrecision == nil {
            report(block.line, "the key `time_precision` is missing, here and at the top of the file")
        }
        let contributions =
            block.take("contribution_limit").map { contributionLimit($0) } ?? defaults.contributionLimit ?? 1
        let written = block.take("privacy").map { metricPrivacy($0) } ?? .inherited(line: block.line)
        let suppressBelow = suppressBelow(block.take("suppress_below"), privacy: written, defaults: defaults)
        let type = type(&block)
        let privacy = type.flatMap {
            policy(written, of: $0, contributionLimit: contributions, defaults: defaults)
        }
        guard let name, let title, let summary, let type, let minBatchSize, let timePrecision else { return nil }
        return Metric(
            name: name, title: title, summary: summary, unit: unit, version: version, type: type,
            minBatchSize: minBatchSize, timePrecision: timePrecision, reportRetention: reportRetention,
            batchMode: batchMode, period: period, contributionLimit: contributions, privacy: privacy,
            suppressBelow: suppressBelow)
    }

    private mutating func required(_ key: String, _ block: inout CatalogBlock) -> CatalogBlock.Entry? {
        let entry = block.take(key)
        if entry == nil {
            report(block.line, "the key `\(key)` is missing")
        }
        return entry
    }

    private mutating func name(_ entry: CatalogBlock.Entry) -> String? {
        guard let name = line(entry, limit: CatalogLimits.nameBytes) else { return nil }
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789".utf8
        guard let first = name.utf8.first, letters.contains(first),
            name.utf8.allSatisfy({ letters.contains($0) || "._-".utf8.contains($0) })
        else {
            report(entry.line, "a metric's `name` consists of a-z, 0-9, `.`, `_` and `-`, and begins with a-z or 0-9")
            return nil
        }
        return name
    }

    private mutating func type(_ block: inout CatalogBlock) -> MetricType? {
        let entry = required("type", &block)
        let word = entry.flatMap { line($0, limit: CatalogLimits.nameBytes) }
        let known = word.map { Self.typeWords.contains($0) } ?? false
        if let entry, let word, !known {
            report(
                entry.line,
                "unknown type \(shown(word)); the types are \(Self.typeWords.joined(separator: ", "))")
        }
        let type = word.flatMap { known ? self.type($0, &block) : nil }
        for entry in block.remaining {
            guard let types = Self.typeKeys.first(where: { $0.key == entry.key })?.types else {
                report(entry.line, "unknown key \(shown(entry.key))")
                continue
            }
            // Without a known type there is nothing to say about the keys that depend on it.
            if let word, known {
                report(
                    entry.line,
                    "the key `\(entry.key)` is for the type \(types.joined(separator: " or ")), not for \(word)")
            }
        }
        return type
    }

    private mutating func type(_ word: String, _ block: inout CatalogBlock) -> MetricType? {
        switch word {
        case "sum":
            return required("max", &block).flatMap { sumMax($0) }.map { .sum(max: $0) }
        case "histogram":
            return required("edges", &block).flatMap { edges($0) }.map { .histogram(edges: $0) }
        case "choice":
            return required("options", &block).flatMap { options($0) }.map { .choice(options: $0) }
        case "choices":
            let options = required("options", &block).flatMap { self.options($0) }
            // Without valid options the largest possible number stands in for theirs.
            let largest = UInt64(options?.count ?? CatalogLimits.options)
            let atMost = required("at_most", &block).flatMap { whole($0, in: 1...largest) }
            guard let options, let atMost else { return nil }
            return .choices(options: options, atMost: Int(atMost))
        case "vector":
            return vector(&block)
        default:
            return .count
        }
    }

    private mutating func sumMax(_ entry: CatalogBlock.Entry) -> UInt64? {
        guard let max = whole(entry, in: 1...UInt64.max) else { return nil }
        guard SumBound.holds(sumsOf: max, below: SumBound.field64) else {
            let largest = SumBound.largestMax(below: SumBound.field64)
            report(
                entry.line,
                """
                `max` must be at most \(largest), \
                or the sum of \(CatalogLimits.largestBatch) reports could wrap around
                """)
            return nil
        }
        return max
    }

    private mutating func vector(_ block: inout CatalogBlock) -> MetricType? {
        let max = required("max", &block).flatMap { whole($0, in: 1...SumBound.largestVectorMax) }
        let lengthEntry = required("length", &block)
        let length = lengthEntry.flatMap { whole($0, in: 1...UInt64(CatalogLimits.vectorLength)) }
        guard let max, let length, let lengthEntry else { return nil }
        precondition(SumBound.holds(sumsOf: max, below: SumBound.field128))
        guard Int(length) * max.bitWidthOfValue <= CatalogLimits.encodedElements else {
            report(
                lengthEntry.line,
                """
                `length` times the binary digits of `max` (\(max.bitWidthOfValue)) \
                must be at most \(CatalogLimits.encodedElements)
                """)
            return nil
        }
        return .vector(length: Int(length), max: max)
    }

    private mutating func edges(_ entry: CatalogBlock.Entry) -> [Double]? {
        guard let nodes = list(entry, count: 1...CatalogLimits.edges) else { return nil }
        var edges: [Double] = []
        var isValid = true
        for (index, node) in nodes.enumerated() {
            guard let edge = decimal(node, "edge \(index + 1)", line: entry.line) else {
                isValid = false
                continue
            }
            if let last = edges.last, edge <= last {
                report(node.mark?.line ?? entry.line, "edge \(index + 1) is not larger than the one before it")
                isValid = false
            }
            edges.append(edge)
        }
        return isValid ? edges : nil
    }

    private mutating func options(_ entry: CatalogBlock.Entry) -> [String]? {
        guard let nodes = list(entry, count: 2...CatalogLimits.options) else { return nil }
        var options: [String] = []
        var seen: Set<String> = []
        for (index, node) in nodes.enumerated() {
            let what = "option \(index + 1)"
            guard let option = line(node, what, line: entry.line, limit: CatalogLimits.optionBytes) else { continue }
            let line = node.mark?.line ?? entry.line
            if option.utf8.contains(UInt8(ascii: ",")) {
                report(line, "\(what) contains a comma, which separates options")
            } else if !seen.insert(option).inserted {
                report(line, "\(what) repeats \(shown(option))")
            } else {
                options.append(option)
            }
        }
        return options.count == nodes.count ? options : nil
    }
}
