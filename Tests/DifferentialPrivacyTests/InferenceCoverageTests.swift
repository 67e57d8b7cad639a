import DifferentialPrivacy
import Foundation
import Testing

/// How often the 95% intervals hold the truth, in simulations whose noise comes from tables of the mass function.
@Suite struct InferenceCoverageTests {
    static let ordinary: [NoiseDistribution] = [
        .laplace(10), .laplace(50, over: 3), .gaussian(200), .gaussian(1999, over: 3),
    ]
    static let narrow: [NoiseDistribution] = [.laplace(1, over: 3), .laplace(1), .gaussian(1, over: 4), .gaussian(2)]

    /// Counts how often a trial succeeds.
    private func rate(_ trials: Int, seed: UInt64, _ isSuccess: (inout InferenceRandom) -> Bool) -> Double {
        var random = InferenceRandom(seed: seed)
        return Double((0..<trials).reduce(0) { count, _ in count + (isSuccess(&random) ? 1 : 0) }) / Double(trials)
    }

    @Test(arguments: ordinary, [1, 2]) func countsAreCoveredAsOftenAsTheySay(_ noise: NoiseDistribution, draws: Int) {
        let (table, added, seed) = (MassTable(noise), AddedNoise(noise, draws: draws), UInt64(5))
        let covered = rate(20_000, seed: seed) { random in
            let count = NoisyCount(value: Int128(70 + table.sum(of: draws, &random)), noise: added)
            return count.estimate().interval.contains(70)
        }
        #expect((0.94...0.96).contains(covered), "\(covered) with seed \(seed)")
    }

    @Test(arguments: narrow, [1, 2]) func countsWithLittleNoiseAreCoveredAtLeast(_ noise: NoiseDistribution, draws: Int)
    {
        let (table, added, seed) = (MassTable(noise), AddedNoise(noise, draws: draws), UInt64(6))
        let covered = rate(20_000, seed: seed) { random in
            let count = NoisyCount(value: Int128(3 + table.sum(of: draws, &random)), noise: added)
            return count.estimate().interval.contains(3)
        }
        #expect(covered >= 0.945, "\(covered) with seed \(seed)")
    }

    @Test(arguments: ordinary, [4, 14, 60])
    func severalWindowsTogetherAreCoveredAsOftenAsTheySay(_ noise: NoiseDistribution, draws: Int) {
        let (table, added, seed) = (MassTable(noise), AddedNoise(noise, draws: draws), UInt64(7))
        let covered = rate(10_000, seed: seed) { random in
            let count = NoisyCount(value: Int128(table.sum(of: draws, &random)), noise: added)
            return count.estimate().interval.contains(0)
        }
        #expect((0.94...0.96).contains(covered), "\(covered) with seed \(seed)")
    }

    @Test(arguments: ordinary) func meansAndSharesAreCoveredAsOftenAsTheySay(_ noise: NoiseDistribution) {
        let (table, added, seed) = (MassTable(noise), AddedNoise(noise, draws: 2), UInt64(8))
        let (truth, reports) = (1_234.0, 240.0)
        var squares = 0.0
        let means = rate(20_000, seed: seed) { random in
            let sum = NoisyCount(value: Int128(1_234 + table.sum(of: 2, &random)), noise: added)
            guard let mean = sum.mean(reports: 240) else { return false }
            squares += pow(mean.value - truth / reports, 2)
            return mean.interval.contains(truth / reports)
        }
        #expect((0.94...0.96).contains(means), "\(means) with seed \(seed)")
        let spread = (squares / 20_000).squareRoot() / (added.standardDeviation / reports)
        #expect(abs(spread - 1) < 0.03, "\(spread) with seed \(seed)")
        let shares = rate(20_000, seed: seed) { random in
            let cell = NoisyCount(value: Int128(60 + table.sum(of: 2, &random)), noise: added)
            return cell.share(of: 240)?.interval.contains(0.25) ?? false
        }
        #expect((0.94...0.96).contains(shares), "\(shares) with seed \(seed)")
    }

    @Test(arguments: [NoiseDistribution.laplace(4), .laplace(40), .gaussian(30), .gaussian(3_000)])
    func quantilesAreCoveredAtLeast(_ noise: NoiseDistribution) throws {
        let (table, trials, seed) = (MassTable(noise), 4_000, UInt64(9))
        var random = InferenceRandom(seed: seed)
        let cells = [3, 8, 0, 25, 90, 160, 75, 30, 0, 7, 1, 2]
        let widths = NoisyQuantiles.halfWidths(cells: cells.count, noise: AddedNoise(noise, draws: 2))
        let exact = try #require(NoisyQuantiles(cells: cells.map { Int128($0) }, reports: 401, noise: .none))
        let fractions = [0.02, 0.25, 0.5, 0.75, 0.98]
        let truths = fractions.map { exact.bucket(of: $0).estimate }
        var covered = fractions.map { _ in 0 }
        var isInside = true
        for _ in 0..<trials {
            let counts = cells.map { Int128($0 + table.sum(of: 2, &random)) }
            guard let noisy = NoisyQuantiles(cells: counts, reports: 401, halfWidths: widths) else { break }
            for (index, fraction) in fractions.enumerated() {
                let bucket = noisy.bucket(of: fraction)
                isInside = isInside && bucket.interval.contains(bucket.estimate)
                if bucket.interval.contains(truths[index]) { covered[index] += 1 }
            }
        }
        #expect(isInside)
        // Four standard deviations of a rate of 4,000 trials below 95%.
        #expect(covered.allSatisfy { Double($0) / Double(trials) >= 0.936 }, "\(covered) with seed \(seed)")
    }

