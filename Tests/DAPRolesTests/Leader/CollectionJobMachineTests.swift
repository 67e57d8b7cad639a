import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

@Suite struct CollectionJobMachineTests {
    private let deployment: TestDeployment
    private let interval = Interval(start: Time(100), duration: Duration(4))
    private let buckets = [Self.bucket(101, count: 2), Self.bucket(103, count: 3)]

    init() throws {
        deployment = try TestDeployment(settings: TestDeployment.Settings(minBatchSize: 5))
    }

    @Test("Enough reports: the batch is closed, drained, read, and the helper is asked for exactly its reports")
    func success() throws {
        var machine = try machine()
        #expect(machine.start().only?.isLookUp == true)
        #expect(machine.receive(.progress(BatchProgress(aggregated: 5, pending: 0))).only?.isClose == true)
        #expect(machine.receive(.closing(.closed(batch))).only?.isLookUp == true)
        #expect(machine.receive(.progress(BatchProgress(aggregated: 5, pending: 0))).only?.isReadBuckets == true)
        let body = try #require(machine.receive(.buckets(buckets)).only?.askedBody)
        let asked = try AggregateShareReq(decoding: body)
        #expect(asked.reportCount == 5)
        #expect(asked.batchSelector == batch)
        #expect(try asked.collectionJobReq.encoded() == request())
        var checksum = buckets[0].checksum
        checksum.merge(buckets[1].checksum)
        #expect(asked.checksum == checksum)
        let finish = try #require(machine.receive(.answered(PeerReply(.response(try Self.share.encoded())))).only)
        guard case .finish(let request, let share, 5, checksum) = finish else {
            Issue.record("\(finish)")
            return
        }
        #expect(share == Self.share.encryptedAggregateShare)
        #expect(try request.encoded() == self.request())
    }

    @Test("A job is not answered, not even in the negative, while acknowledged reports are pending")
    func pendingReports() throws {
        var open = try machine()
        let few = open.receive(.progress(BatchProgress(aggregated: 1, pending: 3)))
        #expect(few.only?.releasePause == CollectionJobMachine.waitingPause)
        var closed = try machine(isClosed: true)
        for aggregated in [UInt64(0), 4, 5, 1000] {
            let waiting = closed.receive(.progress(BatchProgress(aggregated: aggregated, pending: 1)))
            #expect(waiting.only?.releasePause == CollectionJobMachine.waitingPause)
        }
    }

    @Test("Pending reports count towards closing the batch")
    func closesEarly() throws {
        var machine = try machine()
        #expect(machine.receive(.progress(BatchProgress(aggregated: 1, pending: 4))).only?.isClose == true)
    }

    @Test("Too few reports: the job fails, before closing and after it")
    func tooFew() throws {
        for isClosed in [false, true] {
            var machine = try machine(isClosed: isClosed)
            let effect = machine.receive(.progress(BatchProgress(aggregated: 4, pending: 0))).only
            #expect(effect?.problem?.type == ProblemType.invalidBatchSize.urn)
        }
    }

    @Test("An overlapping job at work is waited for, a finished one makes the job fail")
    func overlap() throws {
        var machine = try machine()
        #expect(machine.receive(.closing(.closedByAnother)).only?.releasePause == CollectionJobMachine.waitingPause)
        #expect(machine.receive(.closing(.collectedByAnother)).only?.problem?.type == ProblemType.batchOverlap.urn)
        #expect(machine.receive(.closing(.leaseLost)).isEmpty)
    }

    @Test("The helper's refusal fails the job with its reason, so that the batch opens again")
    func refusal() throws {
        var machine = try machine(isClosed: true)
        _ = machine.receive(.buckets(buckets))
        let problem = StoredProblem(type: ProblemType.batchMismatch.urn, detail: "different")
        #expect(machine.receive(.answered(PeerReply(.refused(problem, status: 409)))).only?.problem == problem)
    }

