public import DifferentialPrivacy

/// What a catalog may hold at most. A file beyond one of these is refused.
public enum CatalogLimits {
    /// Bytes of a catalog file.
    public static let fileBytes = 1 << 20
    /// Metrics of a catalog.
    public static let metrics = 1000
    /// Bytes of a metric's name.
    public static let nameBytes = 64
    /// Bytes of a title.
    public static let titleBytes = 200
    /// Bytes of a description.
    public static let descriptionBytes = 4000
    /// Bytes of a unit.
    public static let unitBytes = 64
    /// Options of a `choice` or `choices`.
    public static let options = 4096
    /// Bytes of an option.
    public static let optionBytes = 128
    /// Edges of a `histogram`.
    public static let edges = 4096
    /// Entries of a `vector`.
    public static let vectorLength = 65_536
    /// Field elements of an encoded measurement (a vector has one per bit of each entry). At 16 bytes an element, the
    /// leader's part of a report stays near 1 MiB.
    public static let encodedElements = 65_536
    /// Bytes of an aggregator's URL.
    public static let urlBytes = 2048
    /// Seconds of a time precision: a leap year.
    public static let timePrecision: UInt64 = 366 * 86_400
    /// Seconds of a report's retention: ten years, and its leap days.
    public static let reportRetention: UInt64 = 3653 * 86_400
    /// Seconds by which a retention is longer than the time precision at least: clocks differ, and jobs take time.
    public static let retentionMargin: UInt64 = 600
    /// Seconds of a retention that nobody gives: four weeks.
    public static let usualRetention: UInt64 = 28 * 86_400
    /// Reports that a batch is taken to have at most. No sum of so many measurements may reach the field's modulus,
    /// where it would wrap around to a small number (see `SumBound`). It is more than one report from every second
    /// person alive.
    public static let largestBatch: UInt64 = 1 << 32
    /// Reports that one client may be allowed in one window.
    public static let contributions: UInt64 = 1000
    /// The largest ε or ρ of one window: far beyond anything that protects.
    public static let windowCost = PrivacyAmount(billionths: 100 * PrivacyAmount.scale)
    /// The largest lifetime limit, and the largest limit of a catalog.
    public static let lifetimeCost = PrivacyAmount(billionths: 1_000_000 * PrivacyAmount.scale)
    /// The largest number below which results are not shown.
    public static let suppressBelow: UInt64 = 1_000_000
    /// The number below which results are not shown where nobody says it.
    public static let usualSuppressBelow: UInt64 = 10
    /// δ that nobody gives, as the exponent of a power of ten.
    public static let usualDeltaExponent: UInt8 = 9
    /// Problems that an error lists.
    public static let problems = 50
    /// Bytes of a text that is to become a measurement.
    public static let measurementBytes = 2 << 20
}
