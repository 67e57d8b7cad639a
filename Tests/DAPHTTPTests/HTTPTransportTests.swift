import DAPHTTPClient
import DAPMessages
import DAPRoles
import HPKE
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Testing

/// The client's side, against servers that do not behave.
@Suite struct HTTPTransportTests {
    @Test("A response comes with its status, fields and body; the request with its media type and token")
    func exchange() async throws {
        try await serving { base, transport in
            let request = TransportRequest(
                .post, "\(base)/echo", mediaType: .uploadReq, token: SecretBytes(Array("t0ken".utf8)), body: [1, 2, 3])
            let response = try await transport.send(request)
            #expect(response.status == 202)
            #expect(response.location == "relative/J" && response.retryAfter == 17)
            #expect(response.contentType == "application/ppm-dap;message=upload-errors")
            #expect(
                response.body == Array("application/ppm-dap;message=upload-req|Bearer t0ken|POST|".utf8) + [1, 2, 3])
            let bare = try await transport.send(TransportRequest(.get, "\(base)/echo"))
            #expect(bare.body == Array("nil|nil|GET|".utf8))
        }
    }

    @Test("Redirects are not followed")
    func redirects() async throws {
        try await serving { base, transport in
            let response = try await transport.send(
                TransportRequest(.post, "\(base)/redirect", token: SecretBytes([0x61]), body: [1]))
            #expect(response.status == 307 && response.location == "/echo" && !response.isSuccess)
        }
    }

    @Test("Tokens travel in the field that the peer asks for, and only there")
    func tokenFields() async throws {
        try await serving { base, transport in
            let request = TransportRequest(.delete, "\(base)/fields", token: SecretBytes(Array("t0ken".utf8)))
            #expect(try await transport.send(request).body == Array("Bearer t0ken|nil".utf8))
            let other = HTTPTransport(timeout: 30, tokenField: .dapAuthToken)
            #expect(try await other.send(request).body == Array("nil|t0ken".utf8))
            let bare = try await other.send(TransportRequest(.delete, "\(base)/fields"))
            #expect(bare.body == Array("nil|nil".utf8))
            try await other.shutdown()
        }
    }

    @Test("A Retry-After is a number of seconds or a date; anything else counts as absent")
    func retryAfter() async throws {
        try await serving { base, transport in
            func retryAfter(_ name: String) async throws -> UInt64? {
                let response = try await transport.send(TransportRequest(.get, "\(base)/retry/\(name)"))
                #expect(response.status == 503)
                return response.retryAfter
            }
            let future = try #require(try await retryAfter("future"))
            #expect(future > 200_000_000_000)
            let (past, nonsense) = (try await retryAfter("past"), try await retryAfter("nonsense"))
            #expect(past == 0 && nonsense == nil)
        }
    }

    @Test("Problem documents are parsed; what only looks like one is not")
    func problems() async throws {
        try await serving(maximumResponseSize: 200_000) { base, transport in
            func problem(_ path: String) async throws -> StoredProblem? {
                try await transport.send(TransportRequest(.get, "\(base)/problem/\(path)")).problem
            }
            #expect(try await problem("full") == StoredProblem(type: ProblemType.batchInvalid.urn, detail: "no batch"))
            #expect(try await problem("parameters")?.type == ProblemType.batchInvalid.urn)
            #expect(try await problem("title") == StoredProblem(type: "about:blank", detail: "Not Found"))
            #expect(try await problem("empty") == StoredProblem(type: "about:blank", detail: ""))
            for none in ["json", "html", "malformed", "array", "huge"] { #expect(try await problem(none) == nil) }
            let hostile = try #require(try await problem("hostile"))
            #expect(hostile.detail.count == 500 && hostile.type.count == 500)
            #expect(!hostile.detail.contains { $0.isNewline || $0 == "\u{1b}" || $0 == "\u{202e}" })
        }
    }

    @Test("A response beyond the limit is refused, with a length and without")
    func hugeResponse() async throws {
        try await serving { base, transport in
            let largest = try await transport.send(TransportRequest(.get, "\(base)/bytes/1000"))
            #expect(largest.body.count == 1000)
            for path in ["bytes/1001", "chunked"] {
                await #expect(throws: TransportError.self) {
                    try await transport.send(TransportRequest(.get, "\(base)/\(path)"))
                }
            }
            // The transport goes on.
            let next = try await transport.send(TransportRequest(.get, "\(base)/bytes/10"))
            #expect(next.body.count == 10)
        }
    }

    @Test("No answer, a trickle, and a response that breaks off are no response")
    func silence() async throws {
        try await serving(timeout: 1, maximumResponseSize: 1 << 20) { base, transport in
            for path in ["silent", "trickle", "broken"] {
                let error = try #require(
                    await #expect(throws: TransportError.self, "\(path)") {
                        try await transport.send(TransportRequest(.get, "\(base)/\(path)"))
                    })
                #expect(error.reason.hasPrefix("no answer from \(base): "))
            }
        }
    }

    @Test("Nobody listening, no such host, no URL at all: an error that names no secret")
    func unreachable() async throws {
        let transport = HTTPTransport(timeout: 5)
        let other = HTTPTransport(timeout: 5, tokenField: .dapAuthToken)
        let port = try await freePort()
        let urls = [
            "http://127.0.0.1:\(port)/x", "http://user:passw0rd@127.0.0.1:\(port)/passw0rd", "http://nobody.invalid/",
            "no URL", "ftp://host/", "", "http://",
        ]
        for url in urls {
            // The line break makes the field invalid, and the client's own error would quote it.
            for token in ["s3cret", "s3cret\nx: y"] {
                let request = TransportRequest(.get, url, token: SecretBytes(Array(token.utf8)))
                for transport in [transport, other] {
                    let error = try #require(
                        await #expect(throws: TransportError.self, "\(url)") { try await transport.send(request) })
                    #expect(!"\(error)".contains("s3cret") && !"\(error)".contains("passw0rd"))
                }
            }
        }
        try await other.shutdown()
        try await transport.shutdown()
        await #expect(throws: TransportError.self) { try await transport.send(TransportRequest(.get, urls[0])) }
    }

    @Test("A cancelled request ends with an error, never with a part of the response")
    func cancellation() async throws {
        try await serving { base, _ in
            let transport = HTTPTransport(timeout: 60)
            for path in ["silent", "trickle"] {
                let sending = Task { try await transport.send(TransportRequest(.get, "\(base)/\(path)")) }
                try await Task.sleep(for: .milliseconds(50))
                sending.cancel()
                await #expect(throws: TransportError.self) { try await sending.value }
            }
            try await transport.shutdown()
        }
    }

    /// A port that nobody listens at any more.
    private func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        return port
    }

    /// Runs a test against the badly behaved server, with a transport that waits for so many seconds.
    private func serving(
        timeout: Int = 60, maximumResponseSize: Int = 1000,
        _ test: @escaping @Sendable (String, HTTPTransport) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let port = AsyncStream.makeStream(of: Int.self)
            group.addTask { try await Self.application { port.continuation.yield($0) }.run() }
            group.addTask {
                guard let port = await port.stream.first(where: { _ in true }) else { return }
                let transport = HTTPTransport(
                    timeout: timeout, connections: 2, maximumResponseSize: maximumResponseSize)
                defer { Task { try await transport.shutdown() } }
                try await test("http://127.0.0.1:\(port)", transport)
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private static func application(
        listening: @escaping @Sendable (Int) -> Void
    ) -> Application<RouterResponder<BasicRequestContext>> {
        let router = Router()
        addEcho(to: router)
        addProblems(to: router)
        addMisbehaviour(to: router)
        return Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { listening($0.localAddress?.port ?? 0) }, logger: .silent)
    }

    private static func addEcho(to router: Router<BasicRequestContext>) {
        let echo: @Sendable (Request, BasicRequestContext) async throws -> Response = { request, _ in
            let fields = [request.headers[.contentType], request.headers[.authorization]].map { $0 ?? "nil" }
            var body = ByteBuffer(string: (fields + [request.method.rawValue]).joined(separator: "|") + "|")
            body.writeImmutableBuffer(try await request.body.collect(upTo: 100))
            return Response(
                status: .accepted,
                headers: [
                    .contentType: "application/ppm-dap;message=upload-errors", .location: "relative/J",
                    .retryAfter: "17",
                ],
                body: ResponseBody(byteBuffer: body))
        }
        router.post("echo", use: echo)
        router.get("echo", use: echo)
        router.post("redirect") { _, _ in Response(status: .temporaryRedirect, headers: [.location: "/echo"]) }
        router.delete("fields") { request, _ in
            let fields = [
                request.headers[.authorization], HTTPField.Name("DAP-Auth-Token").flatMap { request.headers[$0] },
            ]
            return Response(
                status: .ok,
                body: ResponseBody(byteBuffer: ByteBuffer(string: fields.map { $0 ?? "nil" }.joined(separator: "|"))))
        }
        for (name, value) in [
            ("past", "Fri, 31 Dec 1999 23:59:59 GMT"), ("future", "Fri, 31 Dec 9999 23:59:59 GMT"),
            ("nonsense", "soon"),
        ] {
            router.get("retry/\(name)") { _, _ in
                Response(status: .serviceUnavailable, headers: [.retryAfter: value])
            }
        }
    }

    private static func addProblems(to router: Router<BasicRequestContext>) {
        let full = #"{"type":"urn:ietf:params:ppm:dap:error:batchInvalid","detail":"no batch","title":"t","x":[1]}"#
        let hostile = String(repeating: #"\u001b\u202e\r\n evil"#, count: 100)
        let documents: [(path: RouterPath, contentType: String, text: String)] = [
            ("full", "application/problem+json", full), ("parameters", "Application/Problem+JSON; charset=utf-8", full),
            ("title", "application/problem+json", #"{"title":"Not Found"}"#),
            ("empty", "application/problem+json", "{}"), ("json", "application/json", full),
            ("html", "text/html", full),
            ("malformed", "application/problem+json", "{"), ("array", "application/problem+json", "[]"),
            ("huge", "application/problem+json", #"{"detail":""# + String(repeating: "x", count: 70_000) + #""}"#),
            ("hostile", "application/problem+json", #"{"type":"\#(hostile)","detail":"\#(hostile)"}"#),
        ]
        for document in documents {
            router.get("problem/\(document.path.description)") { _, _ in
                Response(
                    status: .badRequest, headers: [.contentType: document.contentType],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: document.text)))
            }
        }
    }

    private static func addMisbehaviour(to router: Router<BasicRequestContext>) {
        router.get("bytes/:count") { _, context in
            let count = try context.parameters.require("count", as: Int.self)
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 0, count: count)))
        }
        router.get("chunked") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<20 { try await writer.write(ByteBuffer(repeating: 0, count: 100)) }
                    try await writer.finish(nil)
                })
        }
        router.get("silent") { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return Response(status: .ok)
        }
        router.get("trickle") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    // The test does not last so long.
                    for _ in 0..<10_000 {
                        try await writer.write(ByteBuffer(repeating: 0, count: 1))
                        try await Task.sleep(for: .milliseconds(20))
                    }
                })
        }
        router.get("broken") { _, _ in
            Response(
                status: .ok, headers: [.contentLength: "100"],
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(repeating: 0, count: 10))
                    throw CancellationError()
                })
        }
    }
}
