import DAPMessages
import DAPRoles
import DAPTesting
import Testing

@Suite struct CollectionHandlerTests {
    private let deployment: TestDeployment
    private let window: Interval

    init() throws {
        deployment = try TestDeployment()
        window = deployment.window()
    }

    @Test("A request creates a job; the same bytes find it, other bytes create another")
    func idempotent() async throws {
        let (first, state) = try await create(try deployment.collectionRequest(window))
        #expect(state == .pending)
        #expect(try await create(try deployment.collectionRequest(window)).0 == first)
        #expect(try await create(try deployment.collectionRequest(deployment.window(1))).0 != first)
        #expect(try await deployment.collection.job(task: deployment.task.id, id: first) == .pending)
    }

    @Test("Whatever is wrong with a request has the error that the draft names")
    func refusals() async throws {
        let good = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: window))
        func query(_ start: UInt64, _ duration: UInt64) -> Query {
            .timeInterval(
                TimeIntervalQueryConfig(batchInterval: Interval(start: Time(start), duration: Duration(duration))))
        }
        func extensions(_ types: [UInt16]) -> [CollectionJobExtension] {
            types.map { CollectionJobExtension(extensionType: $0, extensionData: []) }
        }
        let cases: [(DAPAbort.Kind, CollectionJobReq)] = [
            (.dap(.invalidMessage), CollectionJobReq(query: .leaderSelected)),
            (.dap(.invalidAggregationParameter), CollectionJobReq(query: good, aggregationParameter: [0])),
            (.dap(.batchInvalid), CollectionJobReq(query: query(5, 0))),
            (.dap(.batchInvalid), CollectionJobReq(query: query(.max, 1))),
            (.dap(.batchInvalid), CollectionJobReq(query: query(1, .max))),
            (.dap(.unsupportedExtension), CollectionJobReq(query: good, extensions: extensions([1]))),
            (.dap(.unsupportedExtension), CollectionJobReq(query: good, extensions: extensions([1, 2]))),
            (.dap(.invalidExtension), CollectionJobReq(query: good, extensions: extensions([2, 1]))),
            (.dap(.invalidExtension), CollectionJobReq(query: good, extensions: extensions([1, 1]))),
        ]
        for (kind, request) in cases {
            let body = try request.encoded()
            await expectAbort(kind, "\(request)") { _ = try await create(body) }
        }
        let body = try deployment.collectionRequest(window)
        for wrong in [[], Array(body.dropLast()), body + [0], [3] + body.dropFirst()] {
            await expectAbort(.dap(.invalidMessage)) { _ = try await create(wrong) }
        }
        let stranger = try TaskID([UInt8](repeating: 1, count: 32))
        await expectAbort(.dap(.unrecognizedTask)) {
            _ = try await deployment.collection.create(task: stranger, body: body)
        }
    }

    @Test("A job that does not exist, or belongs to another task, is not found")
    func notFound() async throws {
        let both = try TestDeployment([.count, .count])
        let (id, _) = try await both.collection.create(
            task: both.tasks[0].id, body: try both.collectionRequest(both.window()))
        await expectAbort(.notFound) { _ = try await both.collection.job(task: both.tasks[1].id, id: id) }
        await expectAbort(.notFound) {
            _ = try await both.collection.job(task: both.tasks[0].id, id: StoreSamples.collectionJobID(1))
        }
        await expectAbort(.dap(.unrecognizedTask)) {
            _ = try await both.collection.job(task: try TaskID([UInt8](repeating: 1, count: 32)), id: id)
        }
    }

    @Test("A deleted job is not found; an unfinished one can be asked for anew, a finished one's batch stays collected")
    func deletion() async throws {
        let body = try deployment.collectionRequest(window)
        let (first, _) = try await create(body)
        try await deployment.collection.delete(task: deployment.task.id, id: first)
        await expectAbort(.notFound) {
            _ = try await deployment.collection.job(task: deployment.task.id, id: first)
        }
        await expectAbort(.notFound) { try await deployment.collection.delete(task: deployment.task.id, id: first) }
        _ = try await deployment.uploader().upload([deployment.measurement()])
        let batch = try await deployment.collect(.interval(window))
        let collector = deployment.collector()
        try await collector.delete(jobURL: try #require(batch.jobURL))
        // Deleting again does no harm: the answer to the first time may have got lost.
        try await collector.delete(jobURL: try #require(batch.jobURL))
        await expectAbort(.dap(.batchOverlap)) { _ = try await create(body) }
        let late = try await deployment.uploader().upload([deployment.measurement()])
        #expect(late.rejected == [0: .reportReplayed])
        await expectAbort(.dap(.unrecognizedTask)) {
            try await deployment.collection.delete(task: try TaskID([UInt8](repeating: 1, count: 32)), id: first)
        }
    }

    @Test("What overlaps a collected batch is refused; more unfinished jobs than the named number are refused as busy")
    func overlapAndLimit() async throws {
        _ = try await deployment.uploader().upload([deployment.measurement()])
        _ = try await deployment.collect(window)
        await expectAbort(.dap(.batchOverlap)) {
            let wider = Interval(start: window.start, duration: Duration(2))
            _ = try await create(try deployment.collectionRequest(wider))
        }
        for offset in 1...LeaderLimits.unfinishedCollectionJobs {
            _ = try await create(try deployment.collectionRequest(deployment.window(UInt64(offset))))
        }
        await expectAbort(.busy) {
            let next = deployment.window(UInt64(LeaderLimits.unfinishedCollectionJobs + 1))
            _ = try await create(try deployment.collectionRequest(next))
        }
    }

    private func create(_ body: [UInt8]) async throws -> (CollectionJobID, CollectionJobState) {
        try await deployment.collection.create(task: deployment.task.id, body: body)
    }
}
