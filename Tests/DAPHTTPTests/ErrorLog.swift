import Logging
import Synchronization

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
