import DAPMessages
import DAPRoles
import DAPTesting
import Testing

/// What fails each time waits by itself; the others go on.
@Suite struct PoisonTests {
    /// A deployment of two tasks over a store in which the first one's bucket cannot be added to.
    private static func poisoned() async throws -> (TestDeployment, MemoryStore) {
        let store = MemoryStore()
        let deployment = try TestDeployment([.count, .count], leaderStore: store)
        let task = deployment.tasks[0].id
        _ = try await deployment.uploader(deployment.tasks[0]).upload([deployment.measurement()])
        let now = deployment.clock.now()
        _ = try await store.createAggregationJobs(
            task: task, minimumSize: 1, maximumSize: 1, uploadedBefore: now, filling: nil, now: now)
        let work = try #require(try await store.leaseAggregationJob(now: now, leaseEnd: now + 10))
        let report = try #require(work.reports.first).metadata
        var checksum = BatchChecksum()
        checksum.add(report.reportID)
        let bucket = BatchBucket(
            id: .time(report.time), times: report.time...report.time, aggregateShare: [1, 2, 3], reportCount: 1,
            checksum: checksum)
        _ = try await store.finishAggregationJob(
            work.lease, additions: [bucket], rejected: [:], returned: [], now: now,
            merge: { stored, _ in stored })
        return (deployment, store)
    }

    @Test("Many jobs of a task that fail each time wait for longer and longer, and keep no other task waiting")
    func failingJobs() async throws {
        let (deployment, store) = try await Self.poisoned()
        let (bad, good) = (deployment.tasks[0], deployment.tasks[1])
        for _ in 0..<20 { _ = try await deployment.uploader(bad).upload([deployment.measurement()]) }
        let now = deployment.clock.now()
        #expect(
            try await store.createAggregationJobs(
                task: bad.id, minimumSize: 1, maximumSize: 1, uploadedBefore: now, filling: nil, now: now) == 20)
        var failures: [Int] = []
        var slowest = 0
        for minute in 0..<16 {
            _ = try await deployment.uploader(good).upload([deployment.measurement()])
            failures.append(0)
            var waited = 0
            for second in 0..<60 {
                var isBusy = true
                while isBusy {
                    do { isBusy = try await Self.turn(deployment) } catch { failures[minute] += 1 }
                }
                if try await Self.pending(good, deployment) > 0 { waited = second + 1 }
                deployment.clock.advance(seconds: 1)
            }
            slowest = max(slowest, waited)
        }
        #expect(slowest <= 4, "seconds that a good report waited")
        // Once in two minutes at last.
        #expect(failures[0] >= 20 * 5 && failures.suffix(8).reduce(0, +) <= 20 * 5)
        #expect(try await deployment.collect(deployment.window(), task: good).reportCount > 0)
    }

    private static func turn(_ deployment: TestDeployment) async throws -> Bool {
        let hasCreated = try await deployment.driver.createAggregationJobs()
        let hasStepped = try await deployment.driver.stepAggregationJob()
        return hasCreated || hasStepped
    }

    private static func pending(_ task: TestTask, _ deployment: TestDeployment) async throws -> UInt64 {
        let all = Interval(start: Time(deployment.window().start.value - 1), duration: Duration(2))
        return try await deployment.leaderStore.batchProgress(task: task.id, batch: .interval(all)).pending
    }

    @Test("A report that no helper takes ends alone; one that the leader cannot verify, before it is sent")
    func reports() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment(leaderStore: store)
        let forge = ReportForge(deployment)
        // Another share than was proven, one that is none, and an envelope that does not open.
        let bad = [
            try forge.report { $0.inputShare[.helper] = { $0.map { ~$0 } } },
            try forge.report { $0.inputShare[.helper] = { Array($0.dropLast()) } },
            try forge.report {
                $0.envelope[.helper] = { HpkeCiphertext(configID: $0.configID, encapsulatedKey: [1], payload: [1]) }
            },
        ]
        let good = try (0..<5).map { _ in try forge.report() }
        let body = try UploadRequest(reports: (bad + good).map(\.report)).encoded()
        #expect(try await deployment.upload.upload(task: deployment.task.id, body: body).statuses.isEmpty)
        let result = try await deployment.collect(deployment.window())
        #expect(result.result == .integer(5) && result.reportCount == 5)
        #expect(deployment.transport.requests.count { $0.mediaType == .aggregationJobInitReq } == 1)
        #expect(Set(await store.rejections(task: deployment.task.id).keys) == Set(bad.map(\.id)))
    }
}
