import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import PrioCommand

/// Stands before one aggregator: hands on whole HTTP requests and their answers, and does to them what networks do.
final class FaultyProxy: Sendable {
    /// Bytes of the longest message that is handed on.
    private static let longestBody = 64 << 20
    /// The longest delay, in milliseconds.
    private static let longestDelay = 4000
    /// Seconds that a server may take to answer.
    private static let serverPatience: Int64 = 60

    private typealias Connection = NIOAsyncChannel<NIOHTTPServerRequestFull, HTTPServerResponsePart>

    /// Whether faults happen.
    let faults = Switch()
    /// How often what happened; "written" counts the POST requests that the server answered with success.
    let counters: Counters
    private let server: String
    private let dice: Dice
    private let client: HTTPClient
    private let listener: NIOAsyncChannel<Connection, Never>

    /// The port that it listens at on 127.0.0.1.
    let port: Int

    /// A proxy at a port that the system chooses.
    ///
    /// - Parameter serverPort: where the aggregator listens on 127.0.0.1, when it is there.
    init(before serverPort: Int, dice: Dice, counters: Counters) async throws {
        server = "http://127.0.0.1:\(serverPort)"
        self.dice = dice
        self.counters = counters
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(NIOHTTPServerRequestAggregator(maxContentLength: Self.longestBody))
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        port = listener.channel.localAddress?.port ?? 0
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(2), read: .seconds(Self.serverPatience)))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Serves until the surrounding task is cancelled.
    func run() async {
        try? await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { [self] in try? await serve(connection) }
                }
            }
        }
        try? await client.shutdown()
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { requests, answers in
            if faults.isOn, ProxyFault.refuses(dice) {
                counters.add(ProxyFault.refused.rawValue)
                return
            }
            for try await request in requests {
                counters.add("requests")
                guard let answer = await answer(to: request) else { return }
                try await write(answer, keepAlive: request.head.isKeepAlive, to: answers)
                if answer.isCut { return }
            }
        }
    }

    private func write(
        _ answer: Answer, keepAlive: Bool, to answers: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(answer.body.readableBytes)")
        try await answers.write(.head(head))
        if answer.isCut {
            let half = answer.body.getSlice(at: answer.body.readerIndex, length: answer.body.readableBytes / 2)
            if let half, half.readableBytes > 0 { try await answers.write(.body(.byteBuffer(half))) }
            return
        }
        try await answers.write(.body(.byteBuffer(answer.body)))
        try await answers.write(.end(nil))
    }
}

/// What comes back from the server, or from the proxy itself.
private struct Answer: Sendable {
    let status: HTTPResponseStatus
    var headers = HTTPHeaders()
    var body = ByteBuffer()
    /// Whether a part of it is held back.
    var isCut = false
}

/// Faults.
extension FaultyProxy {
    /// What the sender gets; nil for a connection that closes.
    private func answer(to request: NIOHTTPServerRequestFull) async -> Answer? {
        let isPost = request.head.method == .POST
        guard faults.isOn, let fault = ProxyFault.draw(dice, isPost: isPost) else { return await forward(request) }
        counters.add(fault.rawValue)
        switch fault {
        case .refused, .requestLost: return nil
        case .requestCut:
            _ = await forward(request, isCut: true)
            return nil
        case .responseLost:
            _ = await forward(request)
            return nil
        case .responseCut:
            var answer = await forward(request)
            answer?.isCut = true
            return answer
        case .delayed:
            let isBefore = dice.chance(0.5)
            if isBefore { await delay() }
            let answer = await forward(request)
            if !isBefore { await delay() }
            return answer
        case .deliveredTwice: return await deliverTwice(request)
        case .deliveredLate:
            // Not bound to the connection, which closes at once.
            Task {
                await delay()
                _ = await forward(request)
            }
            return nil
        case .gatewayError:
            if dice.chance(0.5) { _ = await forward(request) }
            return Answer(status: dice.element(of: [.internalServerError, .badGateway, .gatewayTimeout]))
        }
    }

    private func deliverTwice(_ request: NIOHTTPServerRequestFull) async -> Answer? {
        let answers: [Answer?]
        if dice.chance(0.5) {
            async let first = forward(request)
            async let second = forward(request)
            answers = [await first, await second]
        } else {
            let first = await forward(request)
            await delay()
            answers = [first, await forward(request)]
        }
        return dice.element(of: answers)
    }

    private func delay() async {
        try? await SystemClock().sleep(milliseconds: dice.milliseconds(upTo: Self.longestDelay))
    }

    /// Sends a request to the server.
    ///
    /// - Parameter isCut: whether the server gets only half of the body.
    /// - Returns: nil when there is no answer.
    private func forward(_ request: NIOHTTPServerRequestFull, isCut: Bool = false) async -> Answer? {
        var outgoing = HTTPClientRequest(url: server + request.head.uri)
        outgoing.method = request.head.method
        let own: Set<String> = ["connection", "host", "content-length", "transfer-encoding"]
        for (name, value) in request.head.headers where !own.contains(name.lowercased()) {
            outgoing.headers.add(name: name, value: value)
        }
        let body = request.body ?? ByteBuffer()
        if isCut {
            outgoing.body = .stream(HalfBody(body: body), length: .known(Int64(body.readableBytes)))
        } else if request.head.method == .POST {
            outgoing.body = .bytes(body)
        }
        do {
            let response = try await client.execute(outgoing, timeout: .seconds(Self.serverPatience))
            var headers = HTTPHeaders()
            for (name, value) in response.headers where !own.contains(name.lowercased()) {
                headers.add(name: name, value: value)
            }
            let content = try await response.body.collect(upTo: Self.longestBody)
            if request.head.method == .POST, (200...299).contains(response.status.code) { counters.add("written") }
            return Answer(status: response.status, headers: headers, body: content)
        } catch {
            if !isCut { counters.add("no answer") }
            return nil
        }
    }
}

/// Half of a body, then an error.
private struct HalfBody: AsyncSequence, Sendable {
    let body: ByteBuffer

    struct End: Error {}

    struct Iterator: AsyncIteratorProtocol {
        var half: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? {
            guard let half else { throw End() }
            self.half = nil
            return half
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(half: body.getSlice(at: body.readerIndex, length: body.readableBytes / 2))
    }
}
