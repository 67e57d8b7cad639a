import NIOCore
import NIOPosix

/// Bytes to a server and back, whatever they are.
enum RawConnection {
    /// Sends bytes and reads what comes until the server closes, or the text is found.
    ///
    /// - Parameters:
    ///   - body: what follows the text.
    ///   - port: of a server on this machine.
    ///   - closing: whether to hang up after sending instead of reading.
    static func exchange(
        _ text: String, body: [UInt8] = [], port: Int, until end: String = "\r\n\r\n", closing: Bool = false
    ) async throws -> String {
        let channel = try await connect(port)
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: Array(text.utf8) + body))
            var received = ""
            if closing { return received }
            for try await part in inbound {
                received += String(buffer: part)
                if received.contains(end) { break }
            }
            return received
        }
    }
}

extension RawConnection {
    /// Sends bytes, then now and then one more, and reads until the server closes.
    static func trickle(_ text: String, _ more: String? = nil, port: Int) async throws -> String {
        let channel = try await connect(port)
        return try await channel.executeThenClose { inbound, outbound in
            do {
                try await outbound.write(ByteBuffer(string: text))
            } catch ChannelError.ioOnClosedChannel {
                // On a slow machine the server may hang up first.
                return ""
            }
            return try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    // Until the server closes.
                    while let more, (try? await outbound.write(ByteBuffer(string: more))) != nil {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    return nil
                }
                group.addTask {
                    var received = ""
                    do {
                        for try await part in inbound { received += String(buffer: part) }
                    } catch is IOError {
                        // A reset is the end as well.
                    }
                    return received
                }
                defer { group.cancelAll() }
                for try await received in group { if let received { return received } }
                return ""
            }
        }
    }

    /// Sends a request, reads its answer's head, and does something before it hangs up.
    static func holding<Value: Sendable>(
        _ request: String, port: Int, _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await connect(port).executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var received = ""
            var parts = inbound.makeAsyncIterator()
            while !received.contains("\r\n\r\n"), let part = try await parts.next() { received += String(buffer: part) }
            return try await work()
        }
    }

    private static func connect(_ port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
    }
}
