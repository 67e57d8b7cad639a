/// In which bucket of a histogram a quantile is, and in which it may be.
public struct BucketRange: Hashable, Sendable {
    /// The index of the bucket that the estimate is in.
    public let estimate: Int
    /// The indices of the lowest and the highest bucket that it may be in, with 95% confidence.
    public let interval: ClosedRange<Int>
}

/// The quantiles of a histogram with noise in its buckets.
///
/// The number of reports is public and exact, so the reports up to a bucket are known from the buckets up to it or, by
/// subtraction, from those beyond: from the fewer, as each bucket brings its own noise.
public struct NoisyQuantiles: Sendable {
    private let reports: Double
    /// For each bucket the noisy number of reports up to and in it; for the last all reports.
    private let sums: [Double]
    /// For each bucket how far that number is from the truth, with 95% confidence.
    private let halfWidths: [Double]
    /// For each bucket the estimated number, which does not fall from one bucket to the next.
    private let estimates: [Double]

    /// The quantiles of a histogram: every report is in one bucket.
    ///
    /// - Parameters:
    ///   - cells: the released counts, in the buckets' order.
    ///   - reports: how many reports there are.
    ///   - noise: the noise in each count.
    /// - Returns: nil without buckets or reports.
    public init?(cells: [Int128], reports: UInt64, noise: AddedNoise) {
        self.init(cells: cells, reports: reports, halfWidths: Self.halfWidths(cells: cells.count, noise: noise))
    }

    /// How far sums of 0, 1, 2 and more buckets are from the truth, with 95% confidence, up to half of the buckets.
    package static func halfWidths(cells: Int, noise: AddedNoise) -> [Double] {
        (0...cells / 2).map { noise.summed(over: $0).halfWidth() }
    }

    /// The quantiles of a histogram, with `halfWidths` for so many buckets.
    package init?(cells: [Int128], reports: UInt64, halfWidths: [Double]) {
        guard !cells.isEmpty, reports > 0 else { return nil }
        let total = Double(reports)
        var (sums, widths, below, beyond) = ([Double](), [Double](), 0.0, cells.reduce(0.0) { $0 + Double($1) })
        for (index, cell) in cells.enumerated() {
            below += Double(cell)
            beyond -= Double(cell)
            let (first, rest) = (index + 1, cells.count - index - 1)
            sums.append(first <= rest ? below : rest == 0 ? total : total - beyond)
            widths.append(halfWidths[min(first, rest)])
        }
        self.reports = total
        self.sums = sums
        self.halfWidths = widths
        estimates = Self.monotone(sums).map { min(max($0, 0), total) }
    }

    /// The mean of the largest number so far and the smallest from here on: neither falls, and neither is further from
    /// a truth that does not fall than the furthest of the numbers.
    private static func monotone(_ numbers: [Double]) -> [Double] {
        var (rising, largest, smallest) = (numbers, -Double.infinity, Double.infinity)
        for index in numbers.indices {
            largest = max(largest, numbers[index])
            rising[index] = largest / 2
        }
        for index in numbers.indices.reversed() {
            smallest = min(smallest, numbers[index])
            rising[index] += smallest / 2
        }
        return rising
    }

    /// The bucket of a quantile: of the report that has this fraction of the reports, itself included, up to it.
    ///
    /// The interval holds the buckets that the noise does not rule out. It would rule out the true bucket in two ways: too
    /// few reports up to it, or too many before it. Each is one tail of a 95% interval, so both together happen in 5% of
    /// all releases at most, whatever the number of buckets (Lehmann and Romano 2005, §3.5: tests inverted).
    /// - Parameter fraction: from 0 to 1: 0.5 for the median.
    public func bucket(of fraction: Double) -> BucketRange {
        let rank = min(max((fraction * reports).rounded(.up), 1), reports)
        let last = sums.count - 1
        let estimate = estimates.firstIndex { $0 >= rank } ?? last
        let possible = sums.indices.filter { index in
            sums[index] + halfWidths[index] >= rank
                && (index == 0 || sums[index - 1] - halfWidths[index - 1] < rank)
        }
        let (low, high) = (possible.first ?? estimate, possible.last ?? estimate)
        return BucketRange(estimate: estimate, interval: min(low, estimate)...max(high, estimate))
    }
}
