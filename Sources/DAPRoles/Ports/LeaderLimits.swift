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
    /// Unfinished collection jobs of one task.
    public static let unfinishedCollectionJobs = 1000
}
