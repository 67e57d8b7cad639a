import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// What a leader can do with a job or a share that exists: look, continue, delete.
@Suite struct HelperResourceTests {
    private let deployment: TestDeployment
    private let forge: ReportForge
    private let store = MemoryStore()
    private let stranger = StoreSamples.aggregationJobID(77)

    init() throws {
        deployment = try TestDeployment(helperStore: store)
        forge = ReportForge(deployment)
    }

    @Test("A job can be looked at again, with the step it is on")
    func look() async throws {
        let (id, answer) = try await createJob([try forge.report()])
        #expect(try await deployment.helper.aggregationJob(task: task, id: id, step: 0) == answer)
        await expectAbort(.dap(.invalidMessage)) {
            _ = try await deployment.helper.aggregationJob(task: task, id: id, step: nil)
        }
        for step in [UInt64(1), 65_535, .max] {
            await expectAbort(.dap(.stepMismatch)) {
                _ = try await deployment.helper.aggregationJob(task: task, id: id, step: step)
            }
        }
        await expectAbort(.dap(.unrecognizedAggregationJob)) {
            _ = try await deployment.helper.aggregationJob(task: task, id: stranger, step: 0)
        }
        await expectAbort(.dap(.unrecognizedTask)) {
            _ = try await deployment.helper.aggregationJob(task: strangerTask(), id: id, step: 0)
        }
    }

    @Test("A continuation is refused with the error that fits, and the job keeps its answer")
    func continuation() async throws {
        let report = try forge.report()
        let (id, answer) = try await createJob([report])
        func body(_ step: UInt16, _ reports: [ReportID]) throws -> [UInt8] {
            let continues = reports.map { VerifyContinue(reportID: $0, payload: [1]) }
            return try AggregationJobContinueReq(step: step, verifyContinues: continues).encoded()
        }
        let cases: [(DAPAbort.Kind, [UInt8])] = [
            (.dap(.invalidMessage), []), (.dap(.invalidMessage), [0]), (.dap(.invalidMessage), [0, 1, 2]),
            (.dap(.invalidMessage), try body(0, [report.id])), (.dap(.invalidMessage), try body(1, [report.id])),
            (.dap(.stepMismatch), try body(1, [])), (.dap(.stepMismatch), try body(2, [report.id])),
        ]
        for (kind, body) in cases {
            await expectAbort(kind, "\(body)") {
                try await deployment.helper.continueAggregationJob(task: task, id: id, body: body)
            }
        }
        let good = try body(1, [report.id])
        await expectAbort(.dap(.unrecognizedAggregationJob)) {
            try await deployment.helper.continueAggregationJob(task: task, id: stranger, body: good)
        }
        await expectAbort(.dap(.unrecognizedTask)) {
            try await deployment.helper.continueAggregationJob(task: strangerTask(), id: id, body: good)
        }
        #expect(try await deployment.helper.aggregationJob(task: task, id: id, step: 0) == answer)
        #expect(try await store.helperBuckets(task: task).map(\.reportCount) == [1])
    }

