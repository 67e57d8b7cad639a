/// What became of an uploaded report, as its client knows it.
enum ReportFate: Sendable {
    /// The leader said that it is accepted: it must be counted.
    case acknowledged
    /// Nobody said: it may be counted, once.
    case unacknowledged
    /// The leader said that it is not accepted: it must not be counted.
    case rejected
}

/// How many reports of a batch must and may be counted, by bucket.
struct Tally: Sendable {
    private(set) var acknowledged: [Int]
    private(set) var unacknowledged: [Int]

    init(buckets: Int) {
        acknowledged = Array(repeating: 0, count: buckets)
        unacknowledged = acknowledged
    }

    var acknowledgedCount: Int { acknowledged.reduce(0, +) }
    var unacknowledgedCount: Int { unacknowledged.reduce(0, +) }

    mutating func add(_ fate: ReportFate, bucket: Int) {
        switch fate {
        case .acknowledged: acknowledged[bucket] += 1
        case .unacknowledged: unacknowledged[bucket] += 1
        case .rejected: break
        }
    }

    /// What is wrong with the counts of a whole batch; empty if nothing is.
    func differences(from counts: [UInt128]) -> [String] {
        var differences = excess(in: counts)
        for (bucket, count) in counts.enumerated() where count < UInt128(acknowledged[bucket]) {
            differences.append("bucket \(bucket): counted \(count), acknowledged \(acknowledged[bucket])")
        }
        return differences
    }

    /// The buckets in which more is counted than may be.
    func excess(in counts: [UInt128]) -> [String] {
        counts.enumerated().compactMap { bucket, count in
            let most = acknowledged[bucket] + unacknowledged[bucket]
            return count > UInt128(most) ? "bucket \(bucket): counted \(count), uploaded at most \(most)" : nil
        }
    }

    /// How many acknowledged reports are missing in the counts.
    func deficit(in counts: [UInt128]) -> Int {
        zip(acknowledged, counts).reduce(0) { $0 + max(0, $1.0 - Int(clamping: $1.1)) }
    }
}
