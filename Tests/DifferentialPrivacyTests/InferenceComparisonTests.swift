import DifferentialPrivacy
import Foundation
import Testing

/// Comparisons of two groups, in simulations with binomial sampling and noise.
@Suite struct InferenceComparisonTests {
    /// A group of one option and what its other reports are spread over, sampled and with the noise of two aggregators.
    private struct Arm {
        let reports: Int
        let options: Int
        let table: MassTable
        let noise: AddedNoise
        let noiseTable: MassTable?

        init(reports: Int, share: Double, options: Int, noise: NoiseDistribution?) {
            self.reports = reports
            self.options = options
            self.noise = noise.map { AddedNoise($0, draws: 2) } ?? .none
            table = MassTable(trials: reports, chance: share)
            noiseTable = noise.map { MassTable($0) }
        }

        func sample(_ random: inout InferenceRandom) -> NoisyGroup {
            let hits = table.draw(&random)
            let each = (reports - hits) / (options - 1)
            let cells = [hits, reports - hits - each * (options - 2)] + [Int](repeating: each, count: options - 2)
            return NoisyGroup(
                counts: cells.map { cell in
                    NoisyCount(value: Int128(cell + (noiseTable?.sum(of: 2, &random) ?? 0)), noise: noise)
                })
        }
    }

    static let noises: [NoiseDistribution?] = [nil, .laplace(5), .laplace(12), .gaussian(100)]

    /// Compares two arms many times; a comparison that could not be made counts for none.
    private func compare(
        _ arm: Arm, _ base: Arm, trials: Int, seed: UInt64, _ use: (GroupComparison) -> Void
    ) {
        var random = InferenceRandom(seed: seed)
        for _ in 0..<trials {
            let (group, other) = (arm.sample(&random), base.sample(&random))
            if let comparison = GroupComparison(of: group, against: other, option: 0) { use(comparison) }
        }
    }

    @Test(arguments: noises, [2, 4])
    func differencesAndLiftsAreCoveredAsOftenAsTheySay(_ noise: NoiseDistribution?, options: Int) {
        let (shares, seed, trials) = ((0.36, 0.3), UInt64(21), 10_000)
        let arm = Arm(reports: 1_500, share: shares.0, options: options, noise: noise)
        let base = Arm(reports: 1_200, share: shares.1, options: options, noise: noise)
        var (ofShares, ofDifferences, ofLifts) = (0, 0, 0)
        compare(arm, base, trials: trials, seed: seed) { comparison in
            if comparison.share.interval.contains(shares.0) { ofShares += 1 }
            if comparison.difference.interval.contains(shares.0 - shares.1) { ofDifferences += 1 }
            if comparison.lift?.interval.contains(shares.0 / shares.1 - 1) == true { ofLifts += 1 }
        }
        for covered in [ofShares, ofDifferences, ofLifts] {
            let rate = Double(covered) / Double(trials)
            #expect((0.94...0.96).contains(rate), "\(rate) with seed \(seed)")
        }
    }

    @Test(arguments: noises) func equalGroupsDifferInOneOfTwentyComparisons(_ noise: NoiseDistribution?) {
        let (seed, trials) = (UInt64(22), 12_000)
        let arm = Arm(reports: 1_000, share: 0.3, options: 3, noise: noise)
        let base = Arm(reports: 1_400, share: 0.3, options: 3, noise: noise)
        var (found, beyond) = (0, 0)
        compare(arm, base, trials: trials, seed: seed) { comparison in
            if comparison.p < 0.05 { found += 1 }
            if abs(comparison.z) > 1.959963984540054 { beyond += 1 }
        }
        #expect(found == beyond)
        // Four standard deviations of a rate of 5%, and what Laplace tails add to normal ones.
        let deviation = (0.05 * 0.95 / Double(trials)).squareRoot()
        let rate = Double(found) / Double(trials)
        #expect((0.05 - 4 * deviation...0.053 + 4 * deviation).contains(rate), "\(rate) with seed \(seed)")
    }

    @Test func comparisonWithoutNoiseIsTheTextbooksOne() throws {
        // 120 of 400 against 90 of 400: pooled share 0.2625.
        let group = NoisyGroup(counts: [120, 280].map { NoisyCount(value: $0, noise: .none) })
        let base = NoisyGroup(counts: [90, 310].map { NoisyCount(value: $0, noise: .none) })
        let comparison = try #require(GroupComparison(of: group, against: base, option: 0))
        let z = 0.075 / (0.2625 * 0.7375 * 2 / 400).squareRoot()
        #expect(abs(comparison.z - z) < 1e-12)
        #expect(abs(comparison.p - erfc(z / 2.0.squareRoot())) < 1e-15)
        let deviation = ((0.3 * 0.7 + 0.225 * 0.775) / 400).squareRoot()
        #expect(abs(comparison.difference.standardDeviation - deviation) < 1e-15)
        #expect(abs(comparison.difference.interval.lowerBound - (0.075 - 1.959963984540054 * deviation)) < 1e-12)
        let lift = try #require(comparison.lift)
        let logDeviation = (0.7 / 120 + 0.775 / 90).squareRoot()
        #expect(abs(lift.value - 1 / 3.0) < 1e-12)
        #expect(abs(lift.interval.upperBound - (4 / 3.0 * exp(1.959963984540054 * logDeviation) - 1)) < 1e-12)
        #expect(group.size == Estimate(exactly: 400))
    }

