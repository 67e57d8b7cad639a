import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// Leader-selected batches (DAP §5.2), from upload to result.
@Suite struct LeaderSelectedBatchTests {
    private static func deployment(
        _ vdafs: [Prio3Parameters] = [.count], minimum: UInt64 = 5, target: UInt64 = 0, age: UInt64 = 3600,
        seed: UInt64 = 1, store: MemoryStore = MemoryStore()
    ) throws -> TestDeployment {
        var settings = TestDeployment.Settings(seed: seed, minBatchSize: minimum)
        settings.batchMode = .leaderSelected
        settings.pace.batchTargetSize = target
        settings.pace.batchMaximumAge = age
        return try TestDeployment(vdafs, settings: settings, leaderStore: store)
    }

    @Test("A collector takes one batch after another, each with the minimum, and no report is in two")
    func oneAfterAnother() async throws {
        let deployment = try Self.deployment([.histogram(length: 23, chunkLength: 5)], minimum: 5)
        // Each report has its own bucket, so that one counted twice shows.
        _ = try await deployment.uploader().upload((0..<23).map { deployment.measurement(.integer($0)) })
        var total = [Int128](repeating: 0, count: 23)
        for _ in 0..<4 {
            let batch = try await deployment.takeBatch()
            #expect(batch.reportCount == 5)
            for (bucket, count) in batch.result.numbers.enumerated() { total[bucket] += count }
        }
        #expect(total.filter { $0 == 1 }.count == 20 && total.allSatisfy { $0 <= 1 })
        await expectNotReady(deployment)
        _ = try await deployment.uploader().upload((0..<2).map { deployment.measurement(.integer($0)) })
        #expect(try await deployment.takeBatch().reportCount == 5)
    }

