import DAPMessages
import Logging

extension LeaderDriver {
    /// Creates the aggregation jobs that are due, for every task.
    ///
    /// - Returns: whether there was something to do.
    /// - Throws: the last task's error when a store failed for some tasks; the others have their jobs.
    public func createAggregationJobs() async throws -> Bool {
        let now = clock.now()
        var created = 0
        var failure: (any Error)?
        for task in tasks.tasks {
            let maximum = task.reportsPerJob
            do {
                created += try await store.createAggregationJobs(
                    task: task.id, minimumSize: min(pace.minimumJobSize, maximum), maximumSize: maximum,
                    uploadedBefore: now - min(now, pace.maximumWait), filling: filling(task), now: now)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return created > 0
    }

    private func filling(_ task: AggregatorTask) -> BatchFilling? {
        guard task.batchMode == .leaderSelected else { return nil }
        let target = Int(clamping: pace.batchTarget(of: task))
        return BatchFilling(targetSize: target) { [random] in
            var random = random
            return random.identifier()
        }
    }

    /// Works on one aggregation job, if one is due.
    ///
    /// - Returns: whether there was something to do.
    /// - Throws: the store's error, or `CancellationError`; then the job is given back for others to go on with.
    public func stepAggregationJob() async throws -> Bool {
        let now = clock.now()
        let leased = try await shielded { [store, pace] in
            try await store.leaseAggregationJob(now: now, leaseEnd: now + pace.leaseDuration)
        }
        guard let work = leased else { return false }
        do {
            try await drive(work)
        } catch {
            await giveBack(work.lease, after: error) { [store] lease, dueAt in
                try await store.releaseAggregationJob(lease, dueAt: dueAt, location: work.location)
            }
            throw error
        }
        return true
    }

    private func drive(_ work: AggregationJobWork) async throws {
        guard let task = try? tasks.task(work.taskID) else {
            // The catalog no longer has the task; its data stay until somebody decides.
            try await store.releaseAggregationJob(
                work.lease, dueAt: clock.now() + Backoff.longest, location: work.location)
            return
        }
        var machine = AggregationJobMachine(work: work)
        var effects = machine.receive(.loaded)
        while !effects.isEmpty {
            var next: [AggregationJobMachine.Effect] = []
            for effect in effects {
                if let event = try await perform(effect, lease: work.lease, task: task) {
                    next += machine.receive(event)
                }
            }
            effects = next
        }
    }

    private func perform(
        _ effect: AggregationJobMachine.Effect, lease: JobLease, task: AggregatorTask
    ) async throws -> AggregationJobMachine.Event? {
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
            return .answered(try await ask(request, expecting: .aggregationJobResp))
        case .poll(let url):
            let request = TransportRequest(.get, url, token: helperToken(task.id))
            return .answered(try await ask(request, expecting: .aggregationJobResp))
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
            _ = try await store.dissolveAggregationJob(lease)
        case .release(let reason, let pause, let location):
            logger.log(
                level: location == nil ? .warning : .debug, "an aggregation job waits",
                metadata: ["task": "\(task.id)", "attempt": "\(lease.attempt)", "reason": "\(reason)"])
            try await store.releaseAggregationJob(lease, dueAt: clock.now() + pause, location: location)
        }
        return nil
    }

    private func log(_ rejected: [ReportID: ReportError], by role: String, task: AggregatorTask) {
        guard !rejected.isEmpty else { return }
        let counts = Dictionary(grouping: rejected.values, by: { $0 }).map { "\($0.key): \($0.value.count)" }.sorted()
        logger.info(
            "reports rejected",
            metadata: ["task": "\(task.id)", "by": "\(role)", "errors": "\(counts.joined(separator: ", "))"])
    }
}