    @Test func groupsThatDrownInNoiseAreNotCompared() {
        let noise = AddedNoise(.laplace(10), draws: 2)
        func group(_ counts: [Int128]) -> NoisyGroup {
            NoisyGroup(counts: counts.map { NoisyCount(value: $0, noise: noise) })
        }
        let large = group([500, 500])
        // Two counts have a standard deviation of 28.3, five times which is 141.3.
        #expect(group([70, 71]).share(of: 0) == nil)
        #expect(group([70, 72]).share(of: 0) != nil)
        #expect(GroupComparison(of: group([70, 71]), against: large, option: 0) == nil)
        #expect(GroupComparison(of: large, against: group([-70, -80]), option: 0) == nil)
        #expect(GroupComparison(of: large, against: large, option: 2) == nil)
        #expect(GroupComparison(of: large, against: large, option: -1) == nil)
        #expect(GroupComparison(of: group([]), against: large, option: 0) == nil)
        #expect(GroupComparison(of: large, against: group([.max, .min]), option: 0) == nil)
    }

    @Test func sharesThatMayBeZeroHaveNoLift() throws {
        let noise = AddedNoise(.laplace(2), draws: 2)
        func group(_ counts: [Int128]) -> NoisyGroup {
            NoisyGroup(counts: counts.map { NoisyCount(value: $0, noise: noise) })
        }
        for hits in [Int128(-5), 0, 4] {
            let comparison = try #require(
                GroupComparison(of: group([hits, 400]), against: group([200, 200]), option: 0))
            #expect(comparison.lift == nil)
            #expect(comparison.p < 1e-6)
        }
        let none = NoisyGroup(counts: [0, 9].map { NoisyCount(value: $0, noise: .none) })
        let equal = try #require(GroupComparison(of: none, against: none, option: 0))
        #expect(equal.z == 0 && equal.p == 1 && equal.lift == nil && equal.difference == Estimate(exactly: 0))
    }

    @Test(arguments: noises) func theSampleSizeHasThePowerItPromises(_ noise: NoiseDistribution?) throws {
        let (seed, trials, lift) = (UInt64(23), 4_000, 0.25)
        let added = noise.map { AddedNoise($0, draws: 2) } ?? .none
        let size = SampleSize(baseShare: 0.2, options: 3, noise: added)
        let reports = Int(try #require(size.reports(detecting: lift)))
        let arm = Arm(reports: reports, share: 0.2 * (1 + lift), options: 3, noise: noise)
        let base = Arm(reports: reports, share: 0.2, options: 3, noise: noise)
        var found = 0
        compare(arm, base, trials: trials, seed: seed) { if $0.p < 0.05 { found += 1 } }
        let power = Double(found) / Double(trials)
        #expect((0.77...0.83).contains(power), "\(power) with seed \(seed), \(reports) reports")
    }

    @Test func sampleSizesWithoutNoiseAreTheTextbooksOnes() throws {
        // ((1.96 √(2 · 0.275 · 0.725) + 0.8416 √(0.25 · 0.75 + 0.3 · 0.7)) / 0.05)² = 1250.1.
        let size = SampleSize(baseShare: 0.25, options: 2, noise: .none)
        #expect(size.reports(detecting: 0.2) == 1251)
        #expect(try #require(size.lift(detectedBy: 1251)) <= 0.2)
        #expect(try #require(size.lift(detectedBy: 1250)) > 0.2)
    }

    @Test func moreNoiseAndSmallerLiftsTakeMoreReports() throws {
        var last: UInt64 = 0
        for scale in [1, 10, 100, 1_000, 100_000] {
            let size = SampleSize(baseShare: 0.1, options: 5, noise: AddedNoise(.laplace(scale), draws: 2))
            let reports = try #require(size.reports(detecting: 0.1))
            #expect(reports > last)
            #expect(try #require(size.reports(detecting: 0.05)) > reports)
            #expect(try #require(size.reports(detecting: -0.1)) > 0)
            #expect(abs(try #require(size.lift(detectedBy: reports)) - 0.1) < 1e-3)
            last = reports
        }
        let size = SampleSize(baseShare: 0.1, options: 5, noise: AddedNoise(.laplace(10), draws: 2))
        let strict = SampleSize(
            baseShare: 0.1, options: 5, noise: AddedNoise(.laplace(10), draws: 2), significance: 0.01, power: 0.9)
        #expect(try #require(strict.reports(detecting: 0.1)) > #require(size.reports(detecting: 0.1)))
    }

    @Test func whatCannotBeFoundHasNoSampleSize() {
        let size = SampleSize(baseShare: 0.5, options: 2, noise: AddedNoise(.laplace(10), draws: 2))
        for lift in [0, 1.01, -1, -3, 1e-9, .nan, .infinity] {
            #expect(size.reports(detecting: lift) == nil, "\(lift)")
        }
        #expect(size.reports(detecting: 1) != nil)
        // Five standard deviations of both options' noise are 141.3.
        #expect(size.lift(detectedBy: 141) == nil && size.lift(detectedBy: 142) != nil)
        #expect(size.lift(detectedBy: 0) == nil && size.lift(detectedBy: .max) != nil)
        #expect(SampleSize(baseShare: 0.5, options: 2, noise: .none).lift(detectedBy: 2) == nil)
    }
}
