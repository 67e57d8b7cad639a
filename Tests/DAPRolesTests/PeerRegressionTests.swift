import DAPMessages
import DAPRoles
import DAPTesting
import Synchronization
import Testing
import VDAF

/// What went wrong in other implementations of DAP, Janus and Daphne above all, and must not here. Those that concern
/// other rooms are in their tests; `docs/conformance.md` lists all.
@Suite struct PeerRegressionTests {
    @Test(
        "Counter underflow when a collected batch is recreated: whatever comes for it later leaves its counts alone",
        arguments: BatchMode.allCases)
    func collectedBatchRecreated(mode: BatchMode) async throws {
        let store = MemoryStore()
        let deployment = try Self.deployment(mode, minimum: 2, leaderStore: store)
        _ = try await deployment.uploader().upload((0..<2).map { _ in deployment.measurement() })
        let query = Self.query(deployment, mode)
        let first = try await deployment.collect(query)
        #expect(first.result.reportCount == 2)
        // The same request, late reports and a late job for the batch at the helper.
        #expect(try await deployment.collect(query) == first)
        let forge = ReportForge(deployment)
        let late = try forge.report()
        let batchID = try deployment.transport.requests.lazy
            .filter { $0.mediaType == .aggregateShareReq }
            .compactMap { request -> BatchID? in
                let selector = try AggregateShareReq(decoding: request.body).batchSelector
                if case .leaderSelected(let config) = selector { return config.batchID }
                return nil
            }.first
        let job = try AggregationJobInitReq(
            verificationKeyID: 0, extensions: batchID.map { [.leaderSelectedBatchID($0)] } ?? [],
            verifyInits: try await forge.verifyInits([late]))
        let answer = try await deployment.helper.createAggregationJob(
            task: deployment.task.id, body: try job.encoded()
        ).1.body()
        #expect(try AggregationJobResp(decoding: answer).verifyResps.map(\.outcome.error) == [.batchCollected])
        let upload = try UploadRequest(reports: [late.report]).encoded()
        let errors = try await deployment.upload.upload(task: deployment.task.id, body: upload)
        #expect(errors.statuses.map(\.error) == (mode == .timeInterval ? [.reportReplayed] : []))
        try await deployment.pass(seconds: 10)
        #expect(try await deployment.collect(query) == first)
    }

    @Test(
        "Helper accumulating twice on a retry: repeated, at once or after a lost answer, a job counts once",
        arguments: [HelperHandler.Answering.atOnce, .later])
    func accumulatedTwice(answering: HelperHandler.Answering) async throws {
        for fault in [.loseResponse, .duplicate] as [LoopbackTransport.Fault] {
            let deployment = try Self.deployment(minimum: 3, answering: answering)
            let seen = Mutex(0)
            deployment.transport.setWeather { request, _ in
                guard request.url.hasPrefix(TestDeployment.helperURL) else { return nil }
                // Each message to the helper four times.
                return seen.withLock { seen in
                    seen += 1
                    return seen.isMultiple(of: 4) ? nil : fault
                }
            }
            _ = try await deployment.uploader().upload((0..<3).map { _ in deployment.measurement() })
            let result = try await deployment.collect(deployment.window())
            #expect(result.result == .integer(3) && result.reportCount == 3, "\(fault)")
        }
    }

