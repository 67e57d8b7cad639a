import DAPHTTPServer
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

/// On a clock that stands still until it is moved.
@Suite struct ConnectionWatchTests {
    private final class Connection {
        let channel: EmbeddedChannel
        var isOpen: Bool { channel.isActive }

        init(_ limits: ConnectionLimits = ConnectionLimits(), among connections: ConnectionCount = ConnectionCount())
            throws
        {
            channel = EmbeddedChannel(handler: ConnectionWatch(limits: limits, connections: connections))
            try channel.connect(to: SocketAddress(unixDomainSocketPath: "/none")).wait()
        }

        deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

        func pass(_ seconds: Int) { channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(seconds))) }

        func head() throws {
            let request = HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/")
            try channel.writeInbound(HTTPRequestPart.head(request))
        }

        func body(_ count: Int) throws {
            guard isOpen else { return }
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 0, count: count)))
        }

        func end() throws { try channel.writeInbound(HTTPRequestPart.end(nil)) }

        func request() throws {
            try head()
            try end()
        }

        /// - Parameter taking: whether the peer receives it.
        func answer(taking: Bool = true) {
            channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
            channel.write(HTTPResponsePart.end(nil), promise: nil)
            if taking { channel.flush() }
        }
    }

    @Test("A connection without a whole request head is closed after the named time, and not before")
    func head() throws {
        let silent = try Connection()
        silent.pass(HTTPLimits.idleSeconds - 1)
        #expect(silent.isOpen)
        silent.pass(1)
        #expect(!silent.isOpen)
        let returning = try Connection()
        for _ in 0..<5 {
            returning.pass(HTTPLimits.idleSeconds - 1)
            try returning.request()
            returning.answer()
        }
        #expect(returning.isOpen)
        returning.pass(HTTPLimits.idleSeconds)
        #expect(!returning.isOpen)
    }

    @Test("A request may take as long as it likes to be answered")
    func work() throws {
        let connection = try Connection()
        try connection.request()
        connection.pass(100 * HTTPLimits.idleSeconds)
        #expect(connection.isOpen)
        connection.answer()
        connection.pass(HTTPLimits.idleSeconds - 1)
        #expect(connection.isOpen)
    }

    @Test("A body that trickles ends the connection, one that comes fast enough may take long")
    func body() throws {
        let trickling = try Connection()
        try trickling.head()
        for _ in 0..<HTTPLimits.bodySeconds {
            #expect(trickling.isOpen)
            try trickling.body(1)
            trickling.pass(1)
        }
        #expect(!trickling.isOpen)
        let steady = try Connection()
        try steady.head()
        for _ in 0..<600 {
            try steady.body(HTTPLimits.leastBodyRate)
            steady.pass(1)
        }
        #expect(steady.isOpen)
        steady.pass(HTTPLimits.bodySeconds)
        #expect(!steady.isOpen)
    }

    @Test("What follows a refused request's head is read no further than the named bytes and time")
    func refused() throws {
        let endless = try Connection()
        try endless.head()
        endless.answer()
        for _ in 0..<HTTPLimits.aggregationJobBody >> 20 { try endless.body(1 << 20) }
        #expect(endless.isOpen)
        try endless.body(1)
        #expect(!endless.isOpen)
        let trickling = try Connection()
        try trickling.head()
        trickling.answer()
        for _ in 0..<HTTPLimits.bodySeconds {
            try trickling.body(1)
            trickling.pass(1)
        }
        #expect(!trickling.isOpen)
        let short = try Connection()
        try short.head()
        short.answer()
        try short.body(1000)
        try short.end()
        short.pass(HTTPLimits.idleSeconds - 1)
        try short.request()
        short.answer()
        #expect(short.isOpen)
    }

    @Test("An answer that the peer does not take ends the connection")
    func answer() throws {
        let connection = try Connection()
        try connection.request()
        connection.answer(taking: false)
        connection.pass(HTTPLimits.answerSeconds - 1)
        #expect(connection.isOpen)
        connection.pass(1)
        #expect(!connection.isOpen)
    }

    @Test("The time of a request that comes before the last one is answered begins with that answer")
    func pipelined() throws {
        let connection = try Connection()
        try connection.request()
        try connection.head()
        connection.pass(10 * HTTPLimits.bodySeconds)
        #expect(connection.isOpen)
        connection.answer()
        connection.pass(HTTPLimits.bodySeconds - 1)
        #expect(connection.isOpen)
        connection.pass(1)
        #expect(!connection.isOpen)
    }

    @Test("Among many connections an idle one is closed sooner")
    func crowd() throws {
        var limits = ConnectionLimits()
        limits.connections = 4
        let count = ConnectionCount()
        let connections = try (0..<3).map { _ in try Connection(limits, among: count) }
        #expect(count.value == 3)
        for connection in connections { connection.pass(HTTPLimits.crowdedIdleSeconds) }
        #expect(connections.map(\.isOpen) == [true, true, false])
        #expect(count.value == 2)
        try connections[0].request()
        connections[0].answer()
        connections[0].pass(HTTPLimits.idleSeconds - 1)
        #expect(connections[0].isOpen)
    }
}
