import DAPMessages
import DAPRoles
import VDAF

/// What is measured. Every measurement is a bucket, so that what was counted can be compared bucket by bucket.
enum ChaosMetric: String, CaseIterable, Sendable {
    /// Yes or no: the buckets are 0 for no and 1 for yes.
    case answers
    /// A histogram in which each report of a window has a bucket of its own: a 2 is a report counted twice.
    case places
    /// A histogram in batches that the leader makes.
    case people

    /// The length of a window in seconds.
    static let timePrecision: UInt64 = 60

    /// How many buckets there are.
    var buckets: Int {
        switch self {
        case .answers: 2
        case .places: 256
        case .people: 64
        }
    }

    /// The least number of reports in a batch.
    var minimum: Int { batchMode == .leaderSelected ? 400 : 5 }

    /// How reports become batches.
    var batchMode: BatchMode { self == .people ? .leaderSelected : .timeInterval }

    /// Reports that a window gets while the load runs; a few buckets are left for those that come late and those that
    /// fill it up to the minimum.
    var windowCapacity: Int { 230 }

    /// What a client measures.
    func measurement(bucket: Int) -> Prio3Measurement { .integer(UInt64(bucket)) }

    /// How many reports an aggregate has in each bucket.
    ///
    /// - Returns: nil if no reports can have led to it.
    func counts(of result: AggregateValue, reportCount: UInt64) -> [UInt128]? {
        let counts = result.numbers.compactMap { UInt128(exactly: $0) }
        guard counts.count == result.numbers.count else { return nil }
        switch (self, result) {
        case (.answers, .integer):
            let (all, yes) = (UInt128(reportCount), counts[0])
            return yes <= all ? [all - yes, yes] : nil
        case (.places, .vector), (.people, .vector):
            var sum: UInt128 = 0
            for count in counts {
                let (next, overflow) = sum.addingReportingOverflow(count)
                if overflow { return nil }
                sum = next
            }
            return counts.count == buckets && sum == UInt128(reportCount) ? counts : nil
        default: return nil
        }
    }

    /// The catalog of all of them, without parties.
    static var catalog: String {
        let entries = allCases.map { metric in
            let edges = (1..<metric.buckets).map(String.init).joined(separator: ", ")
            return """
                  - name: \(metric.rawValue)
                    title: \(metric.rawValue)
                    description: Measured to find out whether it is counted.
                    min_batch_size: \(metric.minimum)
                    time_precision: \(timePrecision)s
                    batch_mode: \(metric.batchMode == .leaderSelected ? "leader-selected" : "time-interval")
                    type: \(metric == .answers ? "count" : "histogram\n    edges: [\(edges)]")
                """
        }
        return "metrics:\n" + entries.joined(separator: "\n") + "\n"
    }
}
