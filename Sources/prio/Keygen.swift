import ArgumentParser
import PrioCommand

/// Makes keys.
struct Keygen: Entrance {
    static let configuration = CommandConfiguration(
        abstract: "Makes keys.", subcommands: [KeygenCollector.self])
}
