import ArgumentParser
import PrioCommand

@main
struct CollectorProgram: Entrance {
    static let configuration = CommandConfiguration(
        commandName: "prio-collector",
        abstract: "Collects totals: asks for windows of time or batches, opens both aggregators' shares and adds them.",
        subcommands: [Collect.self, Forecast.self, Budget.self])
}
