import ArgumentParser
import DAPStoreSQLite
import PrioCommand

/// Copies the database while the aggregator works.
struct Backup: Door {
    static let configuration = CommandConfiguration(
        abstract: "Copies the database into a file, while the aggregator is running or not.",
        discussion: """
            The copy is whole and as of one moment. It holds input shares and must be kept as secret as the database. \
            docs/operating.md says how to restore it.
            """)

    @OptionGroup var option: StoreOption

    @Argument(help: ArgumentHelp("The copy, a new file of mode 0600.", valueName: "file"))
    var file: String

    func perform() async throws {
        try await option.use { store, _ in
            do {
                try store.backUp(to: file)
            } catch let error as SQLiteStoreError {
                throw CommandFailure(.other, "no backup was made: \(error.reason)")
            } catch {
                throw CommandFailure(.other, "\(file): no backup was made: \(error)")
            }
        }
    }
}
