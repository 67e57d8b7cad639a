/// Why a catalog cannot be used: every problem found in it, in the order of the file.
///
/// A file that is not YAML, or that gives a key twice in one block, cannot be looked at further and has one problem.
public struct CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One thing to put right.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The line of the file, from 1; nil if the problem is not at a place in the file.
        public let line: Int?
        /// The name of the metric concerned; nil outside the metrics, or if the metric's name is itself the problem.
        public let metric: String?
        /// What is wrong, as a sentence without its full stop.
        public let reason: String

        /// One line: `line 12: metric doctor-visits: …`.
        public var description: String {
            let place = line.map { "line \($0): " } ?? ""
            let subject = metric.map { "metric \($0): " } ?? ""
            return place + subject + reason
        }
    }

    /// The problems, at least one and at most `CatalogLimits.problems`.
    public let problems: [Problem]
    /// How many more there were.
    public let unlistedCount: Int

    /// One line a problem.
    public var description: String {
        var lines = problems.map(\.description)
        if unlistedCount > 0 {
            lines.append("and \(unlistedCount) more")
        }
        return lines.joined(separator: "\n")
    }

    init(_ reason: String, line: Int? = nil, metric: String? = nil) {
        problems = [Problem(line: line, metric: metric, reason: reason)]
        unlistedCount = 0
    }

    /// The collected problems, put into the order of the file, or nil if there are none.
    init?(_ found: [Problem]) {
        guard !found.isEmpty else { return nil }
        let ordered = found.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }
        problems = ordered.prefix(CatalogLimits.problems).map(\.element)
        unlistedCount = found.count - problems.count
    }
}
