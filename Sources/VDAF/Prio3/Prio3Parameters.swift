/// Which Prio3 it is, and its parameters (VDAF §7.4; encoded in DAP's appendix on VDAF configurations).
public enum Prio3Parameters: Hashable, Sendable {
    /// Prio3Count: how many measurements are 1.
    case count
    /// Prio3Sum: the sum of integers in `0 ... maxMeasurement`, below 2^63. Totals are exact below the modulus
    /// 2^64 − 2^32 + 1 and wrap around it.
    case sum(maxMeasurement: UInt64)
    /// Prio3SumVec: the sum of vectors of `length` integers in `0 ... maxMeasurement`.
    case sumVec(length: UInt32, maxMeasurement: UInt64, chunkLength: UInt32)
    /// Prio3Histogram: how many measurements fall into each of `length` buckets.
    case histogram(length: UInt32, chunkLength: UInt32)
    /// Prio3MultihotCountVec: how often each of `length` choices was made, at most `maxWeight` by one client.
    case multihotCountVec(length: UInt32, chunkLength: UInt32, maxWeight: UInt64)

    /// The VDAF's algorithm identifier (VDAF §10).
    public var algorithmID: UInt32 {
        switch self {
        case .count: 1
        case .sum: 2
        case .sumVec: 3
        case .histogram: 4
        case .multihotCountVec: 5
        }
    }
}

extension Prio3Parameters {
    /// How many numbers an aggregate consists of.
    public var aggregateLength: Int {
        switch self {
        case .count, .sum: 1
        case .sumVec(let length, _, _), .histogram(let length, _), .multihotCountVec(let length, _, _): Int(length)
        }
    }

    /// The modulus of the field that sums are known by (VDAF §6.1.4).
    public var modulus: UInt128 {
        switch self {
        case .count, .sum: Field64.inversionExponent + 2
        case .sumVec, .histogram, .multihotCountVec: Field128.inversionExponent + 2
        }
    }

    /// The largest number that one report can add to one of the aggregate's.
    public var largestContribution: UInt64 {
        switch self {
        case .count, .histogram, .multihotCountVec: 1
        case .sum(let maxMeasurement), .sumVec(_, let maxMeasurement, _): maxMeasurement
        }
    }
}

/// A measurement before it is split: the most secret value there is.
public enum Prio3Measurement: Sendable, Redacted {
    /// A count's 0 or 1, a sum's summand, a histogram's bucket index.
    case integer(UInt64)
    /// A vector to sum, or zeros and ones for several choices.
    case vector([UInt64])
}

/// What a batch adds up to.
public enum Prio3AggregateResult: Hashable, Sendable {
    /// Count and Sum.
    case integer(UInt128)
    /// SumVec, Histogram and MultihotCountVec, in order.
    case vector([UInt128])
}
