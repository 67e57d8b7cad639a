import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

@Suite struct UploadHandlerTests {
    private let store = MemoryStore()
    private let deployment: TestDeployment
    private let forge: ReportForge

    init() throws {
        var settings = TestDeployment.Settings()
        settings.timePrecision = 60
        deployment = try TestDeployment([.histogram(length: 4, chunkLength: 2)], settings: settings, leaderStore: store)
        forge = ReportForge(deployment)
    }

    @Test("Good reports are accepted, under either ciphersuite")
    func accepts() async throws {
        let reports = try [forge.report(), forge.report { $0.key = 1 }]
        #expect(try await upload(reports).isEmpty)
        #expect(await store.reportsWithShares == 2)
    }

    @Test("An empty request is accepted")
    func empty() async throws {
        #expect(try await upload([]).isEmpty)
    }

    @Test("A request for an unknown task, a malformed one or one with too many reports is refused as a whole")
    func refusals() async throws {
        let body = try UploadRequest(reports: [forge.report().report]).encoded()
        let stranger = try TaskID([UInt8](repeating: 1, count: 32))
        await expectAbort(.dap(.unrecognizedTask)) {
            _ = try await deployment.upload.upload(task: stranger, body: body)
        }
        for wrong in [Array(body.dropLast()), body + [0], [1]] {
            await expectAbort(.dap(.invalidMessage)) {
                _ = try await deployment.upload.upload(task: deployment.task.id, body: wrong)
            }
        }
        let report = try forge.report().report
        let many = try UploadRequest(
            reports: Array(repeating: report, count: UploadHandler.reportsPerRequest + 1)
        ).encoded()
        await expectAbort(.tooLarge) { _ = try await deployment.upload.upload(task: deployment.task.id, body: many) }
        #expect(await store.reportsWithShares == 0)
    }

    @Test("A report is too early from the named skew on")
    func tooEarly() async throws {
        // The present unit ends in this many seconds.
        let rest = 60 - deployment.clock.now() % 60
        let units = Int64((ReportTimeRule.uploadSkew - rest) / 60 + 1)
        let last = try forge.report { $0.unitsAhead = units }
        let early = try forge.report { $0.unitsAhead = units + 1 }
        #expect(try await upload([last, early]) == [.init(id: early.id, error: .reportTooEarly)])
        deployment.clock.advance(seconds: 60)
        #expect(try await upload([early]).isEmpty)
    }

