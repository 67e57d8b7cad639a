import DAPHTTPClient
import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import Logging
import Testing

/// What clients do that do not behave.
@Suite struct ConnectionTests {
    @Test("A body that is announced longer than the limit is refused before any of it is read")
    func announcedTooLong() async throws {
        let rig = try ServerRig()
        let routes: [(AggregatorServer, String, String, Int)] = [
            (rig.leader(), "reports", "upload-req", HTTPLimits.uploadBody),
            (rig.leader(), "collection_jobs", "collection-job-req", HTTPLimits.collectionBody),
            (rig.helper(), "aggregation_jobs", "aggregation-job-init-req", HTTPLimits.aggregationJobBody),
            (
                rig.helper(), "aggregation_jobs/\(StoreSamples.aggregationJobID(1))", "aggregation-job-continue-req",
                HTTPLimits.aggregationJobBody
            ),
            (rig.helper(), "aggregate_shares", "aggregate-share-req", HTTPLimits.collectionBody),
        ]
        for (server, resource, message, limit) in routes {
            let token = resource == "collection_jobs" ? ServerRig.collectorToken : ServerRig.leaderToken
            try await server.listening { base in
                for length in ["\(limit + 1)", "\(Int.max)"] {
                    let head = """
                        POST /tasks/\(rig.task)/\(resource) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\
                        Content-Type: application/ppm-dap;message=\(message)\r\nContent-Length: \(length)\r\n\r\n
                        """
                    let response = try await RawConnection.exchange(head, port: Self.port(base))
                    #expect(response.hasPrefix("HTTP/1.1 413 "), "\(resource) \(length)")
                }
            }
        }
    }

    @Test("A client that hangs up within its body, or sends no HTTP, disturbs nobody and is no error in the log")
    func brokenRequests() async throws {
        let errors = ErrorLog.Mutexed()
        let rig = try ServerRig()
        let server = rig.server(
            [rig.leaderRole()], rig.deployment.keys.leader, logger: Logger(label: "test") { _ in ErrorLog(errors) })
        try await server.listening { base in
            let port = Self.port(base)
            let head = """
                POST /tasks/\(rig.task)/reports HTTP/1.1\r\nHost: x\r\n\
                Content-Type: application/ppm-dap;message=upload-req\r\n
                """
            _ = try await RawConnection.exchange(head + "Content-Length: 1000\r\n\r\nabc", port: port, closing: true)
            _ = try await RawConnection.exchange(head + "Content-Le", port: port, closing: true)
            let chunk = head + "Transfer-Encoding: chunked\r\n\r\nnot a length\r\n"
            #expect(try await RawConnection.exchange(chunk, port: port).hasPrefix("HTTP/1.1 400 "))
            #expect(try await RawConnection.exchange("hello\r\n\r\n", port: port).hasPrefix("HTTP/1.1 400 "))
            let transport = HTTPTransport(timeout: 30)
            for _ in 0..<3 {
                let health = try await transport.send(TransportRequest(.get, "\(base)/livez"))
                #expect(health.status == 200)
            }
            try await transport.shutdown()
        }
        // The library below has its own word when the test takes the server down.
        #expect(errors.messages.withLock { $0.filter { !$0.hasPrefix("Waiting on child channel") } } == [])
    }

    @Test("A client that reads nothing of its answer, or takes it in an old version of HTTP, is served")
    func oldClient() async throws {
        let rig = try ServerRig()
        try await rig.leader().listening { base in
            let response = try await RawConnection.exchange("GET /livez HTTP/1.0\r\n\r\n", port: Self.port(base))
            #expect(response.contains(" 200 "))
        }
    }

    private static func port(_ base: String) -> Int { base.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
}
