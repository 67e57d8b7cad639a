import DAPRoles
import Hummingbird
import Synchronization

/// What one request takes of the gauge.
final class RequestShare: Sendable {
    private struct Taken {
        var bytes = 0
        var isAtWork = false
    }

    private let gauge: RequestGauge
    private let second: @Sendable () -> UInt64
    private let taken = Mutex(Taken())

    /// - Parameter second: of a clock that never goes back.
    init(of gauge: RequestGauge, second: @escaping @Sendable () -> UInt64) {
        self.gauge = gauge
        self.second = second
    }

    /// The request has come and is at work.
    ///
    /// - Throws: `DAPAbort` busy.
    func begin() throws {
        try taken.withLock { taken in
            guard !taken.isAtWork else { return }
            guard gauge.begin(at: second()) else { throw busy("too many requests are at work") }
            taken.isAtWork = true
        }
    }

    /// A part of the body has come.
    ///
    /// - Throws: `DAPAbort` busy.
    func take(bytes: Int) throws {
        try taken.withLock { taken in
            guard gauge.take(bytes: bytes) else { throw busy("too many bytes are at work") }
            taken.bytes += bytes
        }
    }

    /// The request is done: gives everything back.
    func end() {
        taken.withLock { taken in
            gauge.giveBack(bytes: taken.bytes)
            if taken.isAtWork { gauge.end(at: second()) }
            taken = Taken()
        }
    }

    private func busy(_ detail: String) -> DAPAbort {
        DAPAbort(.busy, detail, retryAfter: gauge.pause(at: second()))
    }
}

/// A body whose bytes are counted as they come; with its end its request is at work.
struct MeteredBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let base: RequestBody
    let share: RequestShare

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator
        let share: RequestShare

        mutating func next() async throws -> ByteBuffer? {
            guard let part = try await base.next() else {
                try share.begin()
                return nil
            }
            try share.take(bytes: part.readableBytes)
            return part
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), share: share) }
}
