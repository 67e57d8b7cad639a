public import DAPMessages
public import VDAF

/// One thing that is measured, as the catalog defines it.
///
/// Metrics come out of a `Catalog` only, which has checked them.
public struct Metric: Sendable, Hashable {
    /// The name, unique in its catalog: `[a-z0-9]`, then `[a-z0-9._-]`, at most 64 characters.
    public let name: String
    /// What it is called in tables and pages; one line.
    public let title: String
    /// Why it is collected (`description` in the file).
    public let summary: String
    /// What the numbers count, for example "visits".
    public let unit: String?
    /// Counts up when the metric is to start afresh; at least 1.
    public let version: UInt32
    /// The kind of answer.
    public let type: MetricType
    /// The least number of reports that a released sum contains; at least 1.
    public let minBatchSize: UInt64
    /// The length of a window in seconds; at least 1.
    public let timePrecision: UInt64
    /// For how many seconds an aggregator keeps what belongs to a report, counted from the end of its window. No part
    /// of the task: aggregators may differ.
    public let reportRetention: UInt64
    /// How reports are put into batches (DAP §5).
    public let batchMode: BatchMode
    /// When the answers are given (`starts` and `ends` in the file): POSIX seconds, multiples of `timePrecision`, not
    /// empty, the end excluded. Nil if that is not limited.
    public let period: Range<UInt64>?
}

extension Metric {
    /// The VDAF that adds this metric up (VDAF §7.4), its chunk length chosen by `ChunkLength`.
    public var parameters: Prio3Parameters {
        // The catalog's limits keep every count far below 2^32, and max positive.
        let chunkLength = UInt32(ChunkLength.best(forElements: encodedElements))
        return switch type {
        case .count:
            .count
        case .sum(let max):
            .sum(maxMeasurement: max)
        case .histogram(let edges):
            .histogram(length: UInt32(edges.count + 1), chunkLength: chunkLength)
        case .choice(let options):
            .histogram(length: UInt32(options.count), chunkLength: chunkLength)
        case .choices(let options, let atMost):
            .multihotCountVec(
                length: UInt32(options.count), chunkLength: chunkLength, maxWeight: UInt64(atMost))
        case .vector(let length, let max):
            .sumVec(length: UInt32(length), maxMeasurement: max, chunkLength: chunkLength)
        }
    }

    /// How many field elements the circuit checks: the length of an encoded measurement.
    private var encodedElements: Int {
        switch type {
        case .count: 1
        case .sum(let max): max.bitWidthOfValue
        case .histogram(let edges): edges.count + 1
        case .choice(let options): options.count
        case .choices(let options, let atMost): options.count + UInt64(atMost).bitWidthOfValue
        case .vector(let length, let max): length * max.bitWidthOfValue
        }
    }
}

extension UInt64 {
    /// The number of binary digits: 3 for 5, 0 for 0.
    var bitWidthOfValue: Int { UInt64.bitWidth - leadingZeroBitCount }
}
