import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

@Suite struct AggregationJobMachineTests {
    private static let histogram = Prio3Parameters.histogram(length: 4, chunkLength: 2)

    @Test("A report that the leader itself cannot verify is rejected before the first request and not sent")
    func ownRejection() async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job([.integer(0), .integer(1), .integer(2)])
        let bad = work.reports[1]
        var machine = AggregationJobMachine(
            work: work.with(reports: [work.reports[0], bad.with(publicShare: [1, 2, 3]), work.reports[2]]))
        let prepare = try await rig.effects(&machine, .loaded)
        #expect(prepare.first?.preparedRejections == [bad.metadata.reportID: .vdafVerifyError])
        let body = try #require(try await rig.effects(&machine, .prepared).first?.body)
        let request = try AggregationJobInitReq(decoding: body)
        #expect(
            request.verifyInits.map(\.reportShare.metadata) == [work.reports[0].metadata, work.reports[2].metadata])
    }

    @Test(
        "Reports that may have been counted before a restored backup are not sent, unless their request may have been")
    func blockedReports() async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job([.integer(0), .integer(1)])
        let task = rig.deployment.task.leader
        let unit = task.configuration.timePrecision.seconds
        let start = work.reports[0].metadata.time.value * unit
        for (blockedThrough, blocked) in [(start - 1, 0), (start, 2), (start + unit, 2)] {
            var machine = AggregationJobMachine(work: work, task: task, blockedThrough: blockedThrough)
            let rejected = try await rig.effects(&machine, .loaded).first?.preparedRejections
            #expect(rejected?.values.count { $0 == .reportDropped } == blocked, "blocked through \(blockedThrough)")
            #expect(try await rig.effects(&machine, .prepared).isEmpty == (blocked == 2))
        }
        let first = try await rig.sent(work).body
        var machine = AggregationJobMachine(work: work.with(isPrepared: true), task: task, blockedThrough: .max)
        #expect(try await rig.effects(&machine, .loaded).first?.body == first)
    }

    @Test("A job without a valid report asks nothing")
    func nothingLeft() async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job([.integer(0)])
        var machine = AggregationJobMachine(work: work.with(reports: work.reports.map { $0.with(publicShare: []) }))
        #expect(try await rig.effects(&machine, .loaded).first?.preparedRejections?.count == 1)
        #expect(try await rig.effects(&machine, .prepared).isEmpty)
    }

    @Test("A prepared job sends the same bytes again, without being prepared again")
    func sameBytes() async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job((0..<10).map { .integer($0 % 4) })
        let first = try await rig.sent(work).body
        var machine = AggregationJobMachine(work: work.with(isPrepared: true, attempt: 2))
        #expect(try await rig.effects(&machine, .loaded).first?.body == first)
    }

    @Test("A prepared job that verifies otherwise than before is not sent in a changed form")
    func preparedJobKeepsItsList() async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job([.integer(0), .integer(1)])
        let reports = [work.reports[0], work.reports[1].with(publicShare: [])]
        var machine = AggregationJobMachine(work: work.with(reports: reports, isPrepared: true))
        #expect(try await rig.effects(&machine, .loaded).first?.releasePause == Backoff.longest)
    }

    @Test("What both aggregators verified is added to its buckets, with count and checksum")
    func additions() async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job([.integer(3), .integer(3), .integer(1)])
        let (_, body) = try await rig.sent(work)
        let outcome = try #require(
            try await rig.reaction(to: .response(try await rig.answer(body)), work: work).outcome)
        #expect(outcome.rejected.isEmpty && outcome.returned.isEmpty)
        let addition = try #require(outcome.additions.first)
        #expect(outcome.additions.count == 1 && addition.reportCount == 3)
        let time = work.reports[0].metadata.time
        #expect(addition.id == .time(time) && addition.times == time...time)
        var checksum = BatchChecksum()
        for report in work.reports { checksum.add(report.metadata.reportID) }
        #expect(addition.checksum == checksum)
    }

    @Test(
        "Each reject code ends its report alone, registered or not",
        arguments: ReportError.allCases.filter { $0 != .reportTooEarly } + [0, 12, 255].map(ReportError.init))
    func rejectCodes(error: ReportError) async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1), .integer(1)])
        let answer = try AggregationJobResp(decoding: try await rig.answer(rig.sent(work).body))
        let changed = try answer.with([0: .reject(error)]).encoded()
        let outcome = try #require(try await rig.reaction(to: .response(changed), work: work).outcome)
        #expect(outcome.rejected == [work.reports[0].metadata.reportID: error])
        #expect(outcome.returned.isEmpty)
        #expect(outcome.additions.map(\.reportCount) == [1])
    }

    @Test("A report that the helper finds too early goes back, the others are aggregated")
    func tooEarly() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1), .integer(1)])
        let answer = try AggregationJobResp(decoding: try await rig.answer(rig.sent(work).body))
        let changed = try answer.with([1: .reject(.reportTooEarly)]).encoded()
        let outcome = try #require(try await rig.reaction(to: .response(changed), work: work).outcome)
        #expect(outcome.returned == [work.reports[1].metadata.reportID])
        #expect(outcome.rejected.isEmpty)
        // Its answer is not in the way of a job of that report alone.
        let reply = PeerReply(.response(changed), location: "http://helper.example/jobs/1")
        #expect(try await rig.reactions(to: reply, work: work).count == 1)
    }

    @Test(
        "Reports that are all too early stay together and are asked for again by the same bytes, once the answer is gone"
    )
    func allTooEarly() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1), .integer(1)])
        let answer = try AggregationJobResp(decoding: try await rig.answer(rig.sent(work).body))
        let changed = try answer.with([0: .reject(.reportTooEarly), 1: .reject(.reportTooEarly)]).encoded()
        let reply = PeerReply(.response(changed), location: "http://helper.example/jobs/1?step=0")
        let reactions = try await rig.reactions(to: reply, work: work)
        #expect(reactions.first?.abandonedURL == "http://helper.example/jobs/1")
        #expect(reactions.last?.releasePause == 1)
        // They have rested as often as they may; the answer stays, so that nothing is taken that arrives later.
        let last = try await rig.reactions(to: reply, work: work.with(attempt: LeaderLimits.rests + 1))
        let outcome = try #require(last.last?.outcome)
        #expect(last.count == 1 && outcome.rejected.count == 2 && outcome.returned.isEmpty)
    }

    @Test("A job whose reports are all rejected ends without additions")
    func allRejected() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1), .integer(0)])
        let answer = try AggregationJobResp(decoding: try await rig.answer(rig.sent(work).body))
        let changed = try answer.with([0: .reject(.batchCollected), 1: .reject(.reportReplayed)]).encoded()
        let outcome = try #require(try await rig.reaction(to: .response(changed), work: work).outcome)
        #expect(outcome.additions.isEmpty && outcome.rejected.count == 2)
    }

    @Test(
        "A helper's message that does not verify ends its report alone",
        arguments: [[UInt8(9)], [2, 0, 0, 0, 0], [2, 0, 0, 0, 1, 7], [0, 0, 0, 0, 0], [2, 0xff, 0xff, 0xff, 0xff]])
    func badHelperMessage(payload: [UInt8]) async throws {
        let rig = try AggregationRig(Self.histogram)
        let work = try await rig.job([.integer(1), .integer(0)])
        let answer = try AggregationJobResp(decoding: try await rig.answer(rig.sent(work).body))
        let changed = try answer.with([0: .continue(payload: payload)]).encoded()
        let outcome = try #require(try await rig.reaction(to: .response(changed), work: work).outcome)
        #expect(outcome.rejected == [work.reports[0].metadata.reportID: .vdafVerifyError])
        #expect(outcome.additions.map(\.reportCount) == [1])
    }

    @Test("An answer for other reports, in another order, or with finish: the job is abandoned, and the helper told")
    func wrongAnswers() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1), .integer(1), .integer(0)])
        let right = try AggregationJobResp(decoding: try await rig.answer(rig.sent(work).body)).verifyResps
        let stranger = VerifyResp(reportID: try ReportID([UInt8](repeating: 7, count: 16)), outcome: right[0].outcome)
        let wrong: [[VerifyResp]] = [
            [right[1], right[0], right[2]], [right[0], right[1]], right + [right[2]], [stranger] + right.dropFirst(),
            [VerifyResp(reportID: right[0].reportID, outcome: .finish)] + right.dropFirst(), [],
        ]
        for (index, responses) in wrong.enumerated() {
            let body = try AggregationJobResp(verifyResps: responses).encoded()
            #expect(try await rig.reaction(to: .response(body), work: work).isDissolve, "answer \(index)")
            let reply = PeerReply(.response(body), location: "http://helper.example/jobs/1?step=0")
            let reactions = try await rig.reactions(to: reply, work: work)
            #expect(reactions.first?.abandonedURL == "http://helper.example/jobs/1", "answer \(index)")
            #expect(reactions.last?.isDissolve == true, "answer \(index)")
        }
    }

    @Test("An answer that does not decode is asked for again: the helper may have aggregated")
    func undecodable() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        let body = try await rig.answer(rig.sent(work).body)
        for wrong in [Array(body.dropLast()), body + [0], [1, 2, 3]] {
            #expect(try await rig.reaction(to: .response(wrong), work: work).releasePause == 1)
        }
    }
}

