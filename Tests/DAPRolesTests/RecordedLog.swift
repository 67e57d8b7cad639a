import Logging
import Synchronization

/// What was logged, at every level.
final class RecordedLog: Sendable {
    struct Record: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let state = Mutex<[Record]>([])

    /// The records so far with a message.
    func records(_ message: String, atLeast level: Logger.Level = .warning) -> [Record] {
        state.withLock { $0.filter { $0.message == message && $0.level >= level } }
    }

    /// A logger that is remembered here.
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(log: RecordedLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).mapValues { "\($0)" }
            log.state.withLock {
                $0.append(Record(level: event.level, message: "\(event.message)", metadata: metadata))
            }
        }
    }
}