    @Test("A job that is deleted keeps its answer when it has counted reports, and they are refused in other jobs")
    func deleteJob() async throws {
        let report = try forge.report()
        let (id, answer) = try await createJob([report])
        for _ in 0..<2 { try await deployment.helper.deleteAggregationJob(task: task, id: id) }
        #expect(try await deployment.helper.aggregationJob(task: task, id: id, step: 0) == answer)
        let again = try await createJob([report])
        #expect(again.0 == id && again.1 == answer, "a retry that a deletion overtook")
        let others = try await createJob([report, try forge.report()]).1
        #expect(
            try AggregationJobResp(decoding: others.body()).verifyResps.map(\.outcome.error) == [.reportReplayed, nil])
        #expect(try await store.helperBuckets(task: task).map(\.reportCount) == [2])
    }

    @Test("A deleted job that has counted nothing is unknown")
    func deleteVainJob() async throws {
        let reports = [try forge.report(), try forge.report()]
        _ = try await createJob(reports)
        let (id, answer) = try await createJob([reports[0]])
        #expect(
            try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error) == [.reportReplayed])
        try await deployment.helper.deleteAggregationJob(task: task, id: id)
        for _ in 0..<2 {
            await expectAbort(.dap(.unrecognizedAggregationJob)) {
                try await deployment.helper.deleteAggregationJob(task: task, id: id)
            }
        }
        await expectAbort(.dap(.unrecognizedAggregationJob)) {
            _ = try await deployment.helper.aggregationJob(task: task, id: id, step: 0)
        }
        #expect(try await createJob([reports[0]]).1 == answer)
    }

    @Test("A deleted aggregate share is unknown; its batch stays collected")
    func deleteShare() async throws {
        let report = try forge.report()
        _ = try await createJob([report])
        var checksum = BatchChecksum()
        checksum.add(report.id)
        let body = try AggregateShareReq(
            collectionJobReq: CollectionJobReq(query: .interval(deployment.window())),
            batchSelector: .interval(deployment.window()), reportCount: 1, checksum: checksum
        ).encoded()
        let (id, answer) = try await deployment.helper.createAggregateShare(task: task, body: body)
        #expect(try await deployment.helper.aggregateShare(task: task, id: id) == answer)
        try await deployment.helper.deleteAggregateShare(task: task, id: id)
        await expectAbort(.notFound) { _ = try await deployment.helper.aggregateShare(task: task, id: id) }
        await expectAbort(.notFound) { try await deployment.helper.deleteAggregateShare(task: task, id: id) }
        await expectAbort(.dap(.batchOverlap)) {
            _ = try await deployment.helper.createAggregateShare(task: task, body: body)
        }
        let late = try await createJob([try forge.report()]).1
        #expect(
            try AggregationJobResp(decoding: late.body()).verifyResps.map(\.outcome.error) == [.batchCollected])
    }

    @Test("A job that exists is found for the same bytes although its key, its time or its batch would not do any more")
    func existingWins() async throws {
        let report = try forge.report()
        let (id, answer) = try await createJob([report])
        let outcome = try await store.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(1), batch: .interval(deployment.window()), lease: nil
        ) { _ in [1] }
        #expect(outcome == .collected([1]))
        let again = try await createJob([report])
        #expect(again.0 == id && again.1 == answer)
    }

    private var task: TaskID { deployment.task.id }

    private func strangerTask() throws -> TaskID { try TaskID([UInt8](repeating: 1, count: 32)) }

    private func createJob(_ reports: [ReportForge.Forged]) async throws -> (AggregationJobID, HelperAnswer) {
        let request = AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
        return try await deployment.helper.createAggregationJob(task: task, body: try request.encoded())
    }
}

/// The helper's part in leader-selected batches (DAP §5.2).
@Suite struct HelperLeaderSelectedTests {
    private let deployment: TestDeployment
    private let forge: ReportForge

    init() throws {
        var settings = TestDeployment.Settings(minBatchSize: 2)
        settings.batchMode = .leaderSelected
        deployment = try TestDeployment(settings: settings)
        forge = ReportForge(deployment)
    }

    @Test("Without a batch ID, or with a malformed one, the job is an invalid message; unknown extensions are named")
    func extensions() async throws {
        let good = AggregationJobExtension.leaderSelectedBatchID(StoreSamples.batchID(1))
        func other(_ type: UInt16, _ data: [UInt8] = []) -> AggregationJobExtension {
            AggregationJobExtension(extensionType: type, extensionData: data)
        }
        let report = try forge.report()
        let cases: [(ProblemType, [AggregationJobExtension])] = [
            (.invalidMessage, []), (.invalidMessage, [other(1)]),
            (.invalidMessage, [other(1, [UInt8](repeating: 1, count: 31))]),
            (.invalidMessage, [other(1, [UInt8](repeating: 1, count: 33))]), (.invalidMessage, [good, good]),
            (.unsupportedExtension, [good, other(2)]), (.unsupportedExtension, [other(2), good]),
        ]
        for (type, extensions) in cases {
            await expectAbort(.dap(type), "\(extensions)") { _ = try await create([report], extensions) }
        }
        #expect(try await create([report], [good]) == [nil])
    }

