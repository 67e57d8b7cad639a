public import DAPMessages
public import HPKE

/// Sends requests to peers (DAP §3). Stateless and safe to share.
///
/// Redirects are not followed: a peer's URL is part of the task. A body longer than
/// `TransportRequest.maximumResponseSize` is an error, not a truncated response.
public protocol Transport: Sendable {
    /// Sends a request and waits for the whole response, whatever its status.
    ///
    /// - Throws: `TransportError` when there is no response; then the request may or may not have arrived.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// A request to a peer.
public struct TransportRequest: Sendable {
    /// The methods that DAP uses.
    public enum Method: String, Sendable {
        /// Reads a resource.
        case get = "GET"
        /// Creates a resource.
        case post = "POST"
        /// Deletes a resource.
        case delete = "DELETE"
    }

    /// The longest response that is read, in bytes.
    public static let maximumResponseSize = 64 << 20

    /// The method.
    public let method: Method
    /// An absolute URL, sent as it is.
    public let url: String
    /// The body's media type, when there is a body.
    public let mediaType: MediaType?
    /// The bearer token, when the resource asks for one.
    public let token: SecretBytes?
    /// The body.
    public let body: [UInt8]
    /// What the other aggregator is told of releases, when the request goes to one.
    public var releases: ReleaseNotice?

    /// A request; a GET or DELETE has no body.
    public init(
        _ method: Method, _ url: String, mediaType: MediaType? = nil, token: SecretBytes? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.mediaType = mediaType
        self.token = token
        self.body = body
    }
}

/// A peer's response.
public struct TransportResponse: Sendable {
    /// The HTTP status code.
    public let status: Int
    /// The `Content-Type` field as it came.
    public let contentType: String?
    /// The `Location` field as it came: relative to the request's URL.
    public let location: String?
    /// The `Retry-After` field in seconds from now; anything that is neither a number nor a date counts as absent.
    public let retryAfter: UInt64?
    /// The body.
    public let body: [UInt8]
    /// The problem document in the body, when there is one (RFC 9457).
    public let problem: StoredProblem?
    /// What the other aggregator says of releases, when the response comes from one that does.
    public var releases: ReleaseNotice?

    /// A response.
    public init(
        status: Int, contentType: String? = nil, location: String? = nil, retryAfter: UInt64? = nil, body: [UInt8] = [],
        problem: StoredProblem? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.location = location
        self.retryAfter = retryAfter
        self.body = body
        self.problem = problem
    }

    /// Whether the status says success (200 ... 299).
    public var isSuccess: Bool { (200...299).contains(status) }
}

/// There was no response: the peer is down, unreachable, too slow, or sent too much.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// A plain sentence.
    public let reason: String
    /// Makes an error.
    public init(_ reason: String) { self.reason = reason }
    /// The sentence.
    public var description: String { reason }
}
