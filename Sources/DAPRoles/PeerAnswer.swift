package import DAPMessages

/// A peer's response, sorted by what the caller may do next.
package enum PeerAnswer: Sendable {
    /// The resource's representation.
    case response([UInt8])
    /// The peer will not do it as things are, and has not done any of it: a client error with its status code.
    case refused(StoredProblem, status: Int)
    /// The peer answers later (DAP §3.1): poll its resource.
    case deferred(retryAfter: UInt64?)
    /// The peer could not answer now, or its answer got lost, or it is not to be understood: ask again, byte for byte.
    case unavailable(reason: String, retryAfter: UInt64?)

    /// Sorts a response that should carry a body of the given media type (DAP §3).
    package init(_ response: TransportResponse, expecting mediaType: MediaType) {
        let retryAfter = response.retryAfter
        switch response.status {
        case 200...299 where response.body.isEmpty:
            self = .deferred(retryAfter: retryAfter)
        case 200...299:
            if let contentType = response.contentType, (try? MediaType(contentType: contentType)) == mediaType {
                self = .response(response.body)
            } else {
                self = .unavailable(reason: "the peer answered with another media type", retryAfter: retryAfter)
            }
        case 408, 425, 429:
            self = .unavailable(reason: "the peer is busy (status \(response.status))", retryAfter: retryAfter)
        case 400...499:
            let problem = StoredProblem(type: "about:blank", detail: "the peer answered with status \(response.status)")
            self = .refused(response.problem ?? problem, status: response.status)
        default:
            self = .unavailable(reason: "the peer answered with status \(response.status)", retryAfter: retryAfter)
        }
    }
}

/// A peer's answer, and where its resource is if it said so.
package struct PeerReply: Sendable {
    package let answer: PeerAnswer
    /// An absolute URL at the peer's origin.
    package let location: String?
    /// What the peer says of releases.
    package let releases: ReleaseNotice?

    package init(_ answer: PeerAnswer, location: String? = nil, releases: ReleaseNotice? = nil) {
        self.answer = answer
        self.location = location
        self.releases = releases
    }
}

extension Transport {
    /// Sends a request and sorts its answer; without an answer the peer counts as unavailable.
    func ask(_ request: TransportRequest, expecting mediaType: MediaType) async -> PeerReply {
        do {
            let response = try await send(request)
            let location = response.isSuccess ? response.location : nil
            return PeerReply(
                PeerAnswer(response, expecting: mediaType),
                location: location.flatMap { ResourceURL.resolve(location: $0, against: request.url) },
                releases: response.releases)
        } catch {
            return PeerReply(.unavailable(reason: String(describing: error), retryAfter: nil))
        }
    }
}

/// Pauses between attempts at the same thing.
package enum Backoff {
    /// Attempts after which a resource that does not answer at its location is asked for by its request again.
    package static let attemptsPerLocation = 8
    /// The longest pause, in seconds.
    package static let longest: UInt64 = 120

    /// Doubles from one second up to `limit`; a peer's own wish counts when it is longer.
    package static func pause(attempt: Int, retryAfter: UInt64?, limit: UInt64 = longest) -> UInt64 {
        let doubled = UInt64(1) << UInt64(min(max(attempt, 1), 8) - 1)
        return min(max(min(doubled, limit), retryAfter ?? 0), longest)
    }
}
