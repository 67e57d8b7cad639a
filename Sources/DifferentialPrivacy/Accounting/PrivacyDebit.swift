/// One release in the account of a metric.
///
/// A client has at most `contributionLimit` reports in each window, so what is released of a window costs the client at
/// most what the noise was made for, in however many batches the window's reports are. A batch of W windows can hold
/// W times as many reports of one client: ε of Laplace noise grows with W, which is ε for each window; ρ grows with W²,
/// which is W · ρ for each.
public struct PrivacyDebit: Hashable, Sendable {
    /// The metric's name: the account.
    public let metric: String
    /// The ID of the metric's task: another version is another task.
    public let task: [UInt8]
    /// Where the batch's first window begins, in POSIX seconds.
    public let start: UInt64
    /// How many windows there are from its first report to its last, at least 1.
    public let windows: UInt64
    /// The length of a window in seconds, at least 1.
    public let windowLength: UInt64
    /// What the release gives away of a client for each of its windows.
    public let costPerWindow: PrivacyCost
    /// What it adds to what the metric has given away of a client who reported in every window.
    public let added: PrivacyCost

    /// A debit with its parts.
    public init(
        metric: String, task: [UInt8], start: UInt64, windows: UInt64, windowLength: UInt64,
        costPerWindow: PrivacyCost, added: PrivacyCost
    ) {
        self.metric = metric
        self.task = task
        self.start = start
        self.windows = windows
        self.windowLength = windowLength
        self.costPerWindow = costPerWindow
        self.added = added
    }

    /// The second after its last window; `UInt64.max` if there is none.
    public var end: UInt64 {
        let (length, overflow) = windows.multipliedReportingOverflow(by: windowLength)
        let (end, isBeyond) = start.addingReportingOverflow(length)
        return overflow || isBeyond ? .max : end
    }
}

/// What an account has to say about a release, read in the release's own transaction.
public struct PrivacyStatement: Equatable, Sendable {
    /// What each metric has given away of a client so far: the sums of `added` over all debits, reserved ones included.
    public let spent: [String: PrivacyCost]
    /// The metric's debits that have a second in common with the batch.
    public let overlapping: [PrivacyDebit]
    /// Likewise those that are reserved for releases that may still fail.
    public let reserved: [PrivacyDebit]

    /// A statement.
    public init(
        spent: [String: PrivacyCost] = [:], overlapping: [PrivacyDebit] = [], reserved: [PrivacyDebit] = []
    ) {
        self.spent = spent
        self.overlapping = overlapping
        self.reserved = reserved
    }
}