@Suite struct AggregationJobRefusalTests {
    private static let errorType = "urn:ietf:params:ppm:dap:error:"

    @Test("No answer, a server error, a busy or an unintelligible peer: the same again, after growing pauses")
    func unavailable() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        let answers = [
            TransportResponse(status: 500), TransportResponse(status: 503), TransportResponse(status: 408),
            TransportResponse(status: 425), TransportResponse(status: 429),
            TransportResponse(status: 301, location: "http://elsewhere/"),
            TransportResponse(status: 200, contentType: "text/html", body: [1]),
            TransportResponse(status: 200, contentType: MediaType.aggregateShare.contentType, body: [1]),
        ]
        for answer in answers.map({ PeerAnswer($0, expecting: .aggregationJobResp) }) {
            #expect(try await rig.reaction(to: answer, work: work).releasePause == 1)
            #expect(try await rig.reaction(to: answer, work: work.with(attempt: 4)).releasePause == 8)
            #expect(try await rig.reaction(to: answer, work: work.with(attempt: 500)).releasePause == Backoff.longest)
        }
        let silence = PeerAnswer.unavailable(reason: "timed out", retryAfter: nil)
        #expect(try await rig.reaction(to: silence, work: work.with(attempt: 3)).releasePause == 4)
    }

    @Test("A longer pause that the helper wishes counts, within reason")
    func retryAfter() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        for (wish, pause) in [(UInt64(0), UInt64(1)), (30, 30), (.max, Backoff.longest)] {
            let answer = PeerAnswer(TransportResponse(status: 429, retryAfter: wish), expecting: .aggregationJobResp)
            #expect(try await rig.reaction(to: answer, work: work).releasePause == pause)
        }
    }

    @Test(
        "A definite refusal of the job takes it apart",
        arguments: [
            (400, "invalidMessage"), (400, "unsupportedExtension"), (422, "invalidExtension"),
            (400, "invalidAggregationParameter"), (413, nil), (422, nil),
        ])
    func definite(status: Int, type: String?) async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        #expect(try await rig.reaction(to: Self.refusal(status, type), work: work).isDissolve)
    }

    @Test(
        "What an operator can mend is asked again for ever",
        arguments: [
            (401, nil), (403, nil), (404, nil), (407, nil), (409, nil), (415, nil), (418, nil),
            (404, "unrecognizedTask"), (400, "unrecognizedTask"),
            (400, "invalidTask"),
        ])
    func configuration(status: Int, type: String?) async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        for attempt in [1, 10, 1000] {
            let reaction = try await rig.reaction(to: Self.refusal(status, type), work: work.with(attempt: attempt))
            #expect(reaction.releasePause == Backoff.pause(attempt: attempt, retryAfter: nil))
        }
    }

    @Test("A bare 400 is asked again a few times, then counts as meant for this job")
    func unexplained() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        let last = AggregationJobMachine.unexplainedRefusals
        let refusal = Self.refusal(400, nil)
        #expect(try await rig.reaction(to: refusal, work: work.with(attempt: last - 1)).releasePause != nil)
        #expect(try await rig.reaction(to: refusal, work: work.with(attempt: last)).isDissolve)
    }

    private static func refusal(_ status: Int, _ type: String?) -> PeerAnswer {
        let problem = type.map { StoredProblem(type: errorType + $0, detail: "no") }
        return PeerAnswer(TransportResponse(status: status, problem: problem), expecting: .aggregationJobResp)
    }
}

