/// How long a metric's reports are kept.
extension CatalogReader {
    /// The value of `report_retention`.
    mutating func retention(_ entry: CatalogBlock.Entry) -> WrittenLength {
        WrittenLength(
            line: entry.value.mark?.line ?? entry.line, seconds: length(entry, limit: CatalogLimits.reportRetention))
    }

    /// The retention of a metric: what is written, else four weeks or the least there is.
    mutating func reportRetention(_ written: WrittenLength?, timePrecision: UInt64) -> UInt64 {
        let least = timePrecision + CatalogLimits.retentionMargin
        let usual = max(CatalogLimits.usualRetention, least)
        guard let written, let seconds = written.seconds else { return usual }
        guard seconds >= least else {
            report(
                written.line,
                """
                `report_retention` must be at least the time_precision of \(WindowLength.text(timePrecision)) and \
                \(WindowLength.text(CatalogLimits.retentionMargin)) more
                """)
            return usual
        }
        return seconds
    }
}

/// A length of time as the file gives it, to the metric or to all.
struct WrittenLength {
    /// Where it is given.
    let line: Int
    /// Nil if the value is a problem, which has been reported there once.
    let seconds: UInt64?
}
