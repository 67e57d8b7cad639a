import Foundation
import FuzzTargets

/// The inputs of a target that are kept: its seeds, and what fuzzing found.
struct Corpus {
    /// Where this package's corpora lie.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzzing/Corpora")

    let directory: URL

    init(_ target: FuzzTarget) { directory = Self.root.appending(path: target.rawValue) }

    /// Every input by its name.
    func inputs() throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { !$0.hasPrefix(".") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, Array(try Data(contentsOf: directory.appending(path: $0)))) })
    }

    func write(_ seed: FuzzSeed) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data(seed.bytes).write(to: directory.appending(path: seed.name))
    }
}