    @Test("A flush deadlock in the accumulator: after a failed commit, a cancelled upload and a full batch all go on")
    func flushDeadlock() async throws {
        let store = GatedReportStore(failing: [1, 2])
        let batcher = UploadBatcher(store: store)
        func upload(_ part: Int, count: Int) -> Task<[ReportInsertion], any Error> {
            Task { try await batcher.insert((0..<count).map { StoreSamples.report(part * 1000 + $0, time: 1) }) }
        }
        let first = upload(0, count: 1)
        await store.reached(transactions: 1)
        var others: [Task<[ReportInsertion], any Error>] = []
        for (part, count) in [LeaderLimits.uploadBatch, 1, LeaderLimits.uploadBatch, 999, 1, 2].enumerated() {
            let before = await batcher.waitingReportCount
            others.append(upload(part + 1, count: count))
            while await batcher.waitingReportCount == before { await Task.yield() }
        }
        others[1].cancel()
        await store.open()
        await #expect(throws: GatedReportStore.Failure.self) { try await first.value }
        await #expect(throws: GatedReportStore.Failure.self) { try await others[0].value }
        for other in others.dropFirst() { #expect(try await other.value.allSatisfy { $0 == .inserted }) }
        #expect(try await upload(9, count: 1).value == [.inserted])
        #expect(await batcher.waitingReportCount == 0)
    }

    @Test("Infinite retry on a permanent error: client, leader and collector stop, and say why")
    func permanentErrors() async throws {
        let problem = StoredProblem(type: ProblemType.invalidMessage.urn, detail: "no")
        let refusal = TransportResponse(status: 400, contentType: "application/problem+json", problem: problem)
        for mediaType in [MediaType.uploadReq, .aggregationJobInitReq, .collectionJobReq, .aggregateShareReq] {
            let log = RecordedLog()
            let deployment = try TestDeployment(logger: log.logger)
            deployment.transport.setWeather { request, _ in request.mediaType == mediaType ? .answer(refusal) : nil }
            await #expect(throws: (any Error).self) {
                let summary = try await deployment.uploader().upload([deployment.measurement()])
                guard summary.accepted == 1 else { throw CollectionFailure.unavailable("nothing was accepted") }
                _ = try await deployment.collect(deployment.window(), patience: 600)
            }
            for _ in 0...LeaderLimits.restsAfterRefusals + 1 {
                try await deployment.pass(seconds: 150)
                deployment.clock.advance(seconds: LeaderLimits.longestRestAfterRefusal)
            }
            // Refused reports rest, so that an operator has an hour to notice.
            let attempts = mediaType == .aggregationJobInitReq ? LeaderLimits.restsAfterRefusals + 1 : 1
            #expect(deployment.transport.requests.count { $0.mediaType == mediaType } == attempts, "\(mediaType)")
            if mediaType == .aggregationJobInitReq {
                let reasons = log.records("an aggregation job is taken apart").map { $0.metadata["reason"] }
                #expect(reasons == Array(repeating: "no", count: attempts))
            }
        }
    }

    @Test(
        "An aggregation job left empty because every report was dropped: it ends, and its batch can be collected",
        arguments: BatchMode.allCases)
    func emptyJob(mode: BatchMode) async throws {
        // The leader's own part is bad, or the helper's.
        for role in [AggregatorRole.leader, .helper] {
            let store = MemoryStore()
            let deployment = try Self.deployment(mode, minimum: 2, leaderStore: store)
            let forge = ReportForge(deployment)
            let bad = try (0..<2).map { _ in
                try forge.report { $0.inputShare[role] = { share in share.map { $0 ^ 1 } } }
            }
            let body = try UploadRequest(reports: bad.map(\.report)).encoded()
            _ = try await deployment.upload.upload(task: deployment.task.id, body: body)
            try await deployment.pass(seconds: 5)
            #expect(await store.rejections(task: deployment.task.id).count == 2, "\(role)")
            #expect(await store.reportsWithShares == 0)
            #expect(try await deployment.driver.stepAggregationJob() == false)
            _ = try await deployment.uploader().upload((0..<2).map { _ in deployment.measurement() })
            #expect(try await deployment.collect(Self.query(deployment, mode)).result.reportCount == 2)
        }
    }

    @Test("A deferred answer recomputed without the DP noise: it is computed once, also over restarts and lost answers")
    func deferredAnswerOnce() async throws {
        let store = MemoryStore()
        let committed = Mutex<Set<StoreCall>>([])
        // Another process each time.
        func process() throws -> TestDeployment {
            try Self.deployment(
                minimum: 2, answering: .later,
                helperStore: FaultyStore(store) { call, _ in
                    guard call == .commitAggregationJob || call == .collectBatch else { return nil }
                    // The first commit of each kind persists, and nobody hears of it.
                    return committed.withLock { $0.insert(call).inserted ? .persisted : nil }
                })
        }
        let first = try process()
        let task = first.task.id
        let forge = ReportForge(first)
        let reports = try (0..<2).map { _ in try forge.report() }
        var checksum = BatchChecksum()
        for report in reports { checksum.add(report.id) }
        let job = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
            .encoded()
        let share = try AggregateShareReq(
            collectionJobReq: CollectionJobReq(query: .interval(first.window())),
            batchSelector: .interval(first.window()), reportCount: 2, checksum: checksum
        ).encoded()
        for ask in [
            { try await $0.helper.createAggregationJob(task: task, body: job).1 },
            { try await $0.helper.createAggregateShare(task: task, body: share).1 },
        ] as [(TestDeployment) async throws -> HelperAnswer] {
            let begun = try process()
            #expect(try await ask(begun) == .pending)
            await #expect(throws: InjectedFault.self) { try await begun.helperDriver.stepDeferredRequest() }
            // Sealed with fresh randomness: equal bytes were made once.
            let answer = try await ask(try process()).body()
            for _ in 0..<3 {
                let restarted = try process()
                restarted.clock.advance(seconds: 200)
                #expect(try await restarted.helperDriver.stepDeferredRequest() == false)
                #expect(try await ask(restarted).body() == answer)
            }
        }
    }

