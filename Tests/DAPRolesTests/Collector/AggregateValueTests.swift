import DAPRoles
import DifferentialPrivacy
import Testing
import VDAF

@Suite("Reading noisy totals")
struct AggregateValueTests {
    private static let kinds: [Prio3Parameters] = [
        .count, .sum(maxMeasurement: 1000), .histogram(length: 3, chunkLength: 1),
        .multihotCountVec(length: 3, chunkLength: 1, maxWeight: 2),
        .sumVec(length: 3, maxMeasurement: 77, chunkLength: 1),
    ]
    private static let noises: [NoiseDistribution] = [
        .laplace(scale: Rational(10)), .gaussian(variance: Rational(1000)),
    ]

    private func read(
        _ number: Int128, _ parameters: Prio3Parameters, reports: UInt64, _ noise: NoiseDistribution?
    ) -> AggregateValue? {
        let element = number < 0 ? parameters.modulus - number.magnitude : number.magnitude
        let result: Prio3AggregateResult =
            parameters.aggregateLength == 1 ? .integer(element) : .vector([0, element, 0])
        return AggregateRangeRule.value(of: result, of: parameters, reportCount: reports, noise: noise)
    }

    @Test("Numbers around what is possible read back as they are, below zero and above the largest total")
    func aroundTheRange() throws {
        for parameters in Self.kinds {
            for noise in Self.noises {
                for reports: UInt64 in [1, 100, 1 << 32] {
                    let largest = Int128(reports) * Int128(parameters.largestContribution)
                    let reach = Int128(2 * noise.allButCertainBound)
                    for number in [0, -1, -reach, largest, largest + 1, largest + reach] {
                        let value = try #require(read(number, parameters, reports: reports, noise))
                        #expect(value.numbers.contains(number), "\(parameters), \(noise), \(number)")
                    }
                    #expect(read(-reach - 1, parameters, reports: reports, noise) == nil)
                    #expect(read(largest + reach + 1, parameters, reports: reports, noise) == nil)
                }
            }
        }
    }

    @Test("Without a promise a number beyond what the reports can make is refused, on either side")
    func exact() {
        for parameters in Self.kinds {
            let largest = 100 * Int128(parameters.largestContribution)
            #expect(read(largest, parameters, reports: 100, nil)?.numbers.contains(largest) == true)
            #expect(read(largest + 1, parameters, reports: 100, nil) == nil)
            #expect(read(-1, parameters, reports: 100, nil) == nil)
        }
    }

    @Test("The middle of the gap divides what is below zero from what is above the largest total")
    func middle() {
        // The gap between 20 and 97 + 0: 58 is 38 from 20 and 39 from 97, 59 is 39 and 38.
        func number(_ element: UInt128) -> Int128? {
            AggregateRangeRule.number(of: element, modulus: 97, largest: 20, tolerance: 1000)
        }
        #expect((0...58).allSatisfy { number($0) == Int128($0) })
        #expect((59..<97).allSatisfy { number($0) == Int128($0) - 97 })
        #expect(number(97) == nil)
    }

    @Test("Where reports fill the whole field, nothing is below zero; what no signed integer holds is refused")
    func full() {
        #expect(AggregateRangeRule.number(of: 96, modulus: 97, largest: 200, tolerance: 5) == 96)
        #expect(AggregateRangeRule.number(of: 1 << 127, modulus: .max, largest: .max, tolerance: 0) == nil)
    }

    @Test("The bound is passed by less than 2^-64 of the draws, whatever the parameter")
    func bound() {
        #expect(NoiseDistribution.laplace(scale: Rational(1)).allButCertainBound == 46)
        #expect(NoiseDistribution.laplace(scale: Rational(1, over: 1_000_000)).allButCertainBound == 1)
        #expect(NoiseDistribution.gaussian(variance: Rational(1)).allButCertainBound == 10)
        #expect(NoiseDistribution.laplace(scale: Rational(.max)).allButCertainBound == 1 << 125)
    }
}