@Suite struct DeferredAggregationJobTests {
    private static let location = "http://helper.example/jobs/1?step=0"

    @Test(
        "A helper that answers later is polled where it said, when it said, and nothing is computed before it answers")
    func polls() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1), .integer(0)])
        let (_, body) = try await rig.sent(work)
        let deferred = PeerReply(.deferred(retryAfter: 7), location: Self.location)
        let release = try #require(try await rig.reactions(to: deferred, work: work).last)
        #expect(release.releasePause == 7 && release.releaseLocation == Self.location)
        var machine = AggregationJobMachine(work: work.with(isPrepared: true, attempt: 2, location: Self.location))
        #expect(machine.receive(.loaded).first?.polledURL == Self.location)
        let still = machine.receive(.answered(PeerReply(.deferred(retryAfter: nil), location: nil)))
        #expect(still.first?.releasePause == 1 && still.first?.releaseLocation == Self.location)
        let initialize = machine.receive(.answered(PeerReply(.response(try await rig.answer(body)))))
        guard case .initialize(let inputs)? = initialize.last else {
            Issue.record("\(initialize)")
            return
        }
        let finish = try await rig.effects(
            &machine, .initialized(try await rig.deployment.task.leader.leaderInitialize(inputs)))
        #expect(finish.last?.outcome?.additions.map(\.reportCount) == [2])
    }

    @Test("A location without a step gets it, one with another parameter keeps that")
    func step() {
        #expect(ResourceURL.aggregationJob(at: "http://h/jobs/1") == "http://h/jobs/1?step=0")
        #expect(ResourceURL.aggregationJob(at: "http://h/jobs/1?a=b") == "http://h/jobs/1?a=b&step=0")
        #expect(ResourceURL.aggregationJob(at: "http://h/jobs/1?step=0") == "http://h/jobs/1?step=0")
        #expect(ResourceURL.resource(at: "http://h/jobs/1?step=0") == "http://h/jobs/1")
    }

    @Test(
        "When the helper has forgotten the job, or cannot be polled, the same request is sent again",
        arguments: [404, 405, 410])
    func forgotten(status: Int) async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)])
        let (_, body) = try await rig.sent(work)
        var machine = AggregationJobMachine(work: work.with(isPrepared: true, attempt: 2, location: Self.location))
        _ = machine.receive(.loaded)
        let answer = PeerAnswer(TransportResponse(status: status), expecting: .aggregationJobResp)
        #expect(try await rig.effects(&machine, .answered(PeerReply(answer))).last?.body == body)
    }

    @Test("A poll without an answer is repeated, a definite refusal takes the job apart")
    func failures() async throws {
        let rig = try AggregationRig()
        let work = try await rig.job([.integer(1)]).with(isPrepared: true, attempt: 3, location: Self.location)
        var silent = AggregationJobMachine(work: work)
        _ = silent.receive(.loaded)
        let again = silent.receive(.answered(PeerReply(.unavailable(reason: "lost", retryAfter: nil))))
        #expect(again.first?.releasePause == 4 && again.first?.releaseLocation == Self.location)
        // One that never answers is given up in the end: the request finds the job again.
        var lost = AggregationJobMachine(work: work.with(attempt: Backoff.attemptsPerLocation, location: Self.location))
        _ = lost.receive(.loaded)
        let gone = lost.receive(.answered(PeerReply(.unavailable(reason: "lost", retryAfter: nil))))
        #expect(gone.first?.releasePause != nil && gone.first?.releaseLocation == nil)
        var refusing = AggregationJobMachine(work: work)
        _ = refusing.receive(.loaded)
        let problem = StoredProblem(type: ProblemType.invalidMessage.urn, detail: "no")
        let end = refusing.receive(.answered(PeerReply(.refused(problem, status: 400))))
        #expect(end.first?.isDissolve == true)
    }

    @Test("A job of a leader-selected batch tells the helper which, and adds to that batch alone")
    func batchID() async throws {
        var settings = TestDeployment.Settings()
        settings.batchMode = .leaderSelected
        let rig = try AggregationRig(settings: settings)
        let work = try await rig.job([.integer(1), .integer(1)])
        let (_, body) = try await rig.sent(work)
        #expect(try AggregationJobInitReq(decoding: body).leaderSelectedBatchID() == StoreSamples.batchID(1))
        let outcome = try #require(
            try await rig.reaction(to: .response(try await rig.answer(body)), work: work).outcome)
        #expect(outcome.additions.map(\.id) == [.batch(StoreSamples.batchID(1))])
        #expect(outcome.additions.map(\.reportCount) == [2])
    }
}
