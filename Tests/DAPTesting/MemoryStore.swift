public import DAPMessages
public import DAPRoles
import DifferentialPrivacy

/// A store that forgets everything when it goes away. It keeps the contract of the ports in the plainest way: an actor
/// whose methods never suspend, so each is one transaction, and arrays searched from front to back.
public actor MemoryStore: LeaderStore, HelperStore {
    var leaderTasks: [TaskID: LeaderTask] = [:]
    var aggregationJobs: [Int64: AggregationJob] = [:]
    var collectionJobs: [Int64: CollectionJob] = [:]
    var helperTasks: [TaskID: HelperTask] = [:]
    var deferredRequests: [Int64: StoredDeferredRequest] = [:]
    var releases = MemoryReleases()
    /// Of releases, in their order.
    var debits: [PrivacyDebit] = []
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
    /// open. A leader-selected batch is chosen when a job is created, so at upload it is open.
    public func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        precondition(reports.count <= LeaderLimits.uploadBatch)
        return reports.map { report in
            if leaderTasks[report.taskID]?.position(of: report.metadata.reportID) != nil { return .replayed }
            if isClosed(.time(report.metadata.time), task: report.taskID) { return .batchClosed }
            if isForgotten(report.metadata.time, task: report.taskID) { return .expired }
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
}

/// What a leader has of a task.
struct LeaderTask {
    /// In the order of upload.
    var reports: [StoredReport] = []
    var buckets: [BatchBucketID: BatchBucket] = [:]
    /// The leader-selected batches, in the order in which they were opened.
    var batches: [LeaderBatch] = []
    /// What has been collected, by jobs that were deleted since too.
    var collected: [BatchSelector] = []
    /// Nothing is taken for what is before.
    var forgottenBefore = Time(0)
    private var positions: [ReportID: Int] = [:]

    func position(of id: ReportID) -> Int? { positions[id] }

    mutating func append(_ report: UploadedReport) {
        positions[report.metadata.reportID] = reports.count
        reports.append(StoredReport(metadata: report.metadata, uploaded: report))
    }

    /// Keeps the reports that are not at the given positions.
    mutating func remove(_ removed: Set<Int>) {
        reports = reports.indices.filter { !removed.contains($0) }.map { reports[$0] }
        positions = [:]
        for (position, report) in reports.enumerated() { positions[report.metadata.reportID] = position }
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
    private(set) var state = State.waiting
    private(set) var refusals = 0
    private var rests = 0
    private var restsUntil: UInt64 = 0
    /// When `createAggregationJobs` first passed it over.
    var waitingSince: UInt64?

    init(metadata: ReportMetadata, uploaded: UploadedReport) {
        self.metadata = metadata
        self.uploaded = uploaded
    }

    /// Whether it can go into a job: it waits and does not rest.
    func isWaiting(now: UInt64) -> Bool { state == .waiting && restsUntil <= now }

    mutating func join(_ job: Int64) { state = .inJob(job) }

    mutating func refuse(isAlone: Bool, now: UInt64) {
        guard !isAlone || refusals < LeaderLimits.restsAfterRefusals else { return finish(.reportDropped) }
        // Long before the shift leaves nothing the rest is as long as it gets.
        let rest = LeaderLimits.firstRestAfterRefusal << UInt64(3 * min(refusals, 8))
        restsUntil = now + min(LeaderLimits.longestRestAfterRefusal, rest)
        refusals += 1
        state = .waiting
    }

    mutating func rest(now: UInt64) {
        guard rests < LeaderLimits.rests else { return finish(.reportTooEarly) }
        rests += 1
        // Long before the shift leaves nothing the rest is as long as it gets.
        restsUntil = now + min(LeaderLimits.longestRest, 1 << UInt64(min(rests, 32)))
        state = .waiting
    }

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

    init(dueAt: UInt64) { self.dueAt = dueAt }

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
