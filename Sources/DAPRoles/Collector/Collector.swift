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

    /// Collects a batch. A repetition asks with the same bytes and so gets the same batch's answer.
    ///
    /// - Parameters:
    ///   - interval: in units of the task's time precision.
    ///   - patience: seconds to wait for the answer.
    /// - Throws: `CollectionFailure`; what the clock throws when the surrounding task is cancelled.
    public func collect(_ interval: Interval, patience: UInt64) async throws -> CollectionResult {
        let request = CollectionJobReq(query: .timeInterval(TimeIntervalQueryConfig(batchInterval: interval)))
        let now = clock.now()
        var machine = try CollectionMachine(
            request: request, url: ResourceURL.collectionJobs(of: task.configuration, task: task.id),
            deadline: now + min(patience, .max - now))
        var effect = machine.start()
        while true {
            switch effect {
            case .post(let url, let body, let pause):
                if pause > 0 { try await clock.sleep(milliseconds: pause) }
                let post = TransportRequest(.post, url, mediaType: .collectionJobReq, token: token, body: body)
                effect = machine.receive(await answer(to: post), now: clock.now())
            case .poll(let url, let pause):
                try await clock.sleep(milliseconds: pause)
                let poll = TransportRequest(.get, url, token: token)
                effect = machine.receive(await answer(to: poll), now: clock.now())
            case .done(let response): return try task.result(of: response, for: request)
            case .fail(let failure): throw failure
            }
        }
    }

    private func answer(to request: TransportRequest) async -> Result<TransportResponse, TransportError> {
        do {
            return .success(try await transport.send(request))
        } catch {
            return .failure(error as? TransportError ?? TransportError(String(describing: error)))
        }
    }
}
