public import DifferentialPrivacy

/// A release that runs inside a store's transaction: what it reads, and what it keeps.
public struct ReleasableBatch: Sendable {
    /// The batch's non-empty buckets, in order of time.
    public let buckets: [BatchBucket]
    /// What the account says about them.
    public let statement: PrivacyStatement

    /// A batch about to be released.
    public init(buckets: [BatchBucket], statement: PrivacyStatement = PrivacyStatement()) {
        self.buckets = buckets
        self.statement = statement
    }
}

/// The answer to be given out, and what it costs.
public struct BatchRelease: Sendable {
    /// The encoded answer.
    public let response: [UInt8]
    /// The debit that is kept with it; nil in a task without a promise.
    public let debit: PrivacyDebit?

    /// A release.
    public init(response: [UInt8], debit: PrivacyDebit? = nil) {
        self.response = response
        self.debit = debit
    }
}

/// Which account a release is read for.
public struct PrivacyAccount: Sendable, Equatable {
    /// The metric's name.
    public let metric: String
    /// The seconds of one unit of the task's time.
    public let windowLength: UInt64

    /// An account.
    public init(metric: String, windowLength: UInt64) {
        self.metric = metric
        self.windowLength = windowLength
    }
}
