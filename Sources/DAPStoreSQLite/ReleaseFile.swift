import DAPRoles
import Foundation

/// The small file beside the database, `<database>.releases`, with the store's tally of all tasks. It is written after
/// each release, so a database that was set back is behind it.
/// ```
/// releases 1
/// q83vEjRWeJASNFZ4kBI0Vg.12
/// ```
struct ReleaseFile {
    /// The first line: what kind of file it is, in which form.
    private static let heading = "releases 1"
    /// The longest file that is read, in bytes: longer than any that is written.
    private static let longestText = 256

    enum Content: Equatable {
        /// There is no file.
        case missing
        /// It is not what was ever written.
        case unreadable
        /// The tally in it.
        case tally(ReleaseTally)
    }

    /// Where the file is.
    let path: String

    init(database: String) { path = database + ".releases" }

    /// - Throws: `SQLiteStoreError` (`releaseFile`) when there is a file that cannot be read.
    func read() throws -> Content {
        guard let bytes = try StoreFile.read(path, limit: Self.longestText) else { return .missing }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, lines[0] == Self.heading, lines[2].isEmpty, let tally = ReleaseTally(text: lines[1])
        else { return .unreadable }
        return .tally(tally)
    }

    /// Puts a tally in place of what is there, whole or not at all, and durably.
    ///
    /// - Throws: `SQLiteStoreError` (`releaseFile`).
    func write(_ tally: ReleaseTally) throws {
        try StoreFile.replace(path, with: Array("\(Self.heading)\n\(tally)\n".utf8))
    }
}
