import DAPMessages
import DAPRoles
import DAPTesting
import DifferentialPrivacy
import Testing
import VDAF

@Suite struct HelperAggregationRequestTests {
    private let deployment: TestDeployment
    private let forge: ReportForge

    init() throws {
        deployment = try TestDeployment()
        forge = ReportForge(deployment)
    }

    @Test("An unknown task, and a request that does not decode")
    func undecodable() async throws {
        let body = try await request([forge.report()]).encoded()
        let stranger = try TaskID([UInt8](repeating: 1, count: 32))
        await expectAbort(.dap(.unrecognizedTask)) {
            _ = try await deployment.helper.createAggregationJob(task: stranger, body: body)
        }
        for wrong in [[], Array(body.dropLast()), body + [0]] {
            await expectAbort(.dap(.invalidMessage)) { _ = try await create(wrong) }
        }
    }

    @Test("A verification key ID other than zero, a parameter, no reports, the same report twice")
    func fields() async throws {
        let report = try forge.report()
        let inits = try await forge.verifyInits([report])
        await expectAbort(.dap(.invalidMessage)) {
            _ = try await create(AggregationJobInitReq(verificationKeyID: 1, verifyInits: inits).encoded())
        }
        await expectAbort(.dap(.invalidAggregationParameter)) {
            let request = AggregationJobInitReq(verificationKeyID: 0, aggregationParameter: [0], verifyInits: inits)
            _ = try await create(request.encoded())
        }
        await expectAbort(.dap(.invalidMessage)) {
            _ = try await create(AggregationJobInitReq(verificationKeyID: 0, verifyInits: []).encoded())
        }
        await expectAbort(.dap(.invalidMessage)) {
            _ = try await create(AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits + inits).encoded())
        }
        // Nothing of that was counted.
        #expect(try await outcomes([report]).map(\.isContinue) == [true])
    }

    @Test("More reports than the named limit are refused")
    func tooMany() async throws {
        let inits = try await forge.verifyInits([forge.report()])
        let many = Array(repeating: inits[0], count: HelperHandler.reportsPerJob + 1)
        await expectAbort(.tooLarge) {
            _ = try await create(AggregationJobInitReq(verificationKeyID: 0, verifyInits: many).encoded())
        }
    }

    @Test("Extensions: unknown ones are named in the problem, a batch ID is out of place, repeated or not")
    func extensions() async throws {
        let inits = try await forge.verifyInits([forge.report()])
        func abort(_ types: [UInt16]) async throws -> DAPAbort {
            let request = AggregationJobInitReq(
                verificationKeyID: 0,
                extensions: types.map { AggregationJobExtension(extensionType: $0, extensionData: []) },
                verifyInits: inits)
            let body = try request.encoded()
            return try #require(await #expect(throws: DAPAbort.self) { try await create(body) })
        }
        for (types, unknown) in [([7], [7]), ([1, 7, 9], [7, 9]), ([9, 7], [9, 7])] as [([UInt16], [UInt16])] {
            let abort = try await abort(types)
            #expect(abort.kind == .dap(.unsupportedExtension) && abort.unsupportedExtensions == unknown)
        }
        for types in [[1], [1, 1]] as [[UInt16]] {
            #expect(try await abort(types).kind == .dap(.invalidMessage))
        }
        let batchID = AggregationJobExtension.leaderSelectedBatchID(try BatchID([UInt8](repeating: 3, count: 32)))
        await expectAbort(.dap(.invalidMessage)) {
            let request = AggregationJobInitReq(verificationKeyID: 0, extensions: [batchID], verifyInits: inits)
            _ = try await create(request.encoded())
        }
    }

    private func request(_ reports: [ReportForge.Forged]) async throws -> AggregationJobInitReq {
        AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
    }

    private func create(_ body: [UInt8]) async throws -> [UInt8] {
        try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body).1.body()
    }

    private func outcomes(_ reports: [ReportForge.Forged]) async throws -> [VerifyResp.Outcome] {
        try AggregationJobResp(decoding: try await create(request(reports).encoded())).verifyResps.map(\.outcome)
    }
}

