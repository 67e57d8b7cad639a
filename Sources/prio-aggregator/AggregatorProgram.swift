import ArgumentParser
import PrioCommand

@main
struct AggregatorProgram: Entrance {
    static let configuration = CommandConfiguration(
        commandName: "prio-aggregator",
        abstract: "One of the two aggregators: a leader or a helper.",
        subcommands: [Serve.self, Status.self, Budget.self, Backup.self, Unblock.self])
}
