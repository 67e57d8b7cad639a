import ArgumentParser
import PrioCommand

/// Everything on one machine.
struct Dev: Entrance {
    static let configuration = CommandConfiguration(
        abstract: "Runs everything on one machine, to try it out.", subcommands: [DevUp.self])
}
