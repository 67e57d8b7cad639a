import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// Jobs for an aggregation job machine, and the real helper to answer its requests.
struct AggregationRig {
    let deployment: TestDeployment
    private let store = MemoryStore()

    init(_ parameters: Prio3Parameters = .count, settings: TestDeployment.Settings = .init()) throws {
        deployment = try TestDeployment([parameters], settings: settings, leaderStore: store)
    }

    /// A job of reports that were really uploaded.
    func job(_ measurements: [Prio3Measurement]) async throws -> AggregationJobWork {
        let reports = try measurements.map { try deployment.report($0) }
        let errors = try await deployment.upload.upload(
            task: deployment.task.id, body: try UploadRequest(reports: reports).encoded())
        #expect(errors.statuses.isEmpty)
        let created = try await store.createAggregationJobs(
            task: deployment.task.id, minimumSize: 1, maximumSize: 512, uploadedBefore: 0,
            filling: deployment.task.leader.batchMode == .leaderSelected
                ? BatchFilling(targetSize: measurements.count) { StoreSamples.batchID(1) } : nil,
            now: deployment.clock.now())
        #expect(created == 1)
        return try #require(
            try await store.leaseAggregationJob(now: deployment.clock.now(), leaseEnd: deployment.clock.now() + 90))
    }

    /// The helper's answer to a request.
    func answer(_ body: [UInt8]) async throws -> [UInt8] {
        try await deployment.helper.createAggregationJob(task: deployment.task.id, body: body).1.body()
    }

    /// The machine's effects after an event, verification done for it.
    func effects(_ machine: inout AggregationJobMachine, _ event: AggregationJobMachine.Event) async throws
        -> [AggregationJobMachine.Effect]
    {
        let effects = machine.receive(event)
        switch effects.last {
        case .initialize(let inputs):
            return machine.receive(.initialized(try await deployment.task.leader.leaderInitialize(inputs)))
        case .verify(let inputs):
            return effects.dropLast()
                + machine.receive(.verified(try await deployment.task.leader.leaderFinish(inputs)))
        default: return effects
        }
    }

    /// A machine that has just sent its request, and the request.
    func sent(_ work: AggregationJobWork) async throws -> (machine: AggregationJobMachine, body: [UInt8]) {
        var machine = AggregationJobMachine(work: work)
        var next = try await effects(&machine, .loaded)
        if next.first?.preparedRejections != nil { next = try await effects(&machine, .prepared) }
        return (machine, try #require(next.first?.body))
    }

    /// What the machine does about an answer to its request.
    func reaction(to answer: PeerAnswer, work: AggregationJobWork) async throws -> AggregationJobMachine.Effect {
        let next = try await reactions(to: PeerReply(answer), work: work)
        #expect(next.count == 1)
        return try #require(next.first)
    }

    /// All that the machine does about a reply to its request.
    func reactions(
        to reply: PeerReply, work: AggregationJobWork
    ) async throws -> [AggregationJobMachine.Effect] {
        var (machine, _) = try await sent(work)
        return try await effects(&machine, .answered(reply))
    }
}

extension AggregationJobWork {
    /// The same job with other reports, or leased another time.
    func with(
        reports: [UploadedReport]? = nil, isPrepared: Bool? = nil, attempt: Int = 1, location: String? = nil
    ) -> AggregationJobWork {
        AggregationJobWork(
            lease: JobLease(job: lease.job, token: lease.token, attempt: attempt), taskID: taskID, batchID: batchID,
            isPrepared: isPrepared ?? self.isPrepared, location: location, createdAt: createdAt,
            reports: reports ?? self.reports)
    }
}

extension UploadedReport {
    /// The same report with another public share.
    func with(publicShare: [UInt8]) -> UploadedReport {
        UploadedReport(
            taskID: taskID, metadata: metadata, publicShare: publicShare, leaderInputShare: leaderInputShare,
            helperEncryptedInputShare: helperEncryptedInputShare)
    }
}

extension AggregationJobMachine.Effect {
    var body: [UInt8]? { if case .send(let body) = self { body } else { nil } }
    var preparedRejections: [ReportID: ReportError]? { if case .prepare(let rejected) = self { rejected } else { nil } }
    var outcome: AggregationJobOutcome? { if case .finish(let outcome) = self { outcome } else { nil } }
    var releasePause: UInt64? { if case .release(_, let pause, _) = self { pause } else { nil } }
    var releaseLocation: String? { if case .release(_, _, let location) = self { location } else { nil } }
    var polledURL: String? { if case .poll(let url) = self { url } else { nil } }
    var abandonedURL: String? { if case .abandon(let url) = self { url } else { nil } }
    var isDissolve: Bool { if case .dissolve = self { true } else { false } }
}

extension AggregationJobResp {
    /// The response with some outcomes exchanged.
    func with(_ outcomes: [Int: VerifyResp.Outcome]) -> AggregationJobResp {
        AggregationJobResp(
            verifyResps: verifyResps.enumerated().map { position, response in
                VerifyResp(reportID: response.reportID, outcome: outcomes[position] ?? response.outcome)
            })
    }
}

extension HelperAnswer {
    /// The representation, when the helper has answered.
    func body() throws -> [UInt8] {
        guard case .answered(let body) = self else { throw Unanswered(answer: self) }
        return body
    }
}

struct Unanswered: Error {
    let answer: HelperAnswer
}
