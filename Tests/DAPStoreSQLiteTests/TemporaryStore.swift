import DAPStoreSQLite
import Foundation

/// A directory for one store, which goes away with the value.
final class TemporaryDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "prio-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Where the store's file is.
    var storePath: String { url.appending(path: "store.sqlite").path }

    func open() throws -> SQLiteStore { try SQLiteStore(path: storePath) }
}
