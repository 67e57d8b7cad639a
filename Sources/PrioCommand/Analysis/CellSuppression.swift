public import MetricCatalog

/// Which numbers of an exact result are not shown, because they are about so few people that they may tell of one.
///
/// Numbers of people are: how many said yes and how many did not, the buckets of a histogram, the options of a choice,
/// and of a choice of several how many took each option and how many did not. A sum of values and the entries of a
/// vector are none and are always shown.
///
/// A number below the floor is hidden. So is what would give it away. Where all numbers add up to the report count, the
/// smallest of the others is hidden with it, wherever it is: so at least two are, which together are at least the
/// floor. Which of the hidden numbers is which cannot be told then, not even by one who knows this rule (Wong, Fu, Wang
/// and Pei 2007 on why that matters): swapped, they would be hidden alike. Where options exclude each other in part,
/// others are hidden until those that are shown leave room for at least the floor.
///
/// Hidden numbers look the same whatever the reason. Without noise that is all that can be done, and it is weaker: two
/// results that differ by one person still tell of that person.
public struct CellSuppression: Sendable {
    /// The smallest number that is shown; 0 where nothing is hidden.
    public let floor: UInt64
    private let kind: Kind

    private enum Kind {
        /// One number; those that it does not count are another.
        case yesOrNo
        /// Numbers that add up to the report count.
        case parts
        /// Each as with `yesOrNo`; all together at most so many for each report.
        case choices(atMost: UInt64)
        /// No numbers of people.
        case amounts
    }

    /// What is hidden of a metric's results. With a promise nothing is: the noise protects.
    public init(_ metric: Metric) {
        self.init(metric.type, floor: metric.privacy == nil ? metric.suppressBelow : 0)
    }

    /// What is hidden of a type's results.
    public init(_ type: MetricType, floor: UInt64) {
        self.floor = floor
        kind =
            switch type {
            case .count: .yesOrNo
            case .histogram, .choice: .parts
            case .choices(_, let atMost): .choices(atMost: UInt64(atMost))
            case .sum, .vector: .amounts
            }
    }

    /// For each of a result's numbers, whether it is hidden.
    public func hidden(_ values: [Int128], reports: UInt64) -> [Bool] {
        let (least, all) = (Int128(floor), Int128(reports))
        guard floor > 0 else { return values.map { _ in false } }
        switch kind {
        case .amounts: return values.map { _ in false }
        case .yesOrNo: return values.map { $0 < least || all &- $0 < least }
        case .parts:
            guard values.contains(where: { $0 < least }) else { return values.map { _ in false } }
            let next = values.filter { $0 >= least }.min() ?? least
            return values.map { $0 <= next }
        case .choices(let atMost):
            let most = all * Int128(atMost)
            let sum = values.reduce(0, &+)
            // When those that are shown leave room for few others, that is known of each hidden one.
            return hide(values, first: { $0 < least || all &- $0 < least }) { hidden in
                most &- (sum &- hidden.reduce(0, &+)) >= least
            }
        }
    }

    /// Hides the numbers of `first`, and if these are any, the smallest others until the hidden ones are `enough`.
    private func hide(
        _ values: [Int128], first: (Int128) -> Bool, enough: (_ hidden: [Int128]) -> Bool
    ) -> [Bool] {
        var hidden = values.map(first)
        guard hidden.contains(true) else { return hidden }
        var shown = values.indices.filter { !hidden[$0] }.sorted { values[$0] > values[$1] }
        var taken = values.indices.filter { hidden[$0] }.map { values[$0] }
        while !enough(taken), let next = shown.popLast() {
            hidden[next] = true
            taken.append(values[next])
        }
        return hidden
    }
}
