public import DAPMessages
public import DifferentialPrivacy
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
    /// Reports that one client makes in one window, at most; at least 1. Each client keeps to it.
    public let contributionLimit: UInt32
    /// What is promised about releases, with the metric's `contributionLimit` in it; nil if nothing is, and sums are
    /// exact.
    public let privacy: PrivacyPolicy?
    /// The collector does not show numbers below this; 0 shows all, as a metric with a promise does. No part of the
    /// task: it is the collector's own rule.
    public let suppressBelow: UInt64
}

extension Metric {
    /// The VDAF that adds this metric up (VDAF §7.4), its chunk length chosen by `ChunkLength`.
    public var parameters: Prio3Parameters { type.parameters }
}

extension UInt64 {
    /// The number of binary digits: 3 for 5, 0 for 0.
    var bitWidthOfValue: Int { UInt64.bitWidth - leadingZeroBitCount }
}
