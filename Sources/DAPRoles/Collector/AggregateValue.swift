/// What a batch adds up to. Only noise brings a number below zero.
public enum AggregateValue: Hashable, Sendable {
    /// Count and Sum.
    case integer(Int128)
    /// SumVec, Histogram and MultihotCountVec, in order.
    case vector([Int128])

    /// The numbers in order; one for Count and Sum.
    public var numbers: [Int128] {
        switch self {
        case .integer(let number): [number]
        case .vector(let numbers): numbers
        }
    }
}