    @Test("A report is refused as replayed in another batch, and as collected in a collected one")
    func commitErrors() async throws {
        let (first, second) = (StoreSamples.batchID(1), StoreSamples.batchID(2))
        let reports = try (0..<3).map { _ in try forge.report() }
        #expect(try await create([reports[0], reports[1]], [.leaderSelectedBatchID(first)]) == [nil, nil])
        #expect(try await create([reports[0]], [.leaderSelectedBatchID(second)]) == [.reportReplayed])
        _ = try await collect(first, Array(reports[..<2]))
        #expect(try await create([reports[2]], [.leaderSelectedBatchID(first)]) == [.batchCollected])
        #expect(try await create([try forge.report()], [.leaderSelectedBatchID(second)]) == [nil])
    }

    @Test("A batch is released once, for its own ID, with its own reports, and not below the minimum")
    func aggregateShares() async throws {
        let (first, second, unknown) = (StoreSamples.batchID(1), StoreSamples.batchID(2), StoreSamples.batchID(3))
        let reports = try (0..<3).map { _ in try forge.report() }
        _ = try await create([reports[0], reports[1]], [.leaderSelectedBatchID(first)])
        _ = try await create([reports[2]], [.leaderSelectedBatchID(second)])
        await expectAbort(.dap(.invalidBatchSize)) { _ = try await collect(second, [reports[2]]) }
        await expectAbort(.dap(.invalidBatchSize)) { _ = try await collect(unknown, Array(reports[..<2])) }
        await expectAbort(.dap(.batchMismatch)) { _ = try await collect(first, [reports[0], reports[2]]) }
        let share = try await collect(first, Array(reports[..<2]))
        #expect(try await collect(first, Array(reports[..<2])) == share)
        await expectAbort(.dap(.batchOverlap)) { _ = try await collect(first, reports) }
        for wrong in [
            AggregateShareReq(
                collectionJobReq: CollectionJobReq(query: .leaderSelected),
                batchSelector: .interval(deployment.window()),
                reportCount: 2, checksum: BatchChecksum()),
            AggregateShareReq(
                collectionJobReq: CollectionJobReq(query: .interval(deployment.window())),
                batchSelector: .batch(second),
                reportCount: 2, checksum: BatchChecksum()),
        ] {
            let body = try wrong.encoded()
            await expectAbort(.dap(.invalidMessage)) {
                _ = try await deployment.helper.createAggregateShare(task: deployment.task.id, body: body)
            }
        }
    }

    private func create(
        _ reports: [ReportForge.Forged], _ extensions: [AggregationJobExtension]
    ) async throws -> [ReportError?] {
        let request = AggregationJobInitReq(
            verificationKeyID: 0, extensions: extensions, verifyInits: try await forge.verifyInits(reports))
        let answer = try await deployment.helper.createAggregationJob(
            task: deployment.task.id, body: try request.encoded()
        ).1
        return try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error)
    }

    private func collect(_ batch: BatchID, _ reports: [ReportForge.Forged]) async throws -> [UInt8] {
        var checksum = BatchChecksum()
        for report in reports { checksum.add(report.id) }
        let request = AggregateShareReq(
            collectionJobReq: CollectionJobReq(query: .leaderSelected), batchSelector: .batch(batch),
            reportCount: UInt64(reports.count), checksum: checksum)
        return try await deployment.helper.createAggregateShare(
            task: deployment.task.id, body: try request.encoded()
        ).1.body()
    }
}
