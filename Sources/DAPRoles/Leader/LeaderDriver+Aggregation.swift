import DAPMessages
import Logging

extension LeaderDriver {
    /// Seconds after which a job that the helper is at work on is told of.
    private static let longWait: UInt64 = 60

    /// Creates the aggregation jobs that are due, for every task.
    ///
    /// - Returns: whether there was something to do.
    /// - Throws: the last task's error when a store failed for some tasks; the others have their jobs.
    public func createAggregationJobs() async throws -> Bool { try await creationTurn().hasWorked() }

    func creationTurn() async throws -> Turn {
        let now = clock.now()
        var created = 0
        var failure: (any Error)?
        for task in tasks.tasks where !failingTasks.isLeftAlone(task.id, now: now) {
            let maximum = task.reportsPerJob
            do {
                created += try await store.createAggregationJobs(
                    task: task.id, minimumSize: min(pace.minimumJobSize, maximum), maximumSize: maximum,
                    uploadedBefore: now - min(now, pace.maximumWait), filling: filling(task, now: now), now: now)
                failingTasks.succeeded(task.id)
            } catch {
                try Task.checkCancellation()
                logger.error(
                    "no aggregation jobs could be created",
                    metadata: ["task": "\(task.id)", "error": "\(error)"])
                failingTasks.failed(task.id, now: now)
                failure = error
            }
        }
        return failure.map { .failed($0) } ?? Turn(created > 0)
    }

    private func filling(_ task: AggregatorTask, now: UInt64) -> BatchFilling? {
        guard task.batchMode == .leaderSelected else { return nil }
        let target = Int(clamping: pace.batchTarget(of: task))
        let freshSince = ReportAgeRule.expiry(task: task, retention: ReportAgeRule.uploadRetention(of: task), now: now)
        return BatchFilling(targetSize: target, freshSince: freshSince) { [random] in
            var random = random
            return random.identifier()
        }
    }

    /// Works on one aggregation job, if one is due.
    ///
    /// - Returns: whether there was something to do.
    /// - Throws: the store's error, or `CancellationError`; then the job is given back for others to go on with.
    public func stepAggregationJob() async throws -> Bool { try await aggregationTurn().hasWorked() }

    func aggregationTurn() async throws -> Turn {
        let now = clock.now()
        let leased = try await shielded { [store, pace] in
            try await store.leaseAggregationJob(now: now, leaseEnd: now + pace.leaseDuration)
        }
        guard let work = leased else { return .idle }
        do {
            try await drive(work)
        } catch {
            // What is wrong with a job may be wrong with all jobs of its task, and there may be many. A job that is polled
            // has many attempts anyway.
            let longest = work.location == nil ? Backoff.longest : WorkLoop.longestFailurePause
            return try await giveBack(work.lease, after: error, longest: longest) { [store] lease, dueAt in
                try await store.releaseAggregationJob(lease, dueAt: dueAt, location: work.location)
            }
        }
        return .worked
    }

    private func drive(_ work: AggregationJobWork) async throws {
        guard let task = try? tasks.task(work.taskID) else {
            // Its data stay until somebody decides.
            logWaiting(work, because: "the catalog does not have its task", isPolled: false)
            try await store.releaseAggregationJob(
                work.lease, dueAt: clock.now() + Backoff.longest, location: work.location)
            return
        }
        var machine = AggregationJobMachine(work: work, task: task, blockedThrough: tasks.blockedThrough)
        var effects = machine.receive(.loaded)
        while !effects.isEmpty {
            var next: [AggregationJobMachine.Effect] = []
            for effect in effects {
                if let event = try await perform(effect, work: work, task: task) {
                    next += machine.receive(event)
                }
            }
            effects = next
        }
    }

    private func perform(
        _ effect: AggregationJobMachine.Effect, work: AggregationJobWork, task: AggregatorTask
    ) async throws -> AggregationJobMachine.Event? {
        let lease = work.lease
        switch effect {
        case .initialize(let inputs):
            return .initialized(try await task.leaderInitialize(inputs))
        case .prepare(let rejected):
            guard try await store.prepareAggregationJob(lease, rejected: rejected) else { return nil }
            log(rejected, by: "leader", task: task)
            return .prepared
        case .send(let body):
            let request = TransportRequest(
                .post, ResourceURL.aggregationJobs(of: task), mediaType: .aggregationJobInitReq,
                token: helperToken(task.id), body: body)
            return .answered(try await ask(request, of: task.id, expecting: .aggregationJobResp))
        case .poll(let url):
            let request = TransportRequest(.get, url, token: helperToken(task.id))
            return .answered(try await ask(request, of: task.id, expecting: .aggregationJobResp))
        case .abandon(let url):
            _ = try? await transport.send(TransportRequest(.delete, url, token: helperToken(task.id)))
        case .verify(let inputs):
            return .verified(try await task.leaderFinish(inputs))
        case .finish(let outcome):
            let isCommitted = try await store.finishAggregationJob(
                lease, additions: outcome.additions, rejected: outcome.rejected, returned: outcome.returned,
                now: clock.now(), merge: task.mergeAggregateShares)
            if isCommitted { log(outcome.rejected, by: "helper", task: task) }
        case .dissolve(let reason):
            logger.error("an aggregation job is taken apart", metadata: ["task": "\(task.id)", "reason": "\(reason)"])
            _ = try await store.dissolveAggregationJob(lease, now: clock.now())
        case .release(let reason, let pause, let location):
            logWaiting(work, because: reason, isPolled: location != nil)
            try await store.releaseAggregationJob(lease, dueAt: clock.now() + pause, location: location)
        }
        return nil
    }

    /// A job that waits for the helper is told of at every attempt; one that the helper is at work on, after a while, at
    /// ever fewer of them.
    private func logWaiting(_ work: AggregationJobWork, because reason: String, isPolled: Bool) {
        let now = clock.now()
        let age = now - min(now, work.createdAt)
        let attempt = work.lease.attempt
        let isLong = age >= Self.longWait && attempt.nonzeroBitCount == 1
        logger.log(
            level: isPolled && !isLong ? .debug : .warning, "an aggregation job waits",
            metadata: [
                "task": "\(work.taskID)", "job": "\(work.lease.job)", "age": "\(age) s", "attempts": "\(attempt)",
                "reports": "\(work.reports.count)", "reason": "\(reason)",
            ])
    }

    private func log(_ rejected: [ReportID: ReportError], by role: String, task: AggregatorTask) {
        guard !rejected.isEmpty else { return }
        let counts = Dictionary(grouping: rejected.values, by: { $0 }).map { "\($0.key): \($0.value.count)" }.sorted()
        logger.info(
            "reports rejected",
            metadata: ["task": "\(task.id)", "by": "\(role)", "errors": "\(counts.joined(separator: ", "))"])
    }
}
