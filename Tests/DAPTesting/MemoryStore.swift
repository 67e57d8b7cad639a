public import DAPMessages
public import DAPRoles

/// A store that forgets everything when it goes away. It keeps the contract of the ports in the plainest way: an actor
/// whose methods never suspend, so each is one transaction, and arrays searched from front to back.
public actor MemoryStore: LeaderStore {
    var leaderTasks: [TaskID: LeaderTask] = [:]
    var aggregationJobs: [Int64: AggregationJob] = [:]
    var collectionJobs: [Int64: CollectionJob] = [:]
    var helperTasks: [TaskID: HelperTask] = [:]
    private var lastJob: Int64 = 0
    private var lastToken: Int64 = 0

    /// An empty store.
    public init() {}

    /// How many reports still have their shares.
    public var reportsWithShares: Int {
        leaderTasks.values.map { task in task.reports.count { $0.uploaded != nil } }.reduce(0, +)
    }

    /// Why reports of a task were not aggregated.
    public func rejections(task: TaskID) -> [ReportID: ReportError] {
        var rejections: [ReportID: ReportError] = [:]
        for report in leaderTasks[task]?.reports ?? [] {
            if case .done(let error?) = report.state { rejections[report.metadata.reportID] = error }
        }
        return rejections
    }

    /// Stores each report *if unseen and its batch is open*. One that was seen is replayed, whether or not its batch is
    /// open.
    public func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        precondition(reports.count <= LeaderLimits.uploadBatch)
        return reports.map { report in
            if leaderTasks[report.taskID]?.position(of: report.metadata.reportID) != nil { return .replayed }
            if isClosed(report.metadata.time, task: report.taskID) { return .batchClosed }
            leaderTasks[report.taskID, default: LeaderTask()].append(report)
            return .inserted
        }
    }

    func nextJob() -> Int64 {
        lastJob += 1
        return lastJob
    }

    func nextToken() -> Int64 {
        lastToken += 1
        return lastToken
    }

    /// Whether a collection job has closed or collected a time's bucket.
    func isClosed(_ time: Time, task: TaskID) -> Bool {
        collectionJobs.values.contains { $0.taskID == task && $0.isClosed && $0.interval.contains(time) }
    }

    /// Whether a collection job has collected a time's bucket.
    func isCollected(_ time: Time, task: TaskID) -> Bool {
        collectionJobs.values.contains { $0.taskID == task && $0.isFinished && $0.interval.contains(time) }
    }
}

/// What a leader has of a task.
struct LeaderTask {
    /// In the order of upload.
    var reports: [StoredReport] = []
    var buckets: [Time: BatchBucket] = [:]
    private var positions: [ReportID: Int] = [:]

    func position(of id: ReportID) -> Int? { positions[id] }

    mutating func append(_ report: UploadedReport) {
        positions[report.metadata.reportID] = reports.count
        reports.append(StoredReport(metadata: report.metadata, uploaded: report))
    }
}

/// A report that a leader has seen.
struct StoredReport {
    enum State: Equatable {
        case waiting
        case inJob(Int64)
        /// Aggregated, or rejected with an error.
        case done(ReportError?)
    }

    let metadata: ReportMetadata
    /// Nil when the report is done.
    var uploaded: UploadedReport?
    var state = State.waiting
    var refusals = 0
    /// When `createAggregationJobs` first passed it over.
    var waitingSince: UInt64?

    mutating func finish(_ error: ReportError?) {
        uploaded = nil
        state = .done(error)
    }
}

/// When a job is due and who works on it.
struct Schedule {
    var dueAt: UInt64
    var leaseEnd: UInt64 = 0
    var token: Int64?
    var attempts = 0

    func isDue(_ now: UInt64) -> Bool { dueAt <= now && leaseEnd <= now }

    mutating func lease(job: Int64, token: Int64, end: UInt64) -> JobLease {
        leaseEnd = end
        self.token = token
        attempts += 1
        return JobLease(job: job, token: token, attempt: attempts)
    }

    mutating func release(dueAt: UInt64) {
        self.dueAt = dueAt
        leaseEnd = 0
        token = nil
    }
}

extension Dictionary<Time, BatchBucket> {
    /// The buckets with additions.
    func adding(_ additions: [BatchBucket], merge: AggregateShareMerge) throws -> [Time: BatchBucket] {
        var buckets = self
        for addition in additions {
            guard let stored = buckets[addition.time] else {
                buckets[addition.time] = addition
                continue
            }
            var checksum = stored.checksum
            checksum.merge(addition.checksum)
            buckets[addition.time] = BatchBucket(
                time: addition.time, aggregateShare: try merge(stored.aggregateShare, addition.aggregateShare),
                reportCount: stored.reportCount + addition.reportCount, checksum: checksum)
        }
        return buckets
    }

    /// The non-empty buckets within an interval, in order of time.
    func within(_ interval: Interval) -> [BatchBucket] {
        values.filter { interval.contains($0.time) && $0.reportCount > 0 }.sorted { $0.time < $1.time }
    }
}

extension Interval {
    /// Whether two intervals have a unit of time in common.
    func overlaps(_ other: Interval) -> Bool {
        duration.value > 0 && other.duration.value > 0 && (contains(other.start) || other.contains(start))
    }
}
