import DAPMessages
import DAPRoles
import DAPTesting
import Testing

@Suite struct UploadMachineTests {
    @Test("Reports are made, sent and accepted")
    func success() throws {
        var machine = UploadMachine(count: 2)
        #expect(machine.start().first?.positions == [0, 1])
        #expect(machine.start().first?.isRefreshing == false)
        let reports = [Self.report(1), Self.report(2)]
        let sent = try #require(try machine.receive(.reports(reports)).first?.sent)
        #expect(sent.pause == 0)
        #expect(try UploadRequest(decoding: sent.body).reports == reports)
        #expect(try machine.receive(.errors()).first?.summary == UploadSummary(accepted: 2, rejected: [:]))
    }

    @Test("Nothing to upload is done at once")
    func empty() {
        #expect(UploadMachine(count: 0).start().first?.summary == UploadSummary(accepted: 0, rejected: [:]))
    }

    @Test("Rejected reports are told by their position, the others are accepted")
    func rejections() throws {
        var machine = UploadMachine(count: 3)
        _ = try machine.receive(.reports((1...3).map(Self.report)))
        let summary = try machine.receive(.errors((2, .hpkeDecryptError), (3, .reportTooEarly))).first?.summary
        #expect(summary == UploadSummary(accepted: 1, rejected: [1: .hpkeDecryptError, 2: .reportTooEarly]))
    }

    @Test("After a lost answer the same bytes are sent, and a replay counts as accepted")
    func lostAnswer() throws {
        var machine = UploadMachine(count: 2)
        let first = try #require(try machine.receive(.reports([Self.report(1), Self.report(2)])).first?.sent)
        let second = try #require(try machine.receive(.unavailable()).first?.sent)
        #expect(second.body == first.body && second.pause > 0)
        let summary = try machine.receive(.errors((1, .reportReplayed), (2, .invalidMessage))).first?.summary
        #expect(summary == UploadSummary(accepted: 1, rejected: [1: .invalidMessage]))
    }

    @Test("A replay at the first attempt is a rejection")
    func replayAtOnce() throws {
        var machine = UploadMachine(count: 1)
        _ = try machine.receive(.reports([Self.report(1)]))
        let summary = try machine.receive(.errors((1, .reportReplayed))).first?.summary
        #expect(summary == UploadSummary(accepted: 0, rejected: [0: .reportReplayed]))
    }

    @Test("outdated_config leads to new configurations and reports sealed anew for those alone, once")
    func outdatedConfig() throws {
        var machine = UploadMachine(count: 3)
        _ = try machine.receive(.reports((1...3).map(Self.report)))
        let again = try machine.receive(.errors((1, .outdatedConfig), (2, .vdafVerifyError), (3, .outdatedConfig)))
        #expect(again.first?.positions == [0, 2] && again.first?.isRefreshing == true)
        let anew = [Self.report(1), Self.report(3)]
        let sent = try #require(try machine.receive(.reports(anew)).first?.sent)
        #expect(try UploadRequest(decoding: sent.body).reports == anew)
        let summary = try machine.receive(.errors((1, .reportReplayed), (3, .outdatedConfig))).first?.summary
        #expect(summary == UploadSummary(accepted: 1, rejected: [1: .vdafVerifyError, 2: .outdatedConfig]))
    }

    @Test("It gives up after the named number of attempts, with growing pauses between them")
    func givesUp() throws {
        var machine = UploadMachine(count: 1)
        _ = try machine.receive(.reports([Self.report(1)]))
        var pauses: [UInt64] = []
        while let sent = try machine.receive(.unavailable()).first?.sent { pauses.append(sent.pause) }
        #expect(pauses == [1, 2, 4, 8, 16])
        #expect(pauses.count == UploadMachine.attempts - 1)
        guard case .unavailable? = try machine.receive(.unavailable()).first?.failure else {
            Issue.record("it goes on")
            return
        }
    }

    @Test("A refusal of the whole request ends it")
    func refused() throws {
        var machine = UploadMachine(count: 1)
        _ = try machine.receive(.reports([Self.report(1)]))
        let problem = StoredProblem(type: ProblemType.unrecognizedTask.urn, detail: "no such task")
        guard case .refused(problem)? = try machine.receive(.answered(.refused(problem))).first?.failure else {
            Issue.record("it goes on")
            return
        }
    }

    @Test("Errors for reports that were not sent are ignored")
    func strangers() throws {
        var machine = UploadMachine(count: 1)
        _ = try machine.receive(.reports([Self.report(1)]))
        #expect(try machine.receive(.errors((99, .invalidMessage))).first?.summary?.accepted == 1)
    }

    private static func report(_ number: Int) -> Report {
        let envelope = HpkeCiphertext(configID: 1, encapsulatedKey: [1], payload: [2])
        return Report(
            metadata: ReportMetadata(reportID: StoreSamples.reportID(number), time: Time(5)), publicShare: [],
            leaderEncryptedInputShare: envelope, helperEncryptedInputShare: envelope)
    }
}

extension UploadMachine.Event {
    fileprivate static func errors(_ errors: (Int, ReportError)...) -> UploadMachine.Event {
        .answered(
            .errors(
                UploadErrors(
                    statuses: errors.map { ReportUploadStatus(id: StoreSamples.reportID($0.0), error: $0.1) })))
    }

    fileprivate static func unavailable() -> UploadMachine.Event {
        .answered(.unavailable(reason: "lost", retryAfter: nil))
    }
}

extension UploadMachine.Effect {
    fileprivate var positions: [Int]? { if case .sealReports(let positions, _) = self { positions } else { nil } }
    fileprivate var isRefreshing: Bool? { if case .sealReports(_, let refreshing) = self { refreshing } else { nil } }
    fileprivate var sent: (body: [UInt8], pause: UInt64)? {
        if case .send(let body, let pause) = self { (body, pause) } else { nil }
    }
    fileprivate var summary: UploadSummary? { if case .done(let summary) = self { summary } else { nil } }
    fileprivate var failure: UploadFailure? { if case .fail(let failure) = self { failure } else { nil } }
}
