public import VDAF

/// How far a sum moves when one report is replaced by another that the circuit accepts.
public struct Sensitivity: Hashable, Sendable {
    /// The largest sum of the absolute changes.
    public let l1: UInt128
    /// The largest sum of the squares of the changes: a whole number, where its root is none.
    public let l2Squared: UInt128

    /// A sensitivity; both at least 1.
    public init(l1: UInt128, l2Squared: UInt128) {
        self.l1 = l1
        self.l2Squared = l2Squared
    }

    /// The sensitivity of what the VDAF's circuit lets through (VDAF §7.4).
    ///
    /// A histogram's report is a one in one place: replaced, it takes one from a place and adds one to another. Of w
    /// options among n, two reports differ in 2w places at most, and in n at most.
    /// - Throws: `VDAFError` when the parameters are too large for any noise: not below 2^127.
    public init(of parameters: Prio3Parameters) throws {
        switch parameters {
        case .count: self.init(l1: 1, l2Squared: 1)
        case .sum(let max): self.init(l1: UInt128(max), l2Squared: UInt128(max) * UInt128(max))
        case .histogram: self.init(l1: 2, l2Squared: 2)
        case .multihotCountVec(let length, _, let maxWeight):
            let places = min(2 * UInt128(maxWeight), UInt128(length))
            self.init(l1: places, l2Squared: places)
        case .sumVec(let length, let max, _):
            let (square, overflow) = (UInt128(max) * UInt128(max)).multipliedReportingOverflow(by: UInt128(length))
            guard !overflow, square >> 127 == 0 else {
                throw VDAFError(.invalidParameters, "so large a vector has no sensitivity below 2^127")
            }
            self.init(l1: UInt128(max) * UInt128(length), l2Squared: square)
        }
    }
}
