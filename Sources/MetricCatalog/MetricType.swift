/// What kind of answer a metric takes and what its sums show.
///
/// A value of a `Metric` has been checked against the ranges given here.
public enum MetricType: Sendable, Hashable {
    /// Yes or no; the sum is how many said yes.
    case count
    /// A whole number in 0...max, max at least 1; the sum is the total, and with the report count the mean.
    case sum(max: UInt64)
    /// A number, of which only the bucket counts. `edges` are finite, strictly increasing and without −0; n of them
    /// make n + 1 buckets: below the first, from each up to the next (that one excluded), from the last up.
    case histogram(edges: [Double])
    /// One of at least two options.
    case choice(options: [String])
    /// At most `atMost` of at least two options, perhaps none; `atMost` in 1...options.count.
    case choices(options: [String], atMost: Int)
    /// `length` whole numbers in 0...max, each entry summed on its own; length and max at least 1.
    case vector(length: Int, max: UInt64)

    /// The word for it in a catalog file.
    public var word: String {
        switch self {
        case .count: "count"
        case .sum: "sum"
        case .histogram: "histogram"
        case .choice: "choice"
        case .choices: "choices"
        case .vector: "vector"
        }
    }
}
