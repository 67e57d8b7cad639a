import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// What a collector and the clients may rely on, whatever the order of events.
@Suite struct CollectionTests {
    @Test("Every report acknowledged before the collection job is in its answer")
    func acknowledgedReportsAreIn() async throws {
        var settings = TestDeployment.Settings()
        // Nothing is aggregated before it is asked for.
        settings.pace.minimumJobSize = 1000
        settings.pace.maximumWait = 1_000_000
        let deployment = try TestDeployment(settings: settings)
        _ = try await deployment.uploader().upload((0..<7).map { _ in deployment.measurement() })
        try await deployment.pass(seconds: 10)
        #expect(!deployment.transport.requests.contains { $0.mediaType == .aggregationJobInitReq })
        #expect(try await deployment.collect(deployment.window()).reportCount == 7)
    }

    @Test("A batch below the minimum fails with invalidBatchSize; after more uploads the same request succeeds")
    func askedAgain() async throws {
        let deployment = try TestDeployment(settings: TestDeployment.Settings(minBatchSize: 3))
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement()])
        for _ in 0..<2 { await expectTooFew(deployment) }
        _ = try await deployment.uploader().upload([deployment.measurement()])
        #expect(try await deployment.collect(deployment.window()).result == .integer(3))
    }

    @Test("Reports that turn out invalid do not count towards the minimum, and the batch stays collectable")
    func invalidReportsDoNotCount() async throws {
        let deployment = try TestDeployment(settings: TestDeployment.Settings(minBatchSize: 3))
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement()])
        let bad = try ReportForge(deployment).report { $0.inputShare[.leader] = \.withFirstBitFlipped }
        _ = try await deployment.upload.upload(
            task: deployment.task.id, body: try UploadRequest(reports: [bad.report]).encoded())
        await expectTooFew(deployment)
        #expect(try await deployment.uploader().upload([deployment.measurement()]).accepted == 1)
        #expect(try await deployment.collect(deployment.window()).result == .integer(3))
    }

    @Test("A batch that the helper refuses opens again and can be collected later")
    func refusedByHelper() async throws {
        let deployment = try TestDeployment()
        _ = try await deployment.uploader().upload([deployment.measurement()])
        let problem = StoredProblem(type: ProblemType.batchMismatch.urn, detail: "no")
        deployment.transport.setWeather { request, _ in
            request.mediaType == .aggregateShareReq ? .answer(TransportResponse(status: 409, problem: problem)) : nil
        }
        do {
            _ = try await deployment.collect(deployment.window())
            Issue.record("the helper refused")
        } catch CollectionFailure.refused(problem, _) {}
        deployment.transport.setWeather(nil)
        #expect(try await deployment.uploader().upload([deployment.measurement()]).accepted == 1)
        #expect(try await deployment.collect(deployment.window()).result == .integer(2))
    }

    @Test("Of collectors that race for overlapping intervals one gets an answer, and no report is released twice")
    func race() async throws {
        let deployment = try TestDeployment()
        for unit in 0..<4 {
            _ = try await deployment.uploader().upload([deployment.measurement(unitsAhead: -Int64(unit))])
        }
        let start = deployment.window().start.value - 3
        let intervals = [(0, 3), (1, 3), (2, 1), (0, 4)].map { offset, duration in
            Interval(start: Time(start + offset), duration: Duration(duration))
        }
        defer { deployment.clock.whileSleeping(nil) }
        deployment.clock.whileSleeping { _ = try await deployment.step() }
        let outcomes = await withTaskGroup(of: Result<CollectionResult, any Error>.self) { group in
            for interval in intervals {
                group.addTask {
                    do {
                        return .success(
                            try await deployment.collector().collect(.interval(interval), patience: 100_000).result)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let released = outcomes.compactMap { try? $0.get() }
        #expect(released.count == 1)
        for case .failure(let error) in outcomes {
            guard case CollectionFailure.refused(let problem, _) = error else {
                Issue.record(error)
                continue
            }
            #expect(problem.type == ProblemType.batchOverlap.urn)
        }
    }

    @Test("Overlapping jobs that were created before either was worked on: one is released, the other fails")
    func overlappingJobs() async throws {
        let deployment = try TestDeployment()
        _ = try await deployment.uploader().upload([deployment.measurement()])
        let first = try await deployment.createCollectionJob(deployment.window())
        let second = try await deployment.createCollectionJob(
            Interval(start: deployment.window().start, duration: Duration(2)))
        try await deployment.pass(seconds: 10)
        let states = [
            try await deployment.collection.job(task: deployment.task.id, id: first),
            try await deployment.collection.job(task: deployment.task.id, id: second),
        ]
        let finished = states.filter { if case .finished = $0 { true } else { false } }
        let failed = states.filter { if case .failed = $0 { true } else { false } }
        #expect(finished.count == 1 && failed.count == 1)
    }

    @Test("A report uploaded while its batch is being collected is either in the answer or refused")
    func uploadDuringCollection() async throws {
        let deployment = try TestDeployment()
        _ = try await deployment.uploader().upload([deployment.measurement()])
        let uploader = deployment.uploader()
        deployment.transport.setWeather { request, _ in
            guard request.mediaType == .aggregateShareReq else { return nil }
            return .delay {
                let summary = try await uploader.upload([deployment.measurement()])
                #expect(summary.rejected == [0: .reportReplayed])
            }
        }
        #expect(try await deployment.collect(deployment.window()).reportCount == 1)
    }

    @Test("Two drivers over one store, one of them slow, aggregate and release once")
    func slowDriver() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment(leaderStore: store)
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement()])
        // Each first request takes so long that its lease ends and another driver does the same work meanwhile.
        deployment.transport.setWeather { request, ordinal in
            guard request.mediaType == .aggregationJobInitReq || request.mediaType == .aggregateShareReq,
                deployment.transport.requests.count(where: { $0.mediaType == request.mediaType }) == 1
            else { return nil }
            return .delay {
                deployment.clock.advance(seconds: 200)
                try await deployment.step()
            }
        }
        let result = try await deployment.collect(deployment.window())
        #expect(result.reportCount == 2 && result.result == .integer(2))
    }

    private func expectTooFew(_ deployment: TestDeployment) async {
        do {
            _ = try await deployment.collect(deployment.window())
            Issue.record("there are too few reports")
        } catch CollectionFailure.refused(let problem, _) {
            #expect(problem.type == ProblemType.invalidBatchSize.urn)
        } catch {
            Issue.record(error)
        }
    }
}
