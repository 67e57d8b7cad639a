import VDAF

/// So many reports cannot have added up to more.
///
/// A total below zero, which an aggregator's noise can bring about, is a number close to the field's modulus: shown as
/// it is, it would pass for a huge count.
enum AggregateRangeRule {
    /// Whether each of the numbers is one that so many reports can make.
    static func accepts(_ result: Prio3AggregateResult, of parameters: Prio3Parameters, reportCount: UInt64) -> Bool {
        let largest: UInt64 =
            switch parameters {
            case .count, .histogram, .multihotCountVec: 1
            case .sum(let maxMeasurement): maxMeasurement
            case .sumVec(_, let maxMeasurement, _): maxMeasurement
            }
        // Both factors fit 64 bits.
        let bound = UInt128(reportCount) * UInt128(largest)
        return switch result {
        case .integer(let value): value <= bound
        case .vector(let values): values.allSatisfy { $0 <= bound }
        }
    }
}
