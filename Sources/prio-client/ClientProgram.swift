import ArgumentParser
import PrioCommand

@main
struct ClientProgram: Entrance {
    static let configuration = CommandConfiguration(
        commandName: "prio-client",
        abstract: "Answers privately: splits each answer in two, seals each half to one of two aggregators.",
        subcommands: [Submit.self])
}
