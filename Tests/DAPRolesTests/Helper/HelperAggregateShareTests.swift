import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

@Suite struct HelperAggregateShareTests {
    private let deployment: TestDeployment
    private let window: Interval
    private var checksum = BatchChecksum()

    /// A helper that has aggregated three reports of a task that asks for three.
    init() async throws {
        deployment = try TestDeployment(settings: TestDeployment.Settings(minBatchSize: 3))
        window = deployment.window()
        let forge = ReportForge(deployment)
        let reports = try (0..<3).map { _ in try forge.report() }
        let request = AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
        _ = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: try request.encoded())
        for report in reports { checksum.add(report.id) }
    }

    @Test("A right request is answered, the same bytes with the same answer; the batch stays collected")
    func idempotent() async throws {
        let first = try await create(try request())
        let second = try await create(try request())
        #expect(first.0 == second.0 && first.1 == second.1)
        _ = try AggregateShare(decoding: first.1)
        let wider = Interval(start: window.start, duration: Duration(2))
        await expectAbort(.dap(.batchOverlap)) { _ = try await create(try request(query: wider, selected: wider)) }
    }

    @Test("Many requests with the same bytes at the same time get the same answer")
    func concurrent() async throws {
        let body = try request()
        let answers = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try await create(body).1 } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
    }

    @Test("A selector within the query may be narrower, never wider or beside it")
    func selector() async throws {
        let before = Interval(start: Time(window.start.value - 1), duration: Duration(1))
        let wider = Interval(start: before.start, duration: Duration(2))
        await expectAbort(.dap(.batchInvalid)) { _ = try await create(try request(query: window, selected: wider)) }
        await expectAbort(.dap(.batchInvalid)) { _ = try await create(try request(query: window, selected: before)) }
        _ = try await create(try request(query: wider, selected: window))
    }

    @Test("An interval that is empty or has no end is no batch, in query or selector")
    func malformedIntervals() async throws {
        let empty = Interval(start: window.start, duration: Duration(0))
        let endless = Interval(start: window.start, duration: Duration(.max))
        for wrong in [empty, endless] {
            await expectAbort(.dap(.batchInvalid)) { _ = try await create(try request(query: wrong, selected: wrong)) }
            await expectAbort(.dap(.batchInvalid)) { _ = try await create(try request(query: wrong, selected: window)) }
        }
        await expectAbort(.dap(.batchInvalid)) { _ = try await create(try request(query: window, selected: empty)) }
    }

    @Test("Another batch mode, in query or selector, is an invalid message")
    func batchMode() async throws {
        let batchID = LeaderSelectedBatchSelectorConfig(batchID: try BatchID([UInt8](repeating: 1, count: 32)))
        let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: window))
        let selector = BatchSelector.timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: window))
        for (query, selector) in [
            (query, .leaderSelected(batchID)), (.leaderSelected, selector), (.leaderSelected, .leaderSelected(batchID)),
        ] as [(Query, BatchSelector)] {
            await expectAbort(.dap(.invalidMessage)) {
                _ = try await create(
                    try AggregateShareReq(
                        collectionJobReq: CollectionJobReq(query: query), batchSelector: selector, reportCount: 3,
                        checksum: checksum
                    ).encoded())
            }
        }
    }

    @Test("An unknown task, a request that does not decode, a parameter, extensions")
    func otherRefusals() async throws {
        let body = try request()
        let stranger = try TaskID([UInt8](repeating: 1, count: 32))
        await expectAbort(.dap(.unrecognizedTask)) {
            _ = try await deployment.helper.createAggregateShare(task: stranger, body: body)
        }
        for wrong in [[], Array(body.dropLast()), body + [0]] {
            await expectAbort(.dap(.invalidMessage)) { _ = try await create(wrong) }
        }
        await expectAbort(.dap(.invalidMessage)) { _ = try await create(try request(parameter: [0])) }
        await expectAbort(.dap(.unsupportedExtension)) { _ = try await create(try request(extensions: [5])) }
        await expectAbort(.dap(.invalidExtension)) { _ = try await create(try request(extensions: [5, 5])) }
        await expectAbort(.dap(.invalidExtension)) { _ = try await create(try request(extensions: [6, 5])) }
    }

    @Test("A count or checksum other than the helper's is a mismatch, and the batch can still be collected")
    func mismatch() async throws {
        for count in [UInt64(0), 2, 4, .max] {
            await expectAbort(.dap(.batchMismatch)) { _ = try await create(try request(count: count)) }
        }
        let other = try BatchChecksum(checksum.bytes.withLastBitFlipped)
        await expectAbort(.dap(.batchMismatch)) { _ = try await create(try request(checksum: other)) }
        _ = try await create(try request())
    }

    @Test("Below the minimum nothing is released, however many reports the leader claims")
    func belowMinimum() async throws {
        let next = deployment.window(1)
        for count in [UInt64(0), 3, 1000] {
            await expectAbort(.dap(.invalidBatchSize)) {
                _ = try await create(try request(query: next, selected: next, count: count))
            }
        }
    }

    @Test("When the store fails, with or without having committed, the same bytes succeed later")
    func storeFailure() async throws {
        for fault in StoreFault.allCases {
            let faulty = FaultyStore(MemoryStore()) { call, ordinal in
                call == .collectBatch && ordinal < 5 ? fault : nil
            }
            let deployment = try TestDeployment(helperStore: faulty)
            let forge = ReportForge(deployment)
            let report = try forge.report()
            let request = AggregationJobInitReq(
                verificationKeyID: 0, verifyInits: try await forge.verifyInits([report]))
            _ = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: try request.encoded())
            var checksum = BatchChecksum()
            checksum.add(report.id)
            let body = try self.request(count: 1, checksum: checksum)
            await #expect(throws: InjectedFault.self) {
                try await deployment.helper.createAggregateShare(task: deployment.task.id, body: body)
            }
            _ = try await deployment.helper.createAggregateShare(task: deployment.task.id, body: body)
        }
    }

    private func create(_ body: [UInt8]) async throws -> (AggregateShareID, [UInt8]) {
        let (id, answer) = try await deployment.helper.createAggregateShare(task: deployment.task.id, body: body)
        return (id, try answer.body())
    }

    private func request(
        query: Interval? = nil, selected: Interval? = nil, parameter: [UInt8] = [], extensions: [UInt16] = [],
        count: UInt64 = 3, checksum: BatchChecksum? = nil
    ) throws -> [UInt8] {
        let job = CollectionJobReq(
            query: .timeInterval(TimeIntervalQueryConfig(batchInterval: query ?? window)),
            aggregationParameter: parameter,
            extensions: extensions.map { CollectionJobExtension(extensionType: $0, extensionData: []) })
        return try AggregateShareReq(
            collectionJobReq: job,
            batchSelector: .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: selected ?? window)),
            reportCount: count, checksum: checksum ?? self.checksum
        ).encoded()
    }
}
