import Logging
import NIOCore
import NIOPosix
import Synchronization

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
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
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

/// A logger that remembers what it was told at error level.
struct ErrorLog: LogHandler {
    private let errors: Mutexed
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    final class Mutexed: Sendable {
        let messages = Mutex<[String]>([])
    }

    init(_ errors: Mutexed) { self.errors = errors }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        errors.messages.withLock { $0.append("\(event.message)") }
    }
}
