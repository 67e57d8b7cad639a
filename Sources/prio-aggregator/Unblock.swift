import ArgumentParser
import DAPRoles
import PrioCommand

/// Lifts the block of a database that was restored from a backup.
struct Unblock: Door {
    static let configuration = CommandConfiguration(
        abstract: "Lifts the block of a restored database, if nothing was released since the backup.",
        discussion: """
            Only for an operator who knows, from the collectors' results, that no batch was released between the backup and \
            the restore. Whoever errs here lets a batch be released twice in different compositions, whose difference can \
            show single persons' measurements. The aggregator must be stopped, or started again afterwards.
            """)

    @OptionGroup var option: StoreOption

    @Option(
        help: ArgumentHelp(
            "The end of the block in POSIX seconds, as `status` shows it: nothing was released up to then.",
            valueName: "second"))
    var nothingWasReleasedUntil: UInt64

    func perform() async throws {
        try await option.use { store, configuration in
            guard let block = try await store.releaseBlock() else {
                throw CommandFailure(.badData, "\(configuration.database) is not blocked")
            }
            guard !block.isProven else {
                throw CommandFailure(
                    .badData, "the block cannot be lifted: \(block.reason)",
                    hint: "batches of the time before stay refused; what comes later is collected as usual")
            }
            guard try await store.liftReleaseBlock(through: nothingWasReleasedUntil) else {
                throw CommandFailure(
                    .badData, "the block ends at \(block.through), not at \(nothingWasReleasedUntil)",
                    hint: "`prio-aggregator status` shows it")
            }
            Console.say("The block is lifted. An aggregator that is running must be started again.")
        }
    }
}
