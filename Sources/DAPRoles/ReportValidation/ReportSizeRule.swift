package import DAPMessages

/// What the leader keeps of a report without reading it has a limit. Otherwise a few oversized reports would make every
/// aggregation job that they are in too large for the helper.
package enum ReportSizeRule {
    /// Bytes of the public share and the helper's envelope together. Prio3's come to less than 300; a job of
    /// `LeaderLimits.reportsPerJob` reports at the limit is half of what this project's helper takes.
    package static let limit = 64 << 10

    /// `invalid_message`, or nil when the report is acceptable.
    package static func check(_ report: Report) -> ReportError? {
        let envelope = report.helperEncryptedInputShare
        let size = report.publicShare.count + envelope.encapsulatedKey.count + envelope.payload.count
        return size <= limit ? nil : .invalidMessage
    }
}
