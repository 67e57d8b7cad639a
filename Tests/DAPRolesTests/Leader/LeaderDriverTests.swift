import DAPMessages
import DAPRoles
import DAPTesting
import Synchronization
import Testing

@Suite struct LeaderDriverTests {
    @Test("When any call to the store fails, the job is given back and goes on soon, not when its lease ends")
    func storeFailures() async throws {
        let calls: [StoreCall] = [
            .leaseAggregationJob, .prepareAggregationJob, .finishAggregationJob, .leaseCollectionJob, .batchProgress,
            .closeBatch, .buckets, .finishCollectionJob,
        ]
        for call in calls {
            let hasFailed = Mutex(false)
            let store = FaultyStore(MemoryStore()) { called, _ in
                guard called == call else { return nil }
                return hasFailed.withLock { hasFailed in
                    defer { hasFailed = true }
                    return hasFailed ? nil : .notPersisted
                }
            }
            let deployment = try TestDeployment(leaderStore: store)
            _ = try await deployment.uploader().upload([deployment.measurement()])
            let pending = try await deployment.createCollectionJob(deployment.window())
            var failures = 0
            for _ in 0..<10 {
                do { try await deployment.step() } catch is InjectedFault { failures += 1 }
                deployment.clock.advance(seconds: 1)
            }
            #expect(failures == 1, "\(call)")
            let state = try await deployment.collection.job(task: deployment.task.id, id: pending)
            guard case .finished = state else {
                Issue.record("after \(call) failed the collection job is \(state)")
                continue
            }
        }
    }

    @Test("One task whose store fails does not keep the others from getting jobs")
    func otherTasksGoOn() async throws {
        var settings = TestDeployment.Settings()
        settings.pace.minimumJobSize = 1
        let deployment = try TestDeployment(
            [.count, .count, .count], settings: settings,
            leaderStore: FaultyStore(MemoryStore()) { call, ordinal in
                // The first call for a task fails, whichever task that is.
                call == .createAggregationJobs && ordinal == 3 ? .notPersisted : nil
            })
        for task in deployment.tasks { _ = try await deployment.uploader(task).upload([deployment.measurement()]) }
        deployment.clock.advance(seconds: 5)
        await #expect(throws: InjectedFault.self) { try await deployment.driver.createAggregationJobs() }
        for hasJob in [true, true, false] {
            #expect(try await deployment.driver.stepAggregationJob() == hasJob)
        }
        // The one that failed is left alone for a moment.
        #expect(try await deployment.driver.createAggregationJobs() == false)
        deployment.clock.advance(seconds: 5)
        #expect(try await deployment.driver.createAggregationJobs())
        #expect(try await deployment.driver.stepAggregationJob())
    }

    @Test("A job of a task that the catalog no longer has waits, and does not keep others waiting")
    func unknownTask() async throws {
        let store = MemoryStore()
        let old = try TestDeployment([.count], leaderStore: store)
        _ = try await old.uploader().upload([old.measurement()])
        #expect(
            try await store.createAggregationJobs(
                task: old.task.id, minimumSize: 1, maximumSize: 1, uploadedBefore: 0, filling: nil, now: 0) == 1)
        _ = try await old.createCollectionJob(old.window())
        // Other keys, hence other tasks.
        let new = try TestDeployment([.sum(maxMeasurement: 3)], leaderStore: store)
        #expect(try await new.driver.stepAggregationJob())
        #expect(try await new.driver.stepAggregationJob() == false)
        #expect(try await new.driver.stepCollectionJob())
        #expect(try await new.driver.stepCollectionJob() == false)
        #expect(new.transport.requests.isEmpty)
        // With the old catalog it goes on.
        old.clock.advance(seconds: Backoff.longest)
        #expect(try await old.driver.stepAggregationJob())
        #expect(await store.reportsWithShares == 0)
    }

    @Test("The helper is asked with its token, and a job's size is bounded by the bytes of its shares")
    func requests() async throws {
        let deployment = try TestDeployment()
        _ = try await deployment.uploader().upload([deployment.measurement()])
        try await deployment.pass(seconds: 2)
        let asked = try #require(deployment.transport.requests.last)
        #expect(asked.token == deployment.keys.leaderToken && asked.mediaType == .aggregationJobInitReq)
        let large = try TestDeployment([.sumVec(length: 100_000, maxMeasurement: 1, chunkLength: 320)])
        #expect(deployment.task.leader.reportsPerJob == LeaderLimits.reportsPerJob)
        #expect((1..<64).contains(large.task.leader.reportsPerJob))
    }

    @Test("A job whose request is too large for the helper is taken apart until it fits")
    func tooLarge() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload((0..<40).map { _ in deployment.measurement() })
        deployment.transport.setWeather { request, _ in
            request.body.count > 3000 ? .answer(TransportResponse(status: 413)) : nil
        }
        let result = try await deployment.collect(deployment.window())
        #expect(result.result == .integer(40))
    }

    @Test("A report for whose sake a job is refused ends up alone and is dropped; all others are counted")
    func culprit() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload((0..<30).map { _ in deployment.measurement() })
        let culprit = try ReportForge(deployment).report()
        _ = try await deployment.upload.upload(
            task: deployment.task.id, body: try UploadRequest(reports: [culprit.report]).encoded())
        deployment.transport.setWeather { request, _ in
            guard request.mediaType == .aggregationJobInitReq,
                let job = try? AggregationJobInitReq(decoding: request.body),
                job.verifyInits.contains(where: { $0.reportShare.metadata.reportID == culprit.id })
            else { return nil }
            let problem = StoredProblem(type: ProblemType.invalidMessage.urn, detail: "one report is bad")
            return .answer(TransportResponse(status: 400, problem: problem))
        }
        let result = try await deployment.collect(
            deployment.window(), patience: 2 * LeaderLimits.longestRestAfterRefusal)
        #expect(result.result == .integer(30) && result.reportCount == 30)
        #expect(await store.rejections(task: deployment.task.id) == [culprit.id: .reportDropped])
    }
}

