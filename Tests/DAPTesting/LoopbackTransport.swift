public import DAPRoles
import Synchronization

/// A transport without a network: requests go to servers in memory, unless they or their responses get lost.
public final class LoopbackTransport: Transport, Sendable {
    /// What can happen to a request.
    public enum Fault: Sendable {
        /// It never arrives.
        case loseRequest
        /// It arrives and is handled; the response gets lost.
        case loseResponse
        /// It arrives twice; the second response counts.
        case duplicate
        /// The response ends after so many bytes of its body.
        case cut(Int)
        /// Somebody else answers.
        case answer(TransportResponse)
        /// Something else happens first.
        case delay(@Sendable () async throws -> Void)
    }

    /// Decides what happens to a request, given how many there were before it.
    public typealias Weather = @Sendable (_ request: TransportRequest, _ ordinal: Int) -> Fault?

    private struct State {
        var servers: [(base: String, server: LoopbackServer)] = []
        var weather: Weather?
        var requests: [TransportRequest] = []
    }

    private let state = Mutex(State())

    /// A transport that reaches nobody yet.
    public init() {}

    /// Makes a server reachable under a base URL.
    public func serve(_ base: String, by server: LoopbackServer) {
        let base = base.hasSuffix("/") ? base : base + "/"
        state.withLock { $0.servers.append((base, server)) }
    }

    /// Decides what happens to requests from now on.
    public func setWeather(_ weather: Weather?) { state.withLock { $0.weather = weather } }

    /// The requests so far, lost ones and the present one included.
    public var requests: [TransportRequest] { state.withLock { $0.requests } }

    /// Hands the request to its server.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        let (server, weather, ordinal) = state.withLock { state in
            state.requests.append(request)
            let found = state.servers.last { request.url.hasPrefix($0.base) }
            return (found, state.weather, state.requests.count - 1)
        }
        // Outside the lock: it may look at the requests so far.
        let fault = weather?(request, ordinal)
        guard let server else { throw TransportError("nobody listens at \(request.url)") }
        let path = String(request.url.dropFirst(server.base.count))
        switch fault {
        case .loseRequest: throw TransportError("the request got lost")
        case .loseResponse:
            _ = await server.server.handle(request, path: path)
            throw TransportError("the response got lost")
        case .duplicate: _ = await server.server.handle(request, path: path)
        case .cut(let count): return await server.server.handle(request, path: path).cut(to: count)
        case .answer(let response): return response
        case .delay(let work): try await work()
        case nil: break
        }
        return await server.server.handle(request, path: path)
    }
}

extension TransportResponse {
    /// The same response with a shorter body.
    fileprivate func cut(to count: Int) -> TransportResponse {
        TransportResponse(
            status: status, contentType: contentType, location: location, retryAfter: retryAfter,
            body: Array(body.prefix(count)))
    }
}
