package import DAPMessages

/// One collection on the collector's side (DAP §4.6.1): events in, effects out, no clock, no I/O.
///
/// ```
/// posted ──▶ polling ──▶ done | fail
///    ▲          │ no answer, a few times in a row
///    └──────────┘
/// ```
/// Without an answer it posts again: the same bytes mean the same job.
package struct CollectionMachine {
    /// Attempts without an answer in a row.
    package static let attempts = 5
    /// Pause before polling when the leader names none, and the shortest and the longest it may ask for, in milliseconds.
    package static let usualPause: UInt64 = 500
    package static let shortestPause: UInt64 = 100
    package static let longestPause: UInt64 = 30_000

    package enum Effect: Sendable {
        /// Post the request after a pause in milliseconds; then `receive`.
        case post(url: String, body: [UInt8], pause: UInt64)
        /// Ask for the job's state after a pause in milliseconds; then `receive`.
        case poll(url: String, pause: UInt64)
        /// The leader's answer. The end.
        case done(CollectionJobResp)
        /// The end.
        case fail(CollectionFailure)
    }

    private let body: [UInt8]
    private let creationURL: String
    /// The clock's time after which a job that is not ready is left alone.
    private let deadline: UInt64
    /// Where the last request went: a location is relative to it.
    private var requestURL: String
    /// Where the job is, once the leader has said so.
    package private(set) var jobURL: String?
    private var failures = 0
    private var polls: UInt64 = 0

    package init(request: CollectionJobReq, url: String, deadline: UInt64) throws {
        body = try request.encoded()
        creationURL = url
        requestURL = url
        self.deadline = deadline
    }

    package func start() -> Effect { .post(url: creationURL, body: body, pause: 0) }

    package mutating func receive(_ answer: Result<TransportResponse, TransportError>, now: UInt64) -> Effect {
        switch answer {
        case .failure(let error): return retry(error.reason, retryAfter: nil, now: now)
        case .success(let response):
            if response.isSuccess, let location = response.location {
                jobURL = ResourceURL.resolve(location: location, against: requestURL)
            }
            switch PeerAnswer(response, expecting: .collectionJobResp) {
            case .deferred: return poll(response, now: now)
            case .response(let body):
                guard let decoded = try? CollectionJobResp(decoding: body) else {
                    return .fail(.unreadable("the leader's answer does not decode"))
                }
                return .done(decoded)
            case .refused(let problem, let status): return .fail(.refused(problem, status: status))
            case .unavailable(let reason, let retryAfter): return retry(reason, retryAfter: retryAfter, now: now)
            }
        }
    }

    private mutating func poll(_ response: TransportResponse, now: UInt64) -> Effect {
        failures = 0
        guard let jobURL else { return .fail(.unavailable("the leader gave the job no usable location")) }
        guard now < deadline else { return .fail(.notReady) }
        // The first polls come quickly: a batch that is ready takes a fraction of a second.
        polls += 1
        let asked = response.retryAfter.map { max(min($0, Self.longestPause / 1000) * 1000, Self.shortestPause) }
        let pause = polls <= 4 ? min(asked ?? Self.usualPause, 100 << polls) : asked ?? Self.usualPause
        requestURL = jobURL
        return .poll(url: jobURL, pause: bounded(pause, now: now))
    }

    private mutating func retry(_ reason: String, retryAfter: UInt64?, now: UInt64) -> Effect {
        failures += 1
        guard failures < Self.attempts, now < deadline else { return .fail(.unavailable(reason)) }
        requestURL = creationURL
        let pause = 1000 * Backoff.pause(attempt: failures, retryAfter: retryAfter)
        return .post(url: creationURL, body: body, pause: bounded(pause, now: now))
    }

    /// A pause that ends with the deadline, so that the last look at the job comes right then.
    private func bounded(_ pause: UInt64, now: UInt64) -> UInt64 {
        let (left, overflow) = (deadline - now).multipliedReportingOverflow(by: 1000)
        return overflow ? pause : min(pause, left)
    }
}
