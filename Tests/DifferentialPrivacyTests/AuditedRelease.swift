import DifferentialPrivacy
import VDAF

/// Releases of one aggregate by an honest aggregator, who adds noise to its share, and a curious one, who adds none.
struct AuditedRelease {
    private let prio3: Prio3
    private let noise: NoiseMechanism
    private let honest: [UInt8]
    private let curious: [UInt8]

    /// - Parameters:
    ///   - aggregate: the exact one.
    ///   - words: splits it.
    init(
        _ aggregate: [UInt128], _ parameters: Prio3Parameters, _ noise: NoiseMechanism, words: inout WordStream
    ) throws {
        prio3 = try Prio3(parameters)
        self.noise = noise
        let modulus = parameters.modulus
        let mask = aggregate.map { _ in words.number(bits: 128) % modulus }
        curious = Self.encode(mask, modulus)
        // Neither difference is below zero or beyond the modulus.
        honest = Self.encode(
            zip(aggregate, mask).map { $0 >= $1 ? $0 - $1 : modulus - ($1 - $0) }, modulus)
    }

    /// What the collector gets, centred around zero.
    func outputs(_ count: Int, words: inout WordStream) throws -> [[Int]] {
        let modulus = prio3.parameters.modulus
        return try (0..<count).map { _ in
            let share = try prio3.add(
                noise: noise.draw(count: prio3.parameters.aggregateLength, from: &words), to: honest)
            let result: [UInt128] =
                switch try prio3.unshard([share, curious]) {
                case .integer(let number): [number]
                case .vector(let numbers): numbers
                }
            return result.map { $0 > modulus / 2 ? -Int(modulus - $0) : Int($0) }
        }
    }

    private static func encode(_ numbers: [UInt128], _ modulus: UInt128) -> [UInt8] {
        let size = modulus >> 64 == 0 ? 8 : 16
        return numbers.flatMap { number in (0..<size).map { UInt8(truncatingIfNeeded: number >> UInt128(8 * $0)) } }
    }
}
