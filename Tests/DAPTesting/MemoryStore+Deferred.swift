import DAPMessages
public import DAPRoles

/// A request that a helper has deferred and not answered.
struct StoredDeferredRequest {
    let request: DeferredRequest
    /// Why it failed.
    var problem: StoredProblem?
    var schedule: Schedule

    init(_ request: DeferredRequest, dueAt: UInt64) {
        self.request = request
        schedule = Schedule(dueAt: dueAt)
    }
}

extension MemoryStore: DeferredRequestStore {
    /// Keeps a request *unless its resource exists*.
    public func deferRequest(_ request: DeferredRequest, now: UInt64) async throws -> HelperAnswer? {
        if let answer = answer(request.taskID, request.resource) {
            guard case .failed = answer else { return answer }
        }
        let unanswered = deferredRequests.values.count { $0.request.taskID == request.taskID && $0.problem == nil }
        guard unanswered < HelperLimits.deferredRequests else { return nil }
        forgetDeferredRequest(request.taskID, request.resource)
        deferredRequests[nextJob()] = StoredDeferredRequest(request, dueAt: now)
        return .pending
    }

    /// Leases the unanswered request that has been due longest.
    public func leaseDeferredRequest(now: UInt64, leaseEnd: UInt64) async throws -> DeferredWork? {
        let due = deferredRequests.filter { $0.value.problem == nil && $0.value.schedule.isDue(now) }
        guard let (number, row) = due.min(by: { ($0.value.schedule.dueAt, $0.key) < ($1.value.schedule.dueAt, $1.key) })
        else { return nil }
        let lease = deferredRequests[number]?.schedule.lease(job: number, token: nextToken(), end: leaseEnd)
        return lease.map { DeferredWork(lease: $0, request: row.request) }
    }

    /// Keeps a problem as the answer.
    public func failDeferredRequest(_ lease: JobLease, problem: StoredProblem) async throws {
        guard let row = leased(lease) else { return }
        deferredRequests[lease.job]?.problem = problem
        deferredRequests[lease.job]?.schedule.release(dueAt: row.schedule.dueAt)
    }

    /// Ends the lease.
    public func releaseDeferredRequest(_ lease: JobLease, dueAt: UInt64) async throws {
        guard leased(lease) != nil else { return }
        deferredRequests[lease.job]?.schedule.release(dueAt: dueAt)
    }
}

extension MemoryStore {
    /// The request for a resource, with its number.
    func deferredRequest(_ task: TaskID, _ resource: HelperResource) -> (key: Int64, value: StoredDeferredRequest)? {
        deferredRequests.first { $0.value.request.taskID == task && $0.value.request.resource == resource }
    }

    func forgetDeferredRequest(_ task: TaskID, _ resource: HelperResource) {
        if let number = deferredRequest(task, resource)?.key { deferredRequests[number] = nil }
    }

    /// Whether a lease is of the request for a resource, and nobody else has taken it.
    func isHeld(_ lease: JobLease, _ task: TaskID, _ resource: HelperResource) -> Bool {
        leased(lease).map { $0.request.taskID == task && $0.request.resource == resource } ?? false
    }

    private func leased(_ lease: JobLease) -> StoredDeferredRequest? {
        deferredRequests[lease.job].flatMap { $0.schedule.token == lease.token ? $0 : nil }
    }
}
