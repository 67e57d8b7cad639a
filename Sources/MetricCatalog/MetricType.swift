import VDAF

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

extension MetricType {
    /// The VDAF that adds such a metric up (VDAF §7.4), its chunk length chosen by `ChunkLength`.
    var parameters: Prio3Parameters {
        // The catalog's limits keep every count far below 2^32, and max positive.
        let chunkLength = UInt32(ChunkLength.best(forElements: encodedElements))
        return switch self {
        case .count:
            .count
        case .sum(let max):
            .sum(maxMeasurement: max)
        case .histogram(let edges):
            .histogram(length: UInt32(edges.count + 1), chunkLength: chunkLength)
        case .choice(let options):
            .histogram(length: UInt32(options.count), chunkLength: chunkLength)
        case .choices(let options, let atMost):
            .multihotCountVec(
                length: UInt32(options.count), chunkLength: chunkLength, maxWeight: UInt64(atMost))
        case .vector(let length, let max):
            .sumVec(length: UInt32(length), maxMeasurement: max, chunkLength: chunkLength)
        }
    }

    /// How many field elements the circuit checks: the length of an encoded measurement.
    private var encodedElements: Int {
        switch self {
        case .count: 1
        case .sum(let max): max.bitWidthOfValue
        case .histogram(let edges): edges.count + 1
        case .choice(let options): options.count
        case .choices(let options, let atMost): options.count + UInt64(atMost).bitWidthOfValue
        case .vector(let length, let max): length * max.bitWidthOfValue
        }
    }
}
