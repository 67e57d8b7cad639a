public import DifferentialPrivacy
public import MetricCatalog

/// The groups of a joint choice, whose options are written `group/option`: every group against one of them, option by
/// option, over all results together.
public struct GroupTable {
    /// One option of one group.
    public struct Row: Sendable {
        /// The group, the text before the first `/`.
        public let group: String
        /// The option, the text behind it.
        public let option: String
        /// How it compares; nil when a number is hidden, or a group is not clearly larger than its noise.
        public let comparison: GroupComparison?
    }

    /// The group that the others are compared with.
    public let base: String
    /// How many reports there are in all groups.
    public let reports: UInt64
    /// How many results are together.
    public let releases: Int
    /// How many windows these are of: more than results where windows were merged.
    public let windows: UInt64
    /// The first second of the first window, and the second after the last.
    public let interval: Range<UInt64>
    /// The comparisons, group by group.
    public let rows: [Row]
    /// What all results together gave away; nil without noise.
    let cost: ReleaseCost?

    /// How many comparisons could be made.
    public var comparisons: Int { rows.count { $0.comparison != nil } }

    /// Compares the groups.
    ///
    /// - Parameter results: at least one.
    /// - Throws: `CommandFailure` when the metric has no such groups; as `ResultSummary`.
    public init(_ results: [CollectedResult], metric: Metric, base: String) throws {
        let groups = try Self.groups(of: metric)
        let baseOptions = try Self.group(base, of: metric).options
        let summary = try ResultSummary(results, metric: metric)
        self.base = base
        reports = summary.reports
        releases = results.count
        windows = try ResultTotal(results).windows
        let start = results.map(\.window.start).min() ?? 0
        interval = start..<max(start, results.map(\.window.end).max() ?? 0)
        cost = ReleaseCost(results, policy: metric.privacy)
        rows = groups.filter { $0.name != base }.flatMap { group in
            Self.rows(of: group, against: baseOptions, in: summary)
        }
    }

    /// Checks that a metric has a group.
    ///
    /// - Throws: `CommandFailure`.
    public static func check(_ name: String, of metric: Metric) throws(CommandFailure) {
        _ = try group(name, of: metric)
    }

    private static func group(_ name: String, of metric: Metric) throws(CommandFailure) -> Group {
        let groups = try groups(of: metric)
        guard let group = groups.first(where: { $0.name == name }) else {
            throw CommandFailure(
                .usage, "\(metric.name) has no group of that name",
                hint: "its groups are \(groups.map(\.name).joined(separator: ", "))")
        }
        return group
    }

    /// A group of a metric: its options, and where each is among all of the metric's.
    struct Group {
        let name: String
        var options: [(name: String, index: Int)]
    }

    /// - Throws: `CommandFailure` when the metric's options name no groups, or only one.
    static func groups(of metric: Metric) throws(CommandFailure) -> [Group] {
        let flaw = CommandFailure(
            .usage, "\(metric.name) has no groups to compare",
            hint: "groups are those of a choice whose options are written group/option")
        guard case .choice(let options) = metric.type else { throw flaw }
        var groups: [Group] = []
        for (index, text) in options.enumerated() {
            guard let slash = text.firstIndex(of: "/") else { throw flaw }
            let option = (name: String(text[text.index(after: slash)...]), index: index)
            if let known = groups.firstIndex(where: { $0.name == text[..<slash] }) {
                groups[known].options.append(option)
            } else {
                groups.append(Group(name: String(text[..<slash]), options: [option]))
            }
        }
        guard groups.count > 1 else { throw flaw }
        return groups
    }

    private static func rows(
        of group: Group, against base: [(name: String, index: Int)], in summary: ResultSummary
    ) -> [Row] {
        // The options that both have come first, in the same order, so that they have the same place.
        let shared = base.filter { option in group.options.contains { $0.name == option.name } }.map(\.name)
        func counts(_ options: [(name: String, index: Int)]) -> NoisyGroup? {
            let ordered = shared.compactMap { name in options.first { $0.name == name } }
            let rest = options.filter { !shared.contains($0.name) }
            let values = (ordered + rest).compactMap { summary.cells[$0.index].value }
            // The size of a group with a hidden number would give that number away.
            guard values.count == options.count else { return nil }
            return NoisyGroup(counts: values.map { NoisyCount(value: $0, noise: summary.noise) })
        }
        let (groupCounts, baseCounts) = (counts(group.options), counts(base))
        return shared.enumerated().map { place, option in
            let comparison = groupCounts.flatMap { group in
                baseCounts.flatMap { GroupComparison(of: group, against: $0, option: place) }
            }
            return Row(group: group.name, option: option, comparison: comparison)
        }
    }
}
