extension Metric {
    /// What the entries of a result stand for, in their order: buckets or options. Nil where the result is one number
    /// or a plain vector. No two labels of a metric are equal.
    ///
    /// Whole, non-negative edges give "below 1", "1", "2–4", "5 and more", as ages are given: 4.5 is in "2–4". Other
    /// edges give "below 0.5", "[0.5, 1)", "1 and more".
    public var labels: [String]? {
        switch type {
        case .count, .sum, .vector: nil
        case .histogram(let edges): Self.labels(forBucketsBetween: edges)
        case .choice(let options), .choices(let options, _): options
        }
    }

    private static func labels(forBucketsBetween edges: [Double]) -> [String] {
        guard let first = edges.first, let last = edges.last else { return [] }
        // With a minus sign in it, "-5–-2" is no longer easy to read; and 2^53 + 1 is not a Double.
        let readsAsWhole = first >= 0 && edges.allSatisfy { $0 == $0.rounded() && $0 < 0x1p53 }
        let inner = zip(edges, edges.dropFirst()).map { lower, upper in
            if readsAsWhole {
                upper - lower == 1 ? written(lower) : "\(written(lower))–\(written(upper - 1))"
            } else {
                "[\(written(lower)), \(written(upper)))"
            }
        }
        return ["below \(written(first))"] + inner + ["\(written(last)) and more"]
    }

    /// The shortest text that reads back as `number`, without ".0" after a whole one.
    static func written(_ number: Double) -> String {
        Int64(exactly: number).flatMap { $0.magnitude <= 1 << 53 ? "\($0)" : nil } ?? "\(number)"
    }
}
