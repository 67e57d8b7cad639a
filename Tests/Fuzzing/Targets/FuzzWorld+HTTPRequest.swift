import DAPHTTPServer
import DAPMessages
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

extension FuzzWorld {
    /// Requests of one input; what is behind them is left out.
    private static let requestsPerInput = 6
    /// The path of the server's URL.
    static let pathPrefix = "/api/dap"
    static let leaderToken = "token of the leader"
    static let collectorToken = "token of the collector"

    private static let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    private static let channel = NIOAsyncTestingChannel()

    /// Requests to one server that is leader and helper of every task, see `LenientHTTP`.
    func httpRequest(_ input: FuzzInput) async throws -> FuzzVerdict {
        var input = input
        var requests = LenientHTTP(input.rest())
        let responder = try server(FuzzParties(self)).responder()
        var verdict = FuzzVerdict.refused
        for number in 0..<Self.requestsPerInput {
            guard let message = requests.next() else { break }
            let context = BasicRequestContext(
                source: ApplicationRequestContextSource(channel: Self.channel, logger: Self.logger))
            let request = Request(head: message.head, body: RequestBody(buffer: ByteBuffer(bytes: message.body)))
            let response = try await responder.respond(to: request, context: context)
            try await check(response)
            let isAccepted = response.status.code < 400 && (number == 0 || verdict == .accepted)
            verdict = isAccepted ? .accepted : .refused
        }
        return verdict
    }

    private func server(_ parties: FuzzParties) -> AggregatorServer {
        func tokens(_ token: String) -> TokenDigests { TokenDigests(sha256: [TokenDigests.digest(of: token)]) }
        return AggregatorServer(
            configuration: .init(host: "localhost", port: 0, pathPrefix: Self.pathPrefix),
            roles: [
                .leader(
                    upload: parties.upload, collection: parties.collection, collectors: tokens(Self.collectorToken)),
                .helper(parties.helper, leaders: tokens(Self.leaderToken)),
            ],
            hpkeConfigs: leaderKeyring.configList, readiness: { true }, logger: Self.logger)
    }

    private func check(_ response: Response) async throws {
        let status = response.status.code
        try expect((200..<500).contains(status), "a request makes no server fail: \(status)")
        let body = CollectedBody()
        try await response.body.write(BodyCollector(body: body))
        let bytes = await body.bytes
        if status >= 400 {
            try expect(
                response.headers[.contentType] == "application/problem+json", "a refusal has a problem document")
            let document = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            try expect(document?["status"] as? Int == status, "a problem document is JSON and names the status")
        }
        if let location = response.headers[.location] {
            try expect(
                location.hasPrefix("/") && !location.hasPrefix("//"), "a location is a path at the same server")
        }
    }
}

private actor CollectedBody {
    private(set) var bytes: [UInt8] = []

    func append(_ buffer: ByteBuffer) { bytes += Array(buffer.readableBytesView) }
}

private struct BodyCollector: ResponseBodyWriter {
    let body: CollectedBody

    mutating func write(_ buffer: ByteBuffer) async throws { await body.append(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
