import Testing
import VDAF

/// Noise on encoded aggregate shares.
@Suite struct NoiseTests {
    private func numbers(_ result: Prio3AggregateResult) -> [UInt128] {
        switch result {
        case .integer(let number): [number]
        case .vector(let numbers): numbers
        }
    }

    /// The sum of integers of either sign, modulo the modulus.
    private func sum(_ number: UInt128, _ noise: [Int128], modulus: UInt128) -> UInt128 {
        noise.reduce(number) { sum, summand in
            let magnitude = summand.magnitude % modulus
            let added = summand < 0 && magnitude > 0 ? modulus - magnitude : magnitude
            return sum >= modulus - added ? sum - (modulus - added) : sum + added
        }
    }

    /// Both parties' aggregate shares of a few reports, and the exact aggregate.
    private func aggregate(
        _ kind: PrioKind, random: inout SplitMix64
    ) throws -> (prio3: Prio3, shares: [[UInt8]], exact: [UInt128]) {
        let parties = try TwoParties(kind.parameters, random: &random)
        var reports: [SplitReport] = []
        for _ in 0..<3 {
            reports.append(try parties.report(kind.randomMeasurement(&random).0, bucket: 0, random: &random))
        }
        let shares = try parties.aggregate(reports).map { try #require($0[0]) }
        return (parties.prio3, shares, numbers(try parties.prio3.unshard(shares)))
    }

    @Test("Noise of both parties adds up with the exact aggregate, modulo the modulus", arguments: PrioKind.all)
    func bothNoises(kind: PrioKind) throws {
        var random = SplitMix64(seed: 71)
        let (prio3, shares, exact) = try aggregate(kind, random: &random)
        #expect(exact.count == kind.parameters.aggregateLength)
        for width in [1, 8, 40, 63, 64, 100, 127] as [Int128] {
            let noises = shares.map { _ in
                exact.map { _ in
                    Int128(truncatingIfNeeded: UInt128(random.next()) << 64 | UInt128(random.next())) >> (127 - width)
                }
            }
            let noisy = try zip(shares, noises).map { try prio3.add(noise: $1, to: $0) }
            let expected = exact.indices.map { index in
                sum(exact[index], noises.map { $0[index] }, modulus: kind.parameters.modulus)
            }
            #expect(numbers(try prio3.unshard(noisy)) == expected, "seed 71, width \(width)")
        }
    }

    @Test("A noise below zero leads below zero: to just below the modulus", arguments: PrioKind.all)
    func negativeNoise(kind: PrioKind) throws {
        var random = SplitMix64(seed: 72)
        let (prio3, shares, exact) = try aggregate(kind, random: &random)
        let noise = exact.map { -Int128($0) - 3 }
        let noisy = try prio3.add(noise: noise, to: shares[0])
        let result = numbers(try prio3.unshard([noisy, shares[1]]))
        #expect(result == exact.map { _ in kind.parameters.modulus - 3 }, "seed 72")
        let extreme = try prio3.add(noise: exact.map { _ in .min }, to: shares[0])
        #expect(
            numbers(try prio3.unshard([extreme, shares[1]]))
                == exact.map { sum($0, [.min], modulus: kind.parameters.modulus) }, "seed 72")
    }

    @Test("No noise changes nothing", arguments: PrioKind.all)
    func zeroNoise(kind: PrioKind) throws {
        var random = SplitMix64(seed: 73)
        let (prio3, shares, exact) = try aggregate(kind, random: &random)
        for share in shares { #expect(try prio3.add(noise: exact.map { _ in 0 }, to: share) == share) }
    }

    @Test("There must be a noise for each number, and a share that decodes", arguments: PrioKind.all)
    func refusals(kind: PrioKind) throws {
        let prio3 = try Prio3(kind.parameters)
        let length = kind.parameters.aggregateLength
        let zero = try prio3.merge([])
        for count in [0, length - 1, length + 1] where count != length {
            #expect(throws: VDAFError(.invalidParameters, "")) {
                try prio3.add(noise: [Int128](repeating: 1, count: count), to: zero)
            }
        }
        let noise = [Int128](repeating: 1, count: length)
        for share in [[], zero.dropLast(), zero + [0], zero.map { _ in 0xff }] as [[UInt8]] {
            #expect(throws: VDAFError(.malformedMessage, "")) { try prio3.add(noise: noise, to: share) }
        }
    }
}
