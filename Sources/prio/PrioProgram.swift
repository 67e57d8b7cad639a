import ArgumentParser
import PrioCommand

@main
struct PrioProgram: Entrance {
    static let configuration = CommandConfiguration(
        commandName: "prio",
        abstract: "Sets up private aggregation: makes keys, and runs everything on one machine to try it out.",
        subcommands: [Keygen.self, Dev.self])
}
