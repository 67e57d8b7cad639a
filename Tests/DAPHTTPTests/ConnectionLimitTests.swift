import DAPHTTPClient
import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Synchronization
import Testing

private final class Answers: Sendable {
    let count = Atomic(0)
}

/// Limits of connections, on sockets; the tests wait for what happens, not for how long.
@Suite struct ConnectionLimitTests {
    private static var short: ConnectionLimits {
        var limits = ConnectionLimits()
        // Long enough for an honest request on a slow machine.
        (limits.head, limits.idle, limits.body, limits.leastBodyRate) = (3, 3, 3, 1 << 20)
        return limits
    }

    @Test("A peer that falls silent, or vanishes without a word, loses its connection, wherever it was")
    func silent() async throws {
        let rig = try ServerRig()
        let head = """
            POST /tasks/\(rig.task)/reports HTTP/1.1\r\nHost: x\r\n\
            Content-Type: application/ppm-dap;message=upload-req\r\n
            """
        try await rig.leader().listening(limits: Self.short) { base in
            let port = try Self.port(base)
            for text in ["", "GET /liv", "GET /livez HTTP/1.1\r\nHo", head, head + "Content-Length: 10\r\n\r\nabc"] {
                #expect(try await RawConnection.trickle(text, port: port) == "", "\(text)")
            }
            let answer = try await RawConnection.trickle("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A peer that sends a byte now and then loses its connection too, in its head and in its body")
    func trickling() async throws {
        let rig = try ServerRig()
        let head = """
            POST /tasks/\(rig.task)/reports HTTP/1.1\r\nHost: x\r\n\
            Content-Type: application/ppm-dap;message=upload-req\r\n
            """
        var limits = Self.short
        limits.idle = 3600
        try await rig.leader().listening(limits: limits) { base in
            let port = try Self.port(base)
            for (text, more) in [
                (head, "X: y\r\n"), (head + "Content-Length: 100000\r\n\r\n", "a"),
                (head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
            ] {
                #expect(try await RawConnection.trickle(text, more, port: port) == "", "\(text)")
            }
        }
    }

    @Test("Beyond the named connections new ones wait until one is closed")
    func connections() async throws {
        var limits = ConnectionLimits()
        limits.connections = 2
        let request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        try await ServerRig().leader().listening(limits: limits) { base in
            let port = try Self.port(base)
            let answers = Answers()
            let third = try await RawConnection.holding(request, port: port) {
                try await RawConnection.holding(request, port: port) {
                    let third = Task {
                        let answer = try await RawConnection.exchange(request, port: port)
                        answers.count.add(1, ordering: .relaxed)
                        return answer
                    }
                    // Time enough for what must not happen.
                    try await Task.sleep(for: .milliseconds(300))
                    #expect(answers.count.load(ordering: .relaxed) == 0)
                    return third
                }
            }
            #expect(try await third.value.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A head that is too long, or has too many fields, is refused and its connection closed")
    func longHead() async throws {
        let rig = try ServerRig()
        try await rig.leader().listening { base in
            let port = try Self.port(base)
            let long = String(repeating: "a", count: HTTPLimits.headBytes + 1)
            let fields = (0...HTTPLimits.headerFields).map { "X-\($0): y\r\n" }.joined()
            for head in [
                "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: x\r\nX: \(long)\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\n\(long): x\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\n\(fields)\r\n",
            ] {
                let answer = try await RawConnection.exchange(head, port: port)
                #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(head.prefix(60))")
                #expect(answer.lowercased().contains("connection: close"))
            }
            #expect(
                try await RawConnection.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", port: port)
                    .hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Requests whose bodies are on the way, however many and long, keep nobody from being served")
    func slowBodies() async throws {
        let rig = try ServerRig()
        let head = """
            POST /tasks/\(rig.task)/reports HTTP/1.1\r\nHost: x\r\nContent-Length: \(HTTPLimits.uploadBody)\r\n\
            Content-Type: application/ppm-dap;message=upload-req\r\n\r\nabc
            """
        try await rig.leader().listening { base in
            let port = try Self.port(base)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0...HTTPLimits.concurrentRequests {
                    group.addTask { _ = try await RawConnection.exchange(head, port: port) }
                }
                let body = try rig.uploadBody()
                let transport = HTTPTransport(timeout: 30)
                for _ in 0..<20 {
                    let response = try await transport.send(
                        TransportRequest(.post, "\(base)/tasks/\(rig.task)/reports", mediaType: .uploadReq, body: body))
                    #expect(response.status == 200)
                }
                try await transport.shutdown()
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    private static func port(_ base: String) throws -> Int {
        try #require(base.split(separator: ":").last.flatMap { Int($0) })
    }
}
