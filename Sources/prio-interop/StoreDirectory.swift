import Foundation
import PrioCommand

/// Where an aggregator's database is.
enum StoreDirectory {
    /// Gives `body` the path of the given file, or of one in a directory that is removed afterwards.
    ///
    /// - Throws: what `body` throws; `FileError` when there can be no directory.
    static func use(_ given: String?, _ body: (_ path: String) async throws -> Void) async throws {
        if let given { return try await body(given) }
        let directory = FileManager.default.temporaryDirectory.path + "/prio-interop-\(UUID().uuidString)"
        try SecretFile.createDirectory(directory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory + "/store.sqlite")
    }
}
