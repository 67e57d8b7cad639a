import ArgumentParser
import DAPMessages
import DAPRoles
import MetricCatalog
import PrioCommand

/// Shows whether the aggregator was restored from a backup.
struct Status: Door {
    static let configuration = CommandConfiguration(
        abstract: "Shows how many batches were released, and whether the database was restored from a backup.",
        discussion: """
            It looks at the database, whether or not the aggregator is running. A database that was put in place since the \
            last start is noticed by this command already. docs/operating.md says what to do.
            """)

    @OptionGroup var option: StoreOption

    func perform() async throws {
        try await option.use { store, configuration in
            var lines = [
                "role      \(configuration.role.rawValue)", "database  \(configuration.database)",
                "releases  \(try await store.releases())",
            ]
            if let block = try await store.releaseBlock() {
                lines += [
                    "restored  yes, by \(Self.text(block.restoredAt))",
                    "reason    \(block.reason)",
                    "blocked   through \(block.through), \(Self.text(block.through))",
                    block.isProven
                        ? "          for good: batches were released that the database has forgotten"
                        : "          until `prio-aggregator unblock`, if nothing was released since the backup",
                ]
            } else {
                lines.append("restored  no")
            }
            try Console.data(lines.joined(separator: "\n") + "\n")
        }
    }

    private static func text(_ second: UInt64) -> String { Timestamp.text(posixSeconds: second) }
}
