import DAPMessages
import VDAF

/// A measurement in two shares under its report ID: a report but for its envelopes. A secret.
///
/// It is sealed anew when an aggregator's key is outdated, never split anew: were it given another ID, a leader that lies
/// about its key would have two reports of one measurement, and the helper would count both.
package struct SplitMeasurement: Sendable, CustomStringConvertible, CustomReflectable {
    let metadata: ReportMetadata
    let shares: Prio3Shares

    /// Redacted.
    package var description: String { "<redacted>" }
    /// Without children, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}

extension ClientTask {
    /// Splits measurements, each under a fresh random report ID (DAP §4.4.2.1).
    ///
    /// - Throws: `VDAFError` `invalidMeasurement` when the task's VDAF does not take one of them.
    package func split(_ measurements: [TimedMeasurement], random: RandomSource) throws -> [SplitMeasurement] {
        var random = random
        let metadata = try measurements.map { timed in
            ReportMetadata(
                reportID: try ReportID(random.bytes(ReportID.byteCount)),
                time: Time(posixSeconds: timed.posixSeconds, precision: configuration.timePrecision))
        }
        let shares = vdaf.shard(
            measurements.map(\.measurement), context: DomainSeparation.vdafContext(taskID: id),
            nonces: metadata.map(\.reportID.bytes), randoms: measurements.map { _ in random.bytes(vdaf.randomSize) })
        return try zip(metadata, shares).map { SplitMeasurement(metadata: $0, shares: try $1.get()) }
    }
}