    @Test("A transient failure that makes a batch uncollectable for ever: once it is over, the batch is collected")
    func transientFailure() async throws {
        let calls: [StoreCall] = [.closeBatch, .buckets, .finishCollectionJob, .batchProgress]
        for call in calls {
            for fault in StoreFault.allCases {
                let until = VirtualClock().now() + 300
                let now = Mutex(VirtualClock().now())
                let store = FaultyStore(MemoryStore()) { called, _ in
                    called == call && now.withLock { $0 } < until ? fault : nil
                }
                let deployment = try Self.deployment(minimum: 2, leaderStore: store)
                _ = try await deployment.uploader().upload((0..<2).map { _ in deployment.measurement() })
                defer { deployment.clock.whileSleeping(nil) }
                deployment.clock.whileSleeping {
                    now.withLock { $0 = deployment.clock.now() }
                    do { try await deployment.step() } catch is InjectedFault {}
                    deployment.clock.advance(seconds: 1)
                }
                let result = try await deployment.collector()
                    .collect(.interval(deployment.window()), patience: 3600).result
                #expect(result.reportCount == 2, "\(call) \(fault)")
            }
        }
        let refusals: [TransportResponse] = [
            TransportResponse(status: 500), TransportResponse(status: 503, retryAfter: 1),
            TransportResponse(status: 200, contentType: "text/html", body: Array("hello".utf8)),
            TransportResponse(status: 429),
        ]
        for refusal in refusals {
            let deployment = try Self.deployment(minimum: 2)
            _ = try await deployment.uploader().upload((0..<2).map { _ in deployment.measurement() })
            let until = deployment.clock.now() + 600
            deployment.transport.setWeather { request, _ in
                let isMeant = request.mediaType == .aggregateShareReq && deployment.clock.now() < until
                return isMeant ? .answer(refusal) : nil
            }
            #expect(try await deployment.collect(deployment.window()).reportCount == 2, "status \(refusal.status)")
        }
    }

    @Test("A leader-selected batch stuck when uploads stop: with the minimum it is given out when it is old enough")
    func uploadsStop() async throws {
        var settings = TestDeployment.Settings(minBatchSize: 5)
        settings.batchMode = .leaderSelected
        settings.pace.batchTargetSize = 1000
        settings.pace.batchMaximumAge = 600
        let deployment = try TestDeployment(settings: settings)
        // Fewer than make a job, and than fill a batch.
        _ = try await deployment.uploader().upload((0..<7).map { _ in deployment.measurement() })
        let start = deployment.clock.now()
        #expect(try await deployment.takeBatch(patience: 1000).reportCount == 7)
        #expect(deployment.clock.now() - start < 700)
    }

    private static func deployment(
        _ mode: BatchMode = .timeInterval, minimum: UInt64, answering: HelperHandler.Answering = .atOnce,
        leaderStore: any LeaderStore = MemoryStore(), helperStore: any HelperStore = MemoryStore()
    ) throws -> TestDeployment {
        var settings = TestDeployment.Settings(minBatchSize: minimum)
        settings.batchMode = mode
        settings.helperAnswering = answering
        return try TestDeployment(settings: settings, leaderStore: leaderStore, helperStore: helperStore)
    }

    private static func query(_ deployment: TestDeployment, _ mode: BatchMode) -> Query {
        mode == .leaderSelected ? .leaderSelected : .interval(deployment.window())
    }
}
