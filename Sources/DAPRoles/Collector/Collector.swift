public import DAPMessages
public import HPKE

/// A collector: asks the leader for a batch, polls, and puts the two aggregate shares together (DAP §4.6).
public struct Collector: Sendable {
    let task: CollectorTask
    let token: SecretBytes
    let transport: any Transport
    let clock: any WallClock

    /// - Parameter token: the bearer token that the leader knows the collector by.
    public init(task: CollectorTask, token: SecretBytes, transport: any Transport, clock: any WallClock) {
        self.task = task
        self.token = token
        self.transport = transport
        self.clock = clock
    }

    /// Collects a batch. A repetition asks with the same bytes and so gets the same batch's answer; in a
    /// leader-selected task only until the job is deleted, and then the next batch's.
    ///
    /// - Parameters:
    ///   - query: an interval in units of the task's time precision, or the next leader-selected batch.
    ///   - patience: seconds to wait for the answer.
    ///   - onCreation: is told the job's URL once the leader has created or found it.
    /// - Throws: `CollectionFailure`; what the clock throws when the surrounding task is cancelled.
    public func collect(
        _ query: Query, patience: UInt64, onCreation: @Sendable (_ jobURL: String) -> Void = { _ in }
    ) async throws -> CollectedBatch {
        let request = CollectionJobReq(query: query)
        let now = clock.now()
        var machine = try CollectionMachine(
            request: request, url: ResourceURL.collectionJobs(of: task.configuration, task: task.id),
            deadline: now + min(patience, .max - now))
        var effect = machine.start()
        var knownURL: String?
        while true {
            if let jobURL = machine.jobURL, jobURL != knownURL {
                knownURL = jobURL
                onCreation(jobURL)
            }
            switch effect {
            case .post(let url, let body, let pause):
                if pause > 0 { try await clock.sleep(milliseconds: pause) }
                let post = TransportRequest(.post, url, mediaType: .collectionJobReq, token: token, body: body)
                effect = machine.receive(await answer(to: post), now: clock.now())
            case .poll(let url, let pause):
                try await clock.sleep(milliseconds: pause)
                let poll = TransportRequest(.get, url, token: token)
                effect = machine.receive(await answer(to: poll), now: clock.now())
            case .done(let response):
                return CollectedBatch(result: try task.result(of: response, for: request), jobURL: machine.jobURL)
            case .fail(let failure): throw failure
            }
        }
    }

    /// Tells the leader that the answer is kept and the job may go (DAP §4.6.3). One that is gone already is fine.
    ///
    /// - Parameter jobURL: of a collected batch.
    /// - Throws: `CollectionFailure`; what the clock throws when the surrounding task is cancelled.
    public func delete(jobURL: String) async throws {
        var reason = ""
        for attempt in 1...CollectionMachine.attempts {
            let delete = TransportRequest(.delete, jobURL, token: token)
            switch await answer(to: delete) {
            case .success(let response) where response.isSuccess || [404, 410].contains(response.status): return
            case .success(let response):
                switch PeerAnswer(response, expecting: .collectionJobResp) {
                case .refused(let problem, let status): throw CollectionFailure.refused(problem, status: status)
                case .unavailable(let why, _): reason = why
                case .response, .deferred: return
                }
            case .failure(let error): reason = error.reason
            }
            if attempt < CollectionMachine.attempts {
                try await clock.sleep(milliseconds: 1000 * Backoff.pause(attempt: attempt, retryAfter: nil))
            }
        }
        throw CollectionFailure.unavailable(reason)
    }

    private func answer(to request: TransportRequest) async -> Result<TransportResponse, TransportError> {
        do {
            return .success(try await transport.send(request))
        } catch {
            return .failure(error as? TransportError ?? TransportError(String(describing: error)))
        }
    }
}

/// A batch's result, and the job that it is the answer of.
public struct CollectedBatch: Sendable, Equatable {
    /// The released aggregate.
    public let result: CollectionResult
    /// The job's URL, to delete it by; nil when the leader named none.
    public let jobURL: String?
}
