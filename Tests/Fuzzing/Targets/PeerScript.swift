import DAPMessages
import DAPRoles
import DAPTesting

/// What a peer answers to every request but DELETE.
///
/// ```
/// kind        1 byte: 0-2 status, 3 deferred first, 4 location, 5 long Retry-After, 6 problem, 7 another media type
/// location    a piece, if there is one
/// problem     1 byte, if there is one
/// body        the rest
/// ```
struct PeerScript: Sendable {
    static let isDeferred: UInt8 = 1 << 3
    static let hasLocation: UInt8 = 1 << 4

    private static let statuses = [200, 201, 400, 404, 409, 422, 429, 500]

    let body: [UInt8]
    private let answer: TransportResponse
    private let deferral: TransportResponse?

    init(_ input: inout FuzzInput, mediaType: MediaType) {
        let kind = input.byte()
        let location = kind & Self.hasLocation != 0 ? String(decoding: input.piece(), as: UTF8.self) : nil
        let retryAfter: UInt64? = kind & 1 << 5 != 0 ? .max : nil
        var problem: StoredProblem?
        if kind & 1 << 6 != 0 {
            let types = ProblemType.allCases.map(\.urn) + ["about:blank"]
            problem = StoredProblem(type: types[input.choice(of: types.count)], detail: "made up")
        }
        body = input.rest()
        answer = TransportResponse(
            status: Self.statuses[Int(kind & 7)],
            contentType: kind & 1 << 7 != 0 ? "text/plain" : mediaType.contentType,
            location: location, retryAfter: retryAfter, body: body, problem: problem)
        deferral =
            kind & Self.isDeferred != 0
            ? TransportResponse(status: 200, location: location, retryAfter: retryAfter) : nil
    }

    /// Whether the body is given out as a message of success.
    var isSuccess: Bool { answer.isSuccess }

    /// Answers the requests whose URL contains `resource`.
    func weather(_ resource: String) -> LoopbackTransport.Weather {
        { [answer, deferral] request, _ in
            guard request.url.contains(resource) || request.method == .get else { return nil }
            return switch request.method {
            case .post: .answer(deferral ?? answer)
            case .get: .answer(answer)
            case .delete: .answer(TransportResponse(status: 200))
            }
        }
    }
}