@Suite struct HelperAggregationTests {
    private static let histogram = Prio3Parameters.histogram(length: 4, chunkLength: 2)

    private let store: MemoryStore
    private let deployment: TestDeployment
    private let forge: ReportForge

    init() throws {
        store = MemoryStore()
        deployment = try TestDeployment([Self.histogram], helperStore: store)
        forge = ReportForge(deployment)
    }

    @Test("Reports that have outlived the retention are dropped, up to its end they are aggregated")
    func tooOld() async throws {
        let units = Int64(AggregatorTask.usualRetention / 3600)
        let response = try AggregationJobResp(
            decoding: try await create([-units - 1, -units, 0].map { age in try forge.report { $0.unitsAhead = age } })
                .1)
        #expect(response.verifyResps.map(\.outcome.error) == [.reportDropped, nil, nil])
    }

    @Test("Each bad report gets its error, in the request's order, and the good ones beside it are aggregated")
    func badReports() async throws {
        let cases: [(ReportError, (inout ReportForge.Shape) -> Void)] = [
            (.reportTooEarly, { $0.unitsAhead = 2 }),
            (.hpkeDecryptError, { $0.envelope[.helper] = { $0.with(configID: 99) } }),
            (.hpkeDecryptError, { $0.envelope[.helper] = { $0.with(configID: 22) } }),
            (.hpkeDecryptError, { $0.envelope[.helper] = { $0.with(payload: \.withFirstBitFlipped) } }),
            (.invalidMessage, { $0.plaintext[.helper] = { $0 + [0] } }),
            (.invalidMessage, { $0.plaintext[.helper] = { _ in [] } }),
            (.invalidMessage, { $0.inputShare[.helper] = { Array($0.dropLast()) } }),
            (.invalidMessage, { $0.publicExtensions = [23] }),
            (.invalidMessage, { $0.privateExtensions[.helper] = [23] }),
            (.invalidMessage, { $0.publicExtensions = [24, 23] }),
            (
                .invalidMessage,
                { shape in
                    shape.publicExtensions = [23]
                    shape.privateExtensions[.helper] = [23]
                }
            ),
            // Decodes, but is another share than the proof was made for.
            (.vdafVerifyError, { $0.inputShare[.helper] = \.withFirstBitFlipped }),
        ]
        var reports: [ReportForge.Forged] = []
        var expected: [ReportError?] = []
        for (error, change) in cases {
            reports += [try forge.report(), try forge.report(.integer(2), change)]
            expected += [nil, error]
        }
        let response = try AggregationJobResp(decoding: try await create(reports).1)
        #expect(response.verifyResps.map(\.reportID) == reports.map(\.id))
        #expect(response.verifyResps.map(\.outcome.error) == expected)
        #expect(try await reportCount() == UInt64(cases.count))
    }

    @Test(
        "A bad message of the leader's is vdaf_verify_error for its report alone",
        arguments: [
            [UInt8(0)], [9], [0, 0, 0, 0, 0], [0, 0, 0, 0, 9, 1], [2, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0xff, 0xff, 0xff, 0xff],
        ])
    func badPayload(payload: [UInt8]) async throws {
        let reports = try [forge.report(), forge.report(), forge.report()]
        var inits = try await forge.verifyInits(reports)
        inits[1] = VerifyInit(reportShare: inits[1].reportShare, payload: payload)
        let response = try AggregationJobResp(decoding: try await create(inits).1)
        #expect(response.verifyResps.map(\.outcome.error) == [nil, .vdafVerifyError, nil])
        #expect(try await reportCount() == 2)
    }

    @Test("The same bytes get the same job and response, also later, and are counted once")
    func idempotent() async throws {
        let inits = try await forge.verifyInits([forge.report(), forge.report { $0.unitsAhead = 2 }])
        let first = try await create(inits)
        // By now the second report would not be too early.
        deployment.clock.advance(seconds: 7200)
        let second = try await create(inits)
        #expect(first.0 == second.0 && first.1 == second.1)
        #expect(try await reportCount() == 1)
    }