    @Test func quantilesWithoutNoiseAreExact() throws {
        let quantiles = try #require(NoisyQuantiles(cells: [0, 2, 0, 5, 3, 0], reports: 10, noise: .none))
        let buckets = [0, 0.1, 0.2, 0.25, 0.5, 0.7, 0.75, 1].map { quantiles.bucket(of: $0) }
        #expect(buckets.map(\.estimate) == [1, 1, 1, 3, 3, 3, 4, 4])
        #expect(buckets.allSatisfy { $0.interval == $0.estimate...$0.estimate })
    }

    @Test func quantilesOfNothingAreNone() throws {
        #expect(NoisyQuantiles(cells: [], reports: 5, noise: .none) == nil)
        #expect(NoisyQuantiles(cells: [1, -1], reports: 0, noise: .none) == nil)
        let one = try #require(NoisyQuantiles(cells: [-40], reports: 3, noise: AddedNoise(.laplace(2), draws: 2)))
        #expect(one.bucket(of: 0.5) == NoisyQuantiles(cells: [3], reports: 3, noise: .none)?.bucket(of: 0.5))
        let extreme = try #require(
            NoisyQuantiles(cells: [.max, .min, .max], reports: .max, noise: AddedNoise(.laplace(2), draws: 2)))
        #expect((0...2).contains(extreme.bucket(of: 0.5).estimate))
    }

    /// The last bucket's sum is the number of reports, and the one before it has only the last bucket's noise.
    @Test func quantilesCountFromTheNearerEnd() throws {
        let widths = NoisyQuantiles.halfWidths(cells: 7, noise: AddedNoise(.laplace(3), draws: 2))
        #expect(widths.count == 4 && widths[0] == 0)
        #expect(widths[1] == AddedNoise(.laplace(3), draws: 2).halfWidth())
        #expect(widths[3] == AddedNoise(.laplace(3), draws: 6).halfWidth())
        // From below, the noise of six buckets would put the 99th of 100 reports anywhere.
        let cells: [Int128] = [40, -20, 30, -15, 20, 5, 50]
        let bucket = try #require(NoisyQuantiles(cells: cells, reports: 100, halfWidths: widths)).bucket(of: 0.99)
        #expect(bucket.estimate == 6 && bucket.interval == 6...6)
    }

    @Test func estimatesAreScaledAndShifted() throws {
        let noise = AddedNoise(.laplace(10), draws: 2)
        let count = NoisyCount(value: -3, noise: noise)
        let estimate = count.estimate()
        #expect(estimate.value == -3 && estimate.standardDeviation == noise.standardDeviation)
        #expect(estimate.interval == -3 - noise.halfWidth()...(-3) + noise.halfWidth())
        let mirrored = estimate.scaled(by: -2, plus: 1)
        #expect(mirrored.value == 7 && mirrored.standardDeviation == 2 * noise.standardDeviation)
        #expect(mirrored.interval == 7 - 2 * noise.halfWidth()...7 + 2 * noise.halfWidth())
        #expect(count.mean(reports: 0) == nil && count.share(of: 0) == nil)
        #expect(NoisyCount(value: 12, noise: .none).share(of: 48) == Estimate(exactly: 0.25))
    }

    /// Answers that are true with 3/4 and a coin's otherwise: slope 3/4, and 1/8 of the reports say yes anyway.
    @Test func changedAnswersAreFollowedBack() {
        let (noise, reports) = (AddedNoise(.laplace(10), draws: 2), 800.0)
        let debiasing = Debiasing(slope: 0.75, offset: reports / 8)
        let estimate = NoisyCount(value: 250, noise: noise, debiasing: debiasing).estimate()
        #expect(abs(estimate.value - 200) < 1e-9)
        #expect(abs(estimate.standardDeviation - noise.standardDeviation / 0.75) < 1e-9)
        #expect(abs(estimate.interval.upperBound - 200 - noise.halfWidth() / 0.75) < 1e-9)
        #expect(NoisyCount(value: 250, noise: noise).debiasing == .identity)
    }
}
