import DAPMessages
import Foundation
public import Logging
import MetricCatalog

/// Writes log records to stderr, one line each: time, level, message, metadata.
///
/// ```
/// 2026-03-01T12:00:00.123Z info ready role=leader tasks=6
/// ```
public struct LineLogHandler: LogHandler {
    /// The least level that is written.
    public var logLevel: Logger.Level
    /// Metadata of every record.
    public var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    /// A handler for stderr.
    public init(level: Logger.Level) {
        self.init(level: level, write: Console.say)
    }

    package init(level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
        logLevel = level
        self.write = write
    }

    /// The metadata of every record, by key.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record.
    public func log(event: LogEvent) {
        var line = "\(Self.time()) \(event.level) \(Self.oneLine(event.message.description))"
        let metadata = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(Self.oneLine(key))=\(Self.quotedIfNeeded(value.description))"
        }
        write(line)
    }

    private static func time() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
        let seconds = UInt64(max(time.tv_sec, 0))
        return "\(Timestamp.text(posixSeconds: seconds).dropLast()).\(milliseconds)Z"
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
        return isPlain ? text : "\"" + oneLine(text).replacing("\"", with: "'") + "\""
    }

    /// Records can quote a peer: nothing in them may end the line or steer a terminal.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