    @Test("The response outlives the collection of its batch")
    func responseAfterCollection() async throws {
        let inits = try await forge.verifyInits([forge.report()])
        let first = try await create(inits)
        try await collectPresentBatch()
        #expect(try await create(inits).1 == first.1)
    }

    @Test("Many requests with the same bytes at the same time get the same response and are counted once")
    func concurrent() async throws {
        let inits = try await forge.verifyInits((0..<20).map { _ in try forge.report() })
        let responses = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try await create(inits).1 } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(responses.count == 1)
        #expect(try await reportCount() == 20)
    }

    @Test("A report that was aggregated is a replay in another job, which goes on without it")
    func replay() async throws {
        let reports = try (0..<3).map { _ in try forge.report() }
        _ = try await create([reports[0], reports[1]])
        let response = try AggregationJobResp(decoding: try await create([reports[2], reports[1]]).1)
        #expect(response.verifyResps.map(\.outcome.error) == [nil, .reportReplayed])
        #expect(try await reportCount() == 3)
    }

    @Test("A rejected report is no replay: it may come again in another job")
    func rejectedIsNotSeen() async throws {
        let early = try forge.report { $0.unitsAhead = 2 }
        let first = try AggregationJobResp(decoding: try await create([early, forge.report()]).1)
        #expect(first.verifyResps[0].outcome.error == .reportTooEarly)
        deployment.clock.advance(seconds: 7200)
        let second = try AggregationJobResp(decoding: try await create([early]).1)
        #expect(second.verifyResps[0].outcome.error == nil)
    }

    @Test("A report for a collected bucket is rejected, one for another bucket is not")
    func collected() async throws {
        _ = try await create([forge.report()])
        try await collectPresentBatch()
        let response = try AggregationJobResp(
            decoding: try await create([forge.report(), forge.report { $0.unitsAhead = -1 }]).1)
        #expect(response.verifyResps.map(\.outcome.error) == [.batchCollected, nil])
    }

    @Test("Conflicts that only the commit finds lead to the same outcome")
    func lateConflicts() async throws {
        let blind = BlindStore(base: store)
        let deployment = try TestDeployment([Self.histogram], helperStore: blind)
        let forge = ReportForge(deployment)
        func create(_ reports: [ReportForge.Forged]) async throws -> [ReportError?] {
            let request = AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
            let answer = try await deployment.helper.createAggregationJob(
                task: deployment.task.id, body: try request.encoded()
            ).1
            return try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error)
        }
        let reports = try (0..<4).map { _ in try forge.report() }
        #expect(try await create([reports[0], reports[1]]) == [nil, nil])
        #expect(try await create([reports[1], reports[2], reports[0]]) == [.reportReplayed, nil, .reportReplayed])
        #expect(try await create([reports[2]]) == [.reportReplayed])
        #expect(try await create([reports[3]]) == [nil])
    }

    @Test("Jobs that share reports and come at the same time count each report once")
    func racingJobs() async throws {
        let reports = try (0..<12).map { _ in try forge.report() }
        let outcomes = try await withThrowingTaskGroup(of: AggregationJobResp.self) { group in
            for start in 0..<6 {
                group.addTask {
                    try AggregationJobResp(decoding: try await create(Array(reports[start..<start + 7])).1)
                }
            }
            return try await group.reduce(into: []) { $0 += $1.verifyResps }
        }
        let accepted = outcomes.filter { $0.outcome.error == nil }.map(\.reportID)
        #expect(accepted.count == 12 && Set(accepted).count == 12)
        #expect(try await reportCount() == 12)
    }

    @Test("When the store fails, with or without having committed, the same bytes succeed later and count once")
    func storeFailure() async throws {
        for fault in StoreFault.allCases {
            let store = MemoryStore()
            let faulty = FaultyStore(store) { call, ordinal in
                call == .commitAggregationJob && ordinal < 4 ? fault : nil
            }
            let deployment = try TestDeployment([Self.histogram], helperStore: faulty)
            let inits = try await ReportForge(deployment).verifyInits([ReportForge(deployment).report()])
            let body = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded()
            await #expect(throws: InjectedFault.self) {
                try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body)
            }
            let answer = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body).1
            #expect(try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error) == [nil])
        }
    }

    private func create(_ reports: [ReportForge.Forged]) async throws -> (AggregationJobID, [UInt8]) {
        try await create(try await forge.verifyInits(reports))
    }

    private func create(_ inits: [VerifyInit]) async throws -> (AggregationJobID, [UInt8]) {
        let body = try AggregationJobInitReq(verificationKeyID: 0, verifyInits: inits).encoded()
        let (id, answer) = try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body)
        return (id, try answer.body())
    }

    private func reportCount() async throws -> UInt64 {
        try await store.helperBuckets(task: deployment.task.id).map(\.reportCount).reduce(0, +)
    }

    private func collectPresentBatch() async throws {
        let outcome = try await store.collectBatch(
            task: deployment.task.id, id: StoreSamples.aggregateShareID(1), batch: .interval(deployment.window()),
            lease: nil
        ) { _ in [1] }
        #expect(outcome == .collected([1]))
    }
}

