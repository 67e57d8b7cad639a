import DifferentialPrivacy
import Foundation

/// Reproducible fractions for simulations: SplitMix64 (Steele, Lea and Flood 2014).
struct InferenceRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// At least 0 and below 1.
    mutating func fraction() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((word ^ (word >> 31)) >> 11) * 0x1p-53
    }
}

extension NoiseDistribution {
    /// Discrete Laplace noise with a scale.
    static func laplace(_ numerator: Int, over denominator: Int = 1) -> NoiseDistribution {
        .laplace(scale: Rational(UInt128(numerator), over: UInt128(denominator)))
    }

    /// Discrete Gaussian noise with a variance.
    static func gaussian(_ numerator: Int, over denominator: Int = 1) -> NoiseDistribution {
        .gaussian(variance: Rational(UInt128(numerator), over: UInt128(denominator)))
    }
}

/// A distribution of whole numbers as a table, drawn from by the inverse of its distribution function. It shares nothing
/// with the exact samplers.
struct MassTable {
    /// The first number of the table.
    let start: Int
    let masses: [Double]
    private let cumulative: [Double]

    init(start: Int, masses: [Double]) {
        self.start = start
        self.masses = masses
        var sum = 0.0
        cumulative = masses.map { mass in
            sum += mass
            return sum
        }
    }

    /// One draw of noise, whose mass is written down here from its definition.
    init(_ distribution: NoiseDistribution) {
        let reach: Int
        let weight: (Double) -> Double
        switch distribution {
        case .laplace(let scale):
            reach = Int(40 * scale.value) + 2
            weight = { exp(-abs($0) / scale.value) }
        case .gaussian(let variance):
            reach = Int(9 * variance.value.squareRoot()) + 2
            weight = { exp(-$0 * $0 / (2 * variance.value)) }
        }
        let weights = (-reach...reach).map { weight(Double($0)) }
        let total = weights.reduce(0, +)
        self.init(start: -reach, masses: weights.map { $0 / total })
    }

    /// The number of successes in so many trials.
    init(trials: Int, chance: Double) {
        let masses = (0...trials).map { successes in
            let (hits, misses) = (Double(successes), Double(trials - successes))
            let arrangements: Double = lgamma(Double(trials) + 1) - lgamma(hits + 1) - lgamma(misses + 1)
            return exp(arrangements + hits * log(chance) + misses * log(1 - chance))
        }
        self.init(start: 0, masses: masses)
    }

    /// A number from the distribution.
    func draw(_ random: inout InferenceRandom) -> Int {
        let fraction = random.fraction()
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > fraction { high = middle } else { low = middle + 1 }
        }
        return start + low
    }

    /// The sum of so many independent draws.
    func sum(of draws: Int, _ random: inout InferenceRandom) -> Int {
        (0..<draws).reduce(0) { sum, _ in sum + draw(&random) }
    }

    /// The distribution of the sum of a draw from each.
    func convolved(with other: MassTable) -> MassTable {
        var sums = [Double](repeating: 0, count: masses.count + other.masses.count - 1)
        masses.withUnsafeBufferPointer { masses in
            other.masses.withUnsafeBufferPointer { others in
                sums.withUnsafeMutableBufferPointer { sums in
                    var left = 0
                    while left < masses.count {
                        var right = 0
                        while right < others.count {
                            sums[left + right] += masses[left] * others[right]
                            right += 1
                        }
                        left += 1
                    }
                }
            }
        }
        return MassTable(start: start + other.start, masses: sums)
    }

    /// P(|X| ≤ h), of a symmetric table.
    func probability(within h: Int) -> Double {
        masses.enumerated().reduce(0) { abs(start + $1.offset) <= h ? $0 + $1.element : $0 }
    }

    /// The mean of the squares.
    var variance: Double {
        masses.enumerated().reduce(0) { sum, entry in
            let x = Double(start + entry.offset)
            return sum + x * x * entry.element
        }
    }
}