    @Test("Without an answer, or with one that does not decode, the helper is asked for the same again")
    func lostAnswer() throws {
        var first = try machine(isClosed: true)
        let body = try #require(first.receive(.buckets(buckets)).only?.askedBody)
        #expect(
            first.receive(.answered(PeerReply(.unavailable(reason: "lost", retryAfter: nil)))).only?.releasePause == 1)
        var second = try machine(isClosed: true, attempt: 2)
        #expect(second.receive(.buckets(buckets.reversed())).only?.askedBody == body)
        #expect(second.receive(.answered(PeerReply(.response([1, 2, 3])))).only?.releasePause == 2)
    }

    @Test("Pauses stay short however often the job was leased, unless the helper asks for more")
    func pauses() throws {
        var machine = try machine(isClosed: true, attempt: 1000)
        let own = machine.receive(.answered(PeerReply(.unavailable(reason: "down", retryAfter: nil)))).only?
            .releasePause
        #expect(own == CollectionJobMachine.longestPause)
        let asked = machine.receive(.answered(PeerReply(.unavailable(reason: "busy", retryAfter: 60)))).only?
            .releasePause
        #expect(asked == 60)
    }

    @Test("A helper that answers later is polled where it said, when it said; one that has forgotten is asked again")
    func deferred() throws {
        var machine = try machine(isClosed: true)
        let body = try #require(machine.receive(.buckets(buckets)).only?.askedBody)
        let url = "http://helper.example/shares/1"
        let later = machine.receive(.answered(PeerReply(.deferred(retryAfter: 5), location: url))).only
        #expect(later?.releasePause == 5 && later?.releaseLocation == url)
        var polling = try self.machine(isClosed: true, attempt: 2, location: url)
        #expect(polling.receive(.buckets(buckets)).only?.polledURL == url)
        let still = polling.receive(.answered(PeerReply(.deferred(retryAfter: nil)))).only
        #expect(still?.releasePause == CollectionJobMachine.waitingPause && still?.releaseLocation == url)
        let forgotten = PeerAnswer(TransportResponse(status: 404), expecting: .aggregateShare)
        #expect(polling.receive(.answered(PeerReply(forgotten))).only?.askedBody == body)
        var lost = try self.machine(isClosed: true, attempt: Backoff.attemptsPerLocation, location: url)
        _ = lost.receive(.buckets(buckets))
        let gone = lost.receive(.answered(PeerReply(.unavailable(reason: "lost", retryAfter: nil)))).only
        #expect(gone?.releasePause != nil && gone?.releaseLocation == nil)
        var answered = try self.machine(isClosed: true, attempt: 3, location: url)
        _ = answered.receive(.buckets(buckets))
        let finish = answered.receive(.answered(PeerReply(.response(try Self.share.encoded())))).only
        guard case .finish(_, _, 5, _)? = finish else {
            Issue.record("\(String(describing: finish))")
            return
        }
        var failed = try self.machine(isClosed: true, attempt: 3, location: url)
        _ = failed.receive(.buckets(buckets))
        let problem = StoredProblem(type: ProblemType.batchMismatch.urn, detail: "different")
        #expect(failed.receive(.answered(PeerReply(.refused(problem, status: 400)))).only?.problem == problem)
    }

    @Test("A batch that changed meanwhile is looked at again")
    func changed() throws {
        var machine = try machine(isClosed: true)
        #expect(machine.receive(.changed).only?.releasePause == CollectionJobMachine.waitingPause)
    }

    @Test("A stored batch that cannot be read does not end the job")
    func unreadable() throws {
        var machine = try machine(isClosed: true)
        let bad = BatchBucket(time: Time(101), aggregateShare: [1, 2, 3], reportCount: 9, checksum: BatchChecksum())
        #expect(machine.receive(.buckets([bad])).only?.releasePause == Backoff.longest)
    }

    private static let share = AggregateShare(
        encryptedAggregateShare: HpkeCiphertext(configID: 1, encapsulatedKey: [1], payload: [2]))

    private static func bucket(_ time: UInt64, count: UInt64) -> BatchBucket {
        var checksum = BatchChecksum()
        for report in 0..<Int(count) { checksum.add(StoreSamples.reportID(Int(time) * 100 + report)) }
        return BatchBucket(
            time: Time(time), aggregateShare: StoreSamples.littleEndian(count), reportCount: count, checksum: checksum)
    }

    private func request() throws -> [UInt8] {
        try CollectionJobReq(query: .timeInterval(TimeIntervalQueryConfig(batchInterval: interval))).encoded()
    }

    private func machine(
        isClosed: Bool = false, attempt: Int = 1, location: String? = nil
    ) throws -> CollectionJobMachine {
        CollectionJobMachine(
            task: deployment.task.leader,
            work: CollectionJobWork(
                lease: JobLease(job: 1, token: 1, attempt: attempt), taskID: deployment.task.id, request: try request(),
                query: .timeInterval(TimeIntervalQueryConfig(batchInterval: interval)), batch: isClosed ? batch : nil,
                location: location))
    }

    private var batch: BatchSelector { .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: interval)) }
}

extension [CollectionJobMachine.Effect] {
    /// The effect, when it is the only one.
    fileprivate var only: CollectionJobMachine.Effect? { count == 1 ? first : nil }
}

extension CollectionJobMachine.Effect {
    fileprivate var isLookUp: Bool { if case .lookUpProgress = self { true } else { false } }
    fileprivate var isClose: Bool { if case .close = self { true } else { false } }
    fileprivate var isReadBuckets: Bool { if case .readBuckets = self { true } else { false } }
    fileprivate var askedBody: [UInt8]? { if case .askHelper(let body) = self { body } else { nil } }
    fileprivate var problem: StoredProblem? { if case .fail(let problem) = self { problem } else { nil } }
    fileprivate var releasePause: UInt64? { if case .release(_, let pause, _) = self { pause } else { nil } }
    fileprivate var releaseLocation: String? { if case .release(_, _, let location) = self { location } else { nil } }
    fileprivate var polledURL: String? { if case .poll(let url) = self { url } else { nil } }
}