    @Test("Reports are accepted up to a day before the retention ends, older ones are dropped")
    func old() async throws {
        let oldest = Int64((AggregatorTask.usualRetention - ReportAgeRule.uploadMargin) / 60)
        let reports = try [-1_000_000, -oldest - 1, -oldest].map { units in
            try forge.report { $0.unitsAhead = units }
        }
        #expect(
            try await upload(reports) == reports[..<2].map { .init(id: $0.id, error: .reportDropped) })
    }

    @Test("Each bad report gets its error, and the good ones beside it are accepted")
    func badReports() async throws {
        let cases: [(ReportError, (inout ReportForge.Shape) -> Void)] = [
            (.outdatedConfig, { $0.envelope[.leader] = { $0.with(configID: 99) } }),
            // A configuration that exists, but is not the one that it was sealed to.
            (.hpkeDecryptError, { $0.envelope[.leader] = { $0.with(configID: 12) } }),
            (.hpkeDecryptError, { $0.envelope[.leader] = { $0.with(payload: \.withLastBitFlipped) } }),
            (.hpkeDecryptError, { $0.envelope[.leader] = { $0.with { _ in [1] } } }),
            (.invalidMessage, { $0.plaintext[.leader] = { $0 + [0] } }),
            (.invalidMessage, { $0.plaintext[.leader] = { Array($0.dropLast()) } }),
            (.invalidMessage, { $0.plaintext[.leader] = { _ in [] } }),
            (.invalidMessage, { $0.inputShare[.leader] = { $0 + [0] } }),
            (.invalidMessage, { $0.inputShare[.leader] = { [UInt8](repeating: 0xff, count: $0.count) } }),
            (.invalidMessage, { $0.publicExtensions = [23] }),
            (.invalidMessage, { $0.privateExtensions[.leader] = [23] }),
            (.invalidMessage, { $0.publicExtensions = [23, 23] }),
            (.invalidMessage, { $0.publicExtensions = [24, 23] }),
            (.invalidMessage, { $0.privateExtensions[.leader] = [24, 23] }),
            (
                .invalidMessage,
                { shape in
                    shape.publicExtensions = [23]
                    shape.privateExtensions[.leader] = [23]
                }
            ),
            (.invalidMessage, { $0.envelope[.helper] = { $0.with { _ in [UInt8](repeating: 0, count: 70_000) } } }),
            (.invalidMessage, { $0.publicShare = { _ in [UInt8](repeating: 0, count: 70_000) } }),
        ]
        var reports: [ReportForge.Forged] = []
        var expected: [ReportUploadStatus] = []
        for (error, change) in cases {
            let bad = try forge.report(.integer(1), change)
            reports += [try forge.report(), bad]
            expected.append(ReportUploadStatus(id: bad.id, error: error))
        }
        #expect(try await upload(reports) == expected)
        #expect(await store.reportsWithShares == cases.count)
    }

    @Test("When every report has unknown extensions the request is refused, and the problem names them")
    func unknownExtensions() async throws {
        let reports = try [
            forge.report { $0.publicExtensions = [42] },
            forge.report { shape in
                shape.publicExtensions = [23]
                shape.privateExtensions[.leader] = [42, 65_535]
            },
        ]
        let abort = try #require(await #expect(throws: DAPAbort.self) { try await upload(reports) })
        #expect(abort.kind == .dap(.unsupportedExtension) && abort.unsupportedExtensions == [23, 42, 65_535])
        #expect(abort.taskID == deployment.task.id)
        #expect(await store.reportsWithShares == 0)
        // Beside a good report they are this report's error alone.
        #expect(try await upload([forge.report(), reports[0]]) == [.init(id: reports[0].id, error: .invalidMessage)])
    }

    @Test("What only the helper can see does not matter at upload")
    func helperMatters() async throws {
        let reports = try [
            forge.report { $0.envelope[.helper] = { $0.with(configID: 99) } },
            forge.report { $0.privateExtensions[.helper] = [23] },
            forge.report { $0.plaintext[.helper] = { _ in [1] } },
        ]
        #expect(try await upload(reports).isEmpty)
    }

    @Test("A report's time is looked at before its envelope, and its configuration before its contents")
    func orderOfErrors() async throws {
        let reports = try [
            forge.report {
                $0.unitsAhead = 1000
                $0.envelope[.leader] = { $0.with(configID: 99) }
            },
            forge.report {
                $0.publicExtensions = [23]
                $0.envelope[.leader] = { $0.with(configID: 99) }
            },
        ]
        #expect(try await upload(reports).map(\.error) == [.reportTooEarly, .outdatedConfig])
    }

    @Test("A report that was seen is a replay: in one request, in another, and after it was aggregated")
    func replays() async throws {
        let report = try forge.report()
        let other = try forge.report()
        #expect(try await upload([report, other, report]) == [.init(id: report.id, error: .reportReplayed)])
        #expect(try await upload([report]) == [.init(id: report.id, error: .reportReplayed)])
        try await deployment.pass(seconds: 3)
        #expect(await store.reportsWithShares == 0)
        #expect(try await upload([report]) == [.init(id: report.id, error: .reportReplayed)])
    }

    @Test("Another report under a seen ID is a replay too; the same ID in another task is not")
    func sameID() async throws {
        let first = try forge.report()
        let second = try forge.report(.integer(2)) { $0.reportID = first.id }
        #expect(try await upload([first, second]).map(\.error) == [.reportReplayed])
        let both = try TestDeployment([.count, .count])
        let one = try ReportForge(both).report()
        let two = try ReportForge(both, task: both.tasks[1]).report { $0.reportID = one.id }
        for (task, forged) in [(both.tasks[0], one), (both.tasks[1], two)] {
            let body = try UploadRequest(reports: [forged.report]).encoded()
            #expect(try await both.upload.upload(task: task.id, body: body).statuses.isEmpty)
        }
    }

    @Test("A report for a collected batch is discarded, as a replay")
    func closedBatch() async throws {
        #expect(try await upload([forge.report()]).isEmpty)
        _ = try await deployment.collect(deployment.window())
        let late = try forge.report()
        #expect(try await upload([late]) == [.init(id: late.id, error: .reportReplayed)])
        #expect(try await upload([forge.report { $0.unitsAhead = -1 }]).isEmpty)
    }

    @Test("A report sealed for another task does not open")
    func otherTask() async throws {
        let other = try TestDeployment([.histogram(length: 4, chunkLength: 2), .histogram(length: 5, chunkLength: 2)])
        let stranger = try ReportForge(other, task: other.tasks[1]).report()
        let body = try UploadRequest(reports: [stranger.report]).encoded()
        let errors = try await other.upload.upload(task: other.tasks[0].id, body: body)
        #expect(errors.statuses.map(\.error) == [.hpkeDecryptError])
    }

    @Test("When the store fails the request fails, and the same bytes are accepted later")
    func storeFailure() async throws {
        for fault in StoreFault.allCases {
            let faulty = FaultyStore(MemoryStore(), script: [fault])
            let deployment = try TestDeployment(leaderStore: faulty)
            let body = try UploadRequest(reports: [ReportForge(deployment).report().report]).encoded()
            await #expect(throws: InjectedFault.self) {
                try await deployment.upload.upload(task: deployment.task.id, body: body)
            }
            let errors = try await deployment.upload.upload(task: deployment.task.id, body: body)
            #expect(errors.statuses.map(\.error) == (fault == .persisted ? [.reportReplayed] : []))
        }
    }

    private func upload(_ reports: [ReportForge.Forged]) async throws -> [ReportUploadStatus] {
        let body = try UploadRequest(reports: reports.map(\.report)).encoded()
        return try await deployment.upload.upload(task: deployment.task.id, body: body).statuses
    }
}
