import ArgumentParser
import PrioCommand

@main
struct InteropProgram: Entrance {
    static let configuration = CommandConfiguration(
        commandName: "prio-interop",
        abstract: "The interoperation test API of DAP, for tests against other implementations and for nothing else.",
        discussion: """
            Everybody who reaches the port can give it tasks, keys and measurements: keep it on loopback or in a network \
            of its own. docs/interop.md tells how to run the four parties.
            """,
        subcommands: [RunClient.self, RunAggregator.self, RunCollector.self])
}
