import Testing
import VDAF

/// One Prio3 of each kind, small, with measurements to draw at random.
struct PrioKind: Sendable, CustomTestStringConvertible {
    let parameters: Prio3Parameters

    static let all: [PrioKind] = [
        .count, .sum(maxMeasurement: 1000), .sumVec(length: 5, maxMeasurement: 12, chunkLength: 4),
        .histogram(length: 7, chunkLength: 3), .multihotCountVec(length: 6, chunkLength: 2, maxWeight: 4),
    ].map(PrioKind.init(parameters:))

    var testDescription: String { "\(parameters)" }

    /// Whether there are joint randomness, a public share and blinds.
    var usesJointRand: Bool { parameters.algorithmID > 2 }
    /// Bytes of an encoded element.
    var elementSize: Int { parameters.algorithmID > 2 ? 16 : 8 }

    /// A valid measurement and what it adds to the total.
    func randomMeasurement(_ random: inout SplitMix64) -> (Prio3Measurement, [UInt128]) {
        switch parameters {
        case .count:
            let value = random.next() & 1
            return (.integer(value), [UInt128(value)])
        case .sum(let maximum):
            let value = random.next() % (maximum + 1)
            return (.integer(value), [UInt128(value)])
        case .sumVec(let length, let maximum, _):
            let values = (0..<length).map { _ in random.next() % (maximum + 1) }
            return (.vector(values), values.map { UInt128($0) })
        case .histogram(let length, _):
            let bucket = random.next() % UInt64(length)
            return (.integer(bucket), (0..<UInt64(length)).map { $0 == bucket ? 1 : 0 })
        case .multihotCountVec(let length, _, let maxWeight):
            var bits = [UInt64](repeating: 0, count: Int(length))
            for _ in 0..<random.next() % (maxWeight + 1) { bits[Int(random.next() % UInt64(length))] = 1 }
            return (.vector(bits), bits.map { UInt128($0) })
        }
    }

    /// The result that stands for a total.
    func result(_ total: [UInt128]) -> Prio3AggregateResult {
        switch parameters {
        case .count, .sum: .integer(total[0])
        case .sumVec, .histogram, .multihotCountVec: .vector(total)
        }
    }
}
