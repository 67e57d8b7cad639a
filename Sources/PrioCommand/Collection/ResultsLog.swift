public import DAPMessages
import Foundation

/// The file in which a collector keeps every result that was released to it: JSON, one object a line, only ever
/// appended to. A result is durable here before it is shown, so that nothing is asked for twice. It is the collector's
/// own secret: numbers that are too small to be shown are here in full.
///
/// One process at a time may have it open; take a `FileLock` first.
public final class ResultsLog {
    /// Bytes of the largest file that is read.
    public static let limit = 1 << 30

    /// The results in the order of the file.
    public private(set) var results: [CollectedResult]
    /// Whether the file ended in the middle of a line, as after a crash; that line is gone.
    public let wasRepaired: Bool

    private let path: String
    private let file: Descriptor

    /// Opens the file, or creates it with mode 0600, and reads it.
    ///
    /// - Throws: `FileError`; also if a line is damaged, other than a last one without a line end.
    public init(path: String) throws {
        self.path = path
        file = try Descriptor(
            opening: path, O_RDWR | O_APPEND | O_CREAT, mode: SecretFile.mode, purpose: .output, to: "open it")
        try FileContent.synchronizeDirectory(of: path)
        let bytes = try FileContent.rest(of: file.number, path: path, limit: Self.limit, purpose: .data)
        let (results, intact) = try Self.lines(of: bytes, path: path)
        self.results = results
        wasRepaired = intact < bytes.count
        if wasRepaired {
            guard ftruncate(file.number, off_t(intact)) == 0 else {
                throw FileError(errnoAt: path, "take the damaged last line away", purpose: .output)
            }
        } else if !bytes.isEmpty, bytes.last != UInt8(ascii: "\n") {
            try Descriptor.write([UInt8(ascii: "\n")], to: file.number, path: path)
        }
    }

    /// The results of a file that another process may be writing: it is only read, and half a line at its end is passed
    /// over.
    ///
    /// - Returns: nothing if there is no such file.
    /// - Throws: `FileError`.
    public static func read(path: String) throws -> [CollectedResult] {
        guard access(path, F_OK) == 0 else { return [] }
        let file = try Descriptor(opening: path, O_RDONLY, purpose: .data, to: "open it")
        let bytes = try FileContent.rest(of: file.number, path: path, limit: limit, purpose: .data)
        return try lines(of: bytes, path: path).results
    }

    /// The results in a file's bytes, and how many of the bytes are whole lines.
    private static func lines(of bytes: [UInt8], path: String) throws -> (results: [CollectedResult], intact: Int) {
        var results: [CollectedResult] = []
        var intact = 0
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let isLast = line.endIndex == bytes.endIndex
            if line.isEmpty {
                intact = isLast ? intact : line.endIndex + 1
            } else if let result = try? JSONDecoder().decode(CollectedResult.self, from: Data(line)) {
                results.append(result)
                intact = isLast ? line.endIndex : line.endIndex + 1
            } else if isLast {
                // Written by half when the machine stopped.
                break
            } else {
                throw FileError(path, "line \(index + 1) is damaged", purpose: .data)
            }
        }
        return (results, intact)
    }

    /// Adds a result durably.
    public func append(_ result: CollectedResult) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(result)
        try Descriptor.write(Array(line) + [UInt8(ascii: "\n")], to: file.number, path: path)
        try file.synchronize(path: path)
        results.append(result)
    }

    /// The results of a task, in the order in which they were collected.
    public func results(task: TaskID) -> [CollectedResult] { results.filter { $0.taskID == task } }

    /// The result of a task that was released for exactly this window.
    public func result(task: TaskID, window: TimeWindow) -> CollectedResult? {
        results.last { $0.taskID == task && $0.window == window }
    }

    /// The results of a task whose window has something in common with this one.
    public func overlapping(task: TaskID, window: TimeWindow) -> [CollectedResult] {
        results.filter { $0.taskID == task && $0.window.overlaps(window) }
    }
}