extension VerifyResp.Outcome {
    /// The rejection, if it is one.
    var error: ReportError? { if case .reject(let error) = self { error } else { nil } }
    var isContinue: Bool { if case .continue = self { true } else { false } }
}

extension MemoryStore {
    /// A helper's buckets, read through a collection that does not happen.
    func helperBuckets(task: TaskID) async throws -> [BatchBucket] {
        do {
            _ = try await collectBatch(
                task: task, id: StoreSamples.aggregateShareID(999),
                batch: .interval(Interval(start: Time(0), duration: Duration(.max))), lease: nil
            ) { buckets in throw Peek(buckets: buckets) }
            return []
        } catch let peek as Peek {
            return peek.buckets
        }
    }
}

private struct Peek: Error { let buckets: [BatchBucket] }

/// A helper's store whose look-up never sees a conflict.
private struct BlindStore: HelperStore {
    let base: MemoryStore

    func commitErrors(task: TaskID, batchID: BatchID?, reports: [ReportMetadata]) async throws -> [ReportError?] {
        reports.map { _ in nil }
    }

    func aggregationJob(task: TaskID, id: AggregationJobID) async throws -> HelperAnswer? {
        try await base.aggregationJob(task: task, id: id)
    }

    func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        try await base.commitAggregationJob(job, merge: merge)
    }

    func deleteAggregationJob(task: TaskID, id: AggregationJobID) async throws -> Bool {
        try await base.deleteAggregationJob(task: task, id: id)
    }

    func aggregateShare(task: TaskID, id: AggregateShareID) async throws -> HelperAnswer? {
        try await base.aggregateShare(task: task, id: id)
    }

    func collectBatch(
        task: TaskID, id: AggregateShareID, batch: BatchSelector, lease: JobLease?, account: PrivacyAccount?,
        answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome {
        try await base.collectBatch(task: task, id: id, batch: batch, lease: lease, account: account, answer: answer)
    }

    func privacySpending() async throws -> [String: PrivacySpending] { try await base.privacySpending() }

    func privacyDebits(metric: String, limit: Int) async throws -> [PrivacyDebit] {
        try await base.privacyDebits(metric: metric, limit: limit)
    }

    func deleteAggregateShare(task: TaskID, id: AggregateShareID) async throws -> Bool {
        try await base.deleteAggregateShare(task: task, id: id)
    }

    func deferRequest(_ request: DeferredRequest, now: UInt64) async throws -> HelperAnswer? {
        try await base.deferRequest(request, now: now)
    }

    func leaseDeferredRequest(now: UInt64, leaseEnd: UInt64) async throws -> DeferredWork? {
        try await base.leaseDeferredRequest(now: now, leaseEnd: leaseEnd)
    }

    func failDeferredRequest(_ lease: JobLease, problem: StoredProblem) async throws {
        try await base.failDeferredRequest(lease, problem: problem)
    }

    func releaseDeferredRequest(_ lease: JobLease, dueAt: UInt64) async throws {
        try await base.releaseDeferredRequest(lease, dueAt: dueAt)
    }
}
