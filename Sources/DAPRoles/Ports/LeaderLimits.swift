/// The leader's named limits.
public enum LeaderLimits {
    /// Reports stored in one transaction.
    public static let uploadBatch = 1000
    /// Aggregation jobs created in one transaction.
    public static let jobsPerCreation = 64
    /// Reports in one aggregation job.
    public static let reportsPerJob = 512
    /// How often a report that is too early rests before it is rejected: about an hour in all, by which the helper's
    /// clock may be wrong.
    public static let rests = 64
    /// Seconds that it rests at most.
    public static let longestRest: UInt64 = 60
    /// How often a report rests because its job was refused as a whole; refused once more, and alone, it is dropped. By
    /// the last time an eighth of an eighth of an eighth of the largest job is one report.
    public static let restsAfterRefusals = 3
    /// Seconds that it rests for the first time. Each rest is eight times as long as the one before: about an hour in all,
    /// in which an operator can notice a helper, or a proxy, that refuses whatever comes.
    public static let firstRestAfterRefusal: UInt64 = 60
    /// Seconds that it rests at most.
    public static let longestRestAfterRefusal: UInt64 = firstRestAfterRefusal << 6
    /// Unfinished collection jobs of one task.
    public static let unfinishedCollectionJobs = 1000
}