    @Test("Asking again without deleting the job gets the same batch")
    func sameBytes() async throws {
        let deployment = try Self.deployment()
        _ = try await deployment.uploader().upload((0..<10).map { _ in deployment.measurement() })
        let first = try await deployment.collect(.leaderSelected)
        #expect(try await deployment.collect(.leaderSelected) == first)
        try await deployment.collector().delete(jobURL: try #require(first.jobURL))
        let second = try await deployment.collect(.leaderSelected)
        #expect(second.jobURL != first.jobURL && second.result.reportCount == 5)
    }

    @Test("Every VDAF's totals are exact over all batches", arguments: [UInt64(1), 2])
    func vdafs(seed: UInt64) async throws {
        let vdafs: [Prio3Parameters] = [
            .count, .sum(maxMeasurement: 1000), .sumVec(length: 3, maxMeasurement: 9, chunkLength: 4),
            .histogram(length: 4, chunkLength: 3), .multihotCountVec(length: 3, chunkLength: 2, maxWeight: 3),
        ]
        let deployment = try Self.deployment(vdafs, minimum: 4, seed: seed)
        for (index, task) in deployment.tasks.enumerated() {
            let measurements: [Prio3Measurement] =
                switch vdafs[index] {
                case .count, .sum, .histogram: [.integer(1), .integer(1), .integer(1), .integer(1)]
                case .sumVec: [.vector([1, 2, 3]), .vector([0, 0, 9]), .vector([1, 1, 1]), .vector([0, 0, 0])]
                case .multihotCountVec:
                    [.vector([1, 1, 1]), .vector([0, 0, 1]), .vector([1, 0, 1]), .vector([0, 0, 0])]
                }
            let expected: [[Int128]] = [[4], [4], [2, 3, 13], [0, 4, 0, 0], [2, 1, 3]]
            for _ in 0..<2 {
                _ = try await deployment.uploader(task).upload(measurements.map { deployment.measurement($0) })
                let batch = try await deployment.takeBatch(task: task)
                #expect(batch.reportCount == 4, "seed \(seed), task \(index)")
                #expect(batch.result.numbers == expected[index], "seed \(seed), task \(index)")
            }
        }
    }

    @Test(
        "A batch is filled to its target; one that has waited too long is given out with fewer, never below the minimum"
    )
    func targetAndAge() async throws {
        let deployment = try Self.deployment(minimum: 5, target: 8, age: 600)
        _ = try await deployment.uploader().upload((0..<8 + 6).map { _ in deployment.measurement() })
        #expect(try await deployment.takeBatch().reportCount == 8)
        await expectNotReady(deployment)
        // Uploads have stopped; the six are given out when their batch is old enough.
        deployment.clock.advance(seconds: 600)
        #expect(try await deployment.takeBatch().reportCount == 6)
        _ = try await deployment.uploader().upload((0..<4).map { _ in deployment.measurement() })
        deployment.clock.advance(seconds: 6000)
        await expectNotReady(deployment)
    }

    @Test("Invalid reports leave room for others and never count towards the minimum")
    func invalidReports() async throws {
        let deployment = try Self.deployment(minimum: 5)
        let forge = ReportForge(deployment)
        let reports = try (0..<5).map { index in
            try forge.report { if index < 2 { $0.inputShare[.helper] = \.withFirstBitFlipped } }.report
        }
        _ = try await deployment.upload.upload(
            task: deployment.task.id, body: try UploadRequest(reports: reports).encoded())
        await expectNotReady(deployment)
        _ = try await deployment.uploader().upload((0..<2).map { _ in deployment.measurement() })
        let batch = try await deployment.takeBatch()
        #expect(batch.reportCount == 5 && batch.result == .integer(5))
    }

    @Test("The result's interval is the smallest around the batch's reports")
    func interval() async throws {
        let deployment = try Self.deployment(minimum: 3)
        _ = try await deployment.uploader().upload([-7, -2, -4].map { deployment.measurement(unitsAhead: $0) })
        let start = Time(deployment.window().start.value - 7)
        #expect(try await deployment.takeBatch().interval == Interval(start: start, duration: Duration(6)))
    }

    @Test("A batch that the helper refused can be collected by the same request later")
    func refused() async throws {
        let deployment = try Self.deployment(minimum: 2)
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement()])
        let problem = StoredProblem(type: ProblemType.batchMismatch.urn, detail: "no")
        deployment.transport.setWeather { request, _ in
            request.mediaType == .aggregateShareReq ? .answer(TransportResponse(status: 409, problem: problem)) : nil
        }
        do {
            _ = try await deployment.takeBatch()
            Issue.record("the helper refused")
        } catch CollectionFailure.refused(problem, _) {}
        deployment.transport.setWeather(nil)
        #expect(try await deployment.takeBatch().result == .integer(2))
    }

    @Test("A batch that the helper always refuses does not keep the next one from being collected")
    func poisonedBatch() async throws {
        let deployment = try Self.deployment(minimum: 2)
        _ = try await deployment.uploader().upload((0..<4).map { _ in deployment.measurement() })
        try await deployment.pass(seconds: 3)
        let poisoned = try AggregationJobInitReq(
            decoding: try #require(
                deployment.transport.requests.first { $0.mediaType == .aggregationJobInitReq }
            ).body
        ).leaderSelectedBatchID()
        deployment.transport.setWeather { request, _ in
            guard request.mediaType == .aggregateShareReq,
                let asked = try? AggregateShareReq(decoding: request.body),
                case .leaderSelected(let selector) = asked.batchSelector, selector.batchID == poisoned
            else { return nil }
            let problem = StoredProblem(type: ProblemType.batchMismatch.urn, detail: "no")
            return .answer(TransportResponse(status: 409, problem: problem))
        }
        await #expect(throws: CollectionFailure.self) { try await deployment.takeBatch() }
        #expect(try await deployment.takeBatch().reportCount == 2)
    }

    @Test("A job deleted while it waits makes room for the next; one deleted while the helper is asked loses no batch")
    func deletedMeanwhile() async throws {
        let deployment = try Self.deployment(minimum: 2)
        let body = try CollectionJobReq(query: .leaderSelected).encoded()
        let waiting = try await deployment.collection.create(task: deployment.task.id, body: body).0
        try await deployment.pass(seconds: 2)
        try await deployment.collection.delete(task: deployment.task.id, id: waiting)
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement()])
        let asked = try await deployment.collection.create(task: deployment.task.id, body: body).0
        #expect(asked != waiting)
        deployment.transport.setWeather { request, _ in
            guard request.mediaType == .aggregateShareReq else { return nil }
            return .delay {
                deployment.transport.setWeather(nil)
                try await deployment.collection.delete(task: deployment.task.id, id: asked)
            }
        }
        try await deployment.pass(seconds: 5)
        // The helper has collected the batch by now: reports that come later must not go into it.
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement()])
        var collected: UInt64 = 0
        for _ in 0..<2 { collected += try await deployment.takeBatch().reportCount }
        #expect(collected == 4)
    }

    @Test("Whatever is lost on the way, each report is in one batch", arguments: [UInt64(1), 2, 3, 4])
    func faults(seed: UInt64) async throws {
        let deployment = try Self.deployment([.histogram(length: 12, chunkLength: 4)], minimum: 4, seed: seed)
        deployment.transport.setWeather { _, ordinal in
            let faults: [LoopbackTransport.Fault?] = [
                nil, .loseResponse, nil, .duplicate, .loseRequest, nil, .cut(0), nil,
            ]
            return faults[(ordinal &* 5 &+ Int(seed)) % faults.count]
        }
        _ = try await deployment.uploader().upload((0..<12).map { deployment.measurement(.integer($0)) })
        var total = [Int128](repeating: 0, count: 12)
        for _ in 0..<3 {
            let batch = try await deployment.takeBatch()
            #expect(batch.reportCount == 4, "seed \(seed)")
            for (bucket, count) in batch.result.numbers.enumerated() { total[bucket] += count }
        }
        #expect(total == [Int128](repeating: 1, count: 12), "seed \(seed)")
    }

    private func expectNotReady(_ deployment: TestDeployment) async {
        do {
            let batch = try await deployment.collect(.leaderSelected, patience: 10)
            Issue.record("there was a batch of \(batch.result.reportCount)")
        } catch CollectionFailure.notReady {
        } catch {
            Issue.record(error)
        }
    }
}
