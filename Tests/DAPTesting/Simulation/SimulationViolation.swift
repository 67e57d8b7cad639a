/// What must never happen has happened.
public struct SimulationViolation: Error, Sendable, Equatable, CustomStringConvertible {
    /// The laws of a simulation.
    public enum Law: String, Sendable, CaseIterable {
        /// A report that was accepted is in exactly one result.
        case accepted
        /// A report is in at most one result, and one that was refused in none.
        case counted
        /// The leader accepts a report ID once.
        case replay
        /// Honest aggregators agree on count and checksum, and on what was released.
        case agreement
        /// No unit of time and no leader-selected batch is collected twice.
        case collectedOnce
        /// What can be collected is, in bounded time, once faults have ended.
        case progress
        /// Nothing is released below the minimum.
        case minimum
        /// The same request gets the same answer.
        case sameAnswer
        /// A report is verified in one job of the helper's.
        case verifiedOnce
        /// The helper gives its share only to who knows count and checksum.
        case shareGuard
        /// What was given out is debited once, and nothing else is; what was set aside ends with its job.
        case debited
        /// What an account does not cover is not given out, and only that is refused for it.
        case covered
        /// The sums that a release was made from are gone.
        case erased
        /// Nobody fails but when something fails.
        case noOtherError
    }

    /// Which law was broken.
    public let law: Law
    /// How.
    public let detail: String

    /// Law and detail.
    public var description: String { "\(law.rawValue): \(detail)" }
}
