/// The leader's named limits.
public enum LeaderLimits {
    /// Reports stored in one transaction.
    public static let uploadBatch = 1000
    /// Aggregation jobs created in one transaction.
    public static let jobsPerCreation = 64
    /// Reports in one aggregation job.
    public static let reportsPerJob = 512
    /// Unfinished collection jobs of one task.
    public static let unfinishedCollectionJobs = 1000
}