@Suite struct LeaderDriverShutdownTests {
    @Test("An idle driver ends when it is cancelled")
    func idle() async throws {
        let deployment = try TestDeployment()
        let driver = LeaderDriver(
            tasks: TaskRegistry([deployment.task.leader]), store: MemoryStore(), transport: deployment.transport,
            helperToken: { _ in deployment.keys.leaderToken }, clock: StoppedClock(), random: deployment.random,
            logger: .silent)
        let running = Task { await driver.run() }
        await Task.yield()
        running.cancel()
        await running.value
    }

    @Test("A driver that waits for the helper ends when it is cancelled, and its jobs can be leased at once")
    func waitingForHelper() async throws {
        let base = MemoryStore()
        // As SQLite's access layer does it: a cancelled task's calls fail.
        let store = FaultyStore(base) { _, _ in Task.isCancelled ? .notPersisted : nil }
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload([deployment.measurement()])
        _ = try await base.createAggregationJobs(
            task: deployment.task.id, minimumSize: 1, maximumSize: 1, uploadedBefore: 0, filling: nil, now: 0)
        let hasArrived = Mutex(false)
        deployment.transport.setWeather { _, _ in
            .delay {
                hasArrived.withLock { $0 = true }
                while true { try await Task.sleep(for: .seconds(3600)) }
            }
        }
        let driver = LeaderDriver(
            tasks: TaskRegistry([deployment.task.leader]), store: store, transport: deployment.transport,
            helperToken: { _ in deployment.keys.leaderToken }, clock: StoppedClock(), random: deployment.random,
            logger: .silent)
        let running = Task { await driver.run() }
        while !hasArrived.withLock({ $0 }) { await Task.yield() }
        running.cancel()
        await running.value
        let now = StoppedClock().now()
        let work = try #require(try await base.leaseAggregationJob(now: now, leaseEnd: now + 90))
        #expect(work.isPrepared && work.lease.attempt == 2)
    }

    @Test("A collection job that waits for the helper is given back as well")
    func collectionWaitingForHelper() async throws {
        let base = MemoryStore()
        let store = FaultyStore(base) { _, _ in Task.isCancelled ? .notPersisted : nil }
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload([deployment.measurement()])
        try await deployment.pass(seconds: 3)
        _ = try await deployment.createCollectionJob(deployment.window())
        let hasArrived = Mutex(false)
        deployment.transport.setWeather { _, _ in
            .delay {
                hasArrived.withLock { $0 = true }
                while true { try await Task.sleep(for: .seconds(3600)) }
            }
        }
        let step = Task { try await deployment.driver.stepCollectionJob() }
        while !hasArrived.withLock({ $0 }) { await Task.yield() }
        step.cancel()
        await #expect(throws: CancellationError.self) { try await step.value }
        let now = deployment.clock.now()
        #expect(try await base.leaseCollectionJob(now: now, leaseEnd: now + 90)?.batch != nil)
    }

    @Test("A driver that was cancelled before it began leaves no lease behind")
    func cancelledBefore() async throws {
        let base = MemoryStore()
        let deployment = try TestDeployment(leaderStore: base)
        _ = try await deployment.uploader().upload([deployment.measurement()])
        _ = try await base.createAggregationJobs(
            task: deployment.task.id, minimumSize: 1, maximumSize: 1, uploadedBefore: 0, filling: nil, now: 0)
        let step = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await deployment.driver.stepAggregationJob()
        }
        await #expect(throws: CancellationError.self) { try await step.value }
        let now = deployment.clock.now()
        #expect(try await base.leaseAggregationJob(now: now, leaseEnd: now + 90) != nil)
    }

    @Test("A running driver answers a collection, through a store that fails now and then")
    func runs() async throws {
        let store = FaultyStore(MemoryStore()) { call, ordinal in
            call != .insertReports && ordinal.isMultiple(of: 7) ? StoreFault.allCases[ordinal / 7 % 2] : nil
        }
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload((0..<5).map { _ in deployment.measurement() })
        let running = Task { await deployment.driver.run() }
        defer { running.cancel() }
        let batch = try await deployment.collector().collect(.interval(deployment.window()), patience: 1_000_000)
        #expect(batch.result.result == .integer(5))
        running.cancel()
        await running.value
    }
}
