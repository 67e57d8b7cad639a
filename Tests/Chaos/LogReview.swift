import Foundation

/// What an aggregator logged at the levels error and critical.
struct LogReview {
    /// What is expected where disks are full and processes are killed: the store's own words.
    private static let expected = [
        "database or disk is full", "disk I/O error", "disk full", "No space left on device", "unable to open database",
        "cannot use it as the database",
    ]
    /// Different lines that are kept.
    private static let limit = 20

    /// How many errors were expected.
    private(set) var expectedCount = 0
    /// The others, with how often each was there.
    private(set) var others: [String: Int] = [:]

    /// Reads a log.
    init(path: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            let isRecord = words.count == 3 && ["error", "critical"].contains(words[1])
            guard isRecord || line.hasPrefix("error: ") || line.contains("Fatal error") else { continue }
            guard !Self.expected.contains(where: { line.contains($0) }) else {
                expectedCount += 1
                continue
            }
            let text = isRecord ? String(words[2]) : String(line)
            if others.count < Self.limit || others[text] != nil { others[text, default: 0] += 1 }
        }
    }
}
