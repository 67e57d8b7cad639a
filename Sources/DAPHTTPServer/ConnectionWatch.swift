package import NIOCore
package import NIOHTTPTypes
import Synchronization

/// How many connections a server has.
package final class ConnectionCount: Sendable {
    private let count = Atomic(0)

    /// A count of none.
    package init() {}

    /// The connections that are open.
    package var value: Int { count.load(ordering: .relaxed) }

    func opened() { count.add(1, ordering: .relaxed) }
    func closed() { count.subtract(1, ordering: .relaxed) }
}

/// Closes a connection whose peer takes too long: for a request's head, for its body, or to receive an answer, however
/// steadily it sends a byte now and then; and one whose body has no end.
///
/// ```
/// between requests ── head ──▶ body is coming ── end ──▶ at work ── answer ──▶ between requests
///   │ head limit                 │ body limit                      │ answer limit
///   └────────────────────────────┴──────────▶ closed ◀─────────────┘
/// ```
/// A request may be answered before its body has come; the rest of it is under the same limits. The next request may come
/// before the answer: its time begins with the answer.
package final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let connections: ConnectionCount
    private var isCounted = false
    /// Requests whose answer has not been written as a whole.
    private var unanswered = 0
    private var isBodyComing = false
    private var bodyStart = NIODeadline.uptimeNanoseconds(0)
    private var bodyBytes = 0
    /// Of the head or the body that is awaited.
    private var requestTimer: Scheduled<Void>?
    private var answerTimer: Scheduled<Void>?

    /// A watch for one connection.
    package init(limits: ConnectionLimits, connections: ConnectionCount) {
        self.limits = limits
        self.connections = connections
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { end() }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isBodyComing = true
            bodyBytes = 0
            requestTimer?.cancel()
            if unanswered == 1 { beginBody(context) }
        case .body(let part):
            bodyBytes += part.readableBytes
            if bodyBytes > limits.bodyBytes, unanswered == 0 { return context.close(promise: nil) }
        case .end:
            isBodyComing = false
            requestTimer?.cancel()
            if unanswered == 0 { awaitHead(context) }
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            // 100 Continue and its like are no answers.
            if head.status.kind != .informational { beginAnswer(context) }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            let bound = NIOLoopBound((watch: self, context: context), eventLoop: context.eventLoop)
            written.futureResult.whenComplete { result in
                if case .success = result { bound.value.watch.answered(bound.value.context) }
            }
            context.write(data, promise: written)
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !isCounted else { return }
        isCounted = true
        connections.opened()
        awaitHead(context)
    }

    private func end() {
        requestTimer?.cancel()
        answerTimer?.cancel()
        guard isCounted else { return }
        isCounted = false
        connections.closed()
    }

    private func awaitHead(_ context: ChannelHandlerContext) {
        requestTimer?.cancel()
        let isCrowded = connections.value > limits.connections / 2
        let seconds = isCrowded ? min(limits.crowdedHead, limits.head) : limits.head
        requestTimer = close(context, at: context.eventLoop.now + .seconds(Int64(seconds)))
    }

    private func beginBody(_ context: ChannelHandlerContext) {
        bodyStart = context.eventLoop.now
        awaitBody(context)
    }

    /// Looks again when the time is over that the bytes so far have earned.
    private func awaitBody(_ context: ChannelHandlerContext) {
        let seconds = limits.body + bodyBytes / limits.leastBodyRate
        let deadline = bodyStart + .seconds(Int64(seconds))
        guard deadline > context.eventLoop.now else { return context.close(promise: nil) }
        requestTimer?.cancel()
        let bound = NIOLoopBound((watch: self, context: context), eventLoop: context.eventLoop)
        requestTimer = context.eventLoop.scheduleTask(deadline: deadline) {
            bound.value.watch.awaitBody(bound.value.context)
        }
    }

    private func beginAnswer(_ context: ChannelHandlerContext) {
        answerTimer?.cancel()
        answerTimer = close(context, at: context.eventLoop.now + .seconds(Int64(limits.answer)))
    }

    private func answered(_ context: ChannelHandlerContext) {
        guard isCounted else { return }
        answerTimer?.cancel()
        // The answer to what is no HTTP belongs to no request.
        unanswered = max(0, unanswered - 1)
        switch (isBodyComing, unanswered) {
        // What is left of a refused request is under its own time.
        case (true, 0): break
        case (true, _): beginBody(context)
        case (false, 0): awaitHead(context)
        case (false, _): break
        }
    }

    private func close(_ context: ChannelHandlerContext, at deadline: NIODeadline) -> Scheduled<Void> {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(deadline: deadline) { bound.value.close(promise: nil) }
    }
}
