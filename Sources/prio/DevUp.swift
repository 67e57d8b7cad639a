import ArgumentParser
import DAPHTTPClient
import Foundation
import MetricCatalog
import PrioCommand
import UnixSignals

/// Runs a leader and a helper on this machine until it is told to stop.
struct DevUp: Door {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs both aggregators on this machine, as two processes, until SIGINT or SIGTERM.",
        discussion: """
            The first time it writes keys, tokens, configurations and a catalog with URLs into the directory; later it \
            uses them again. A changed catalog changes the metrics, not the URLs and keys. In real life different \
            organisations run the two: who has both can see everything.
            """)

    @Option(help: ArgumentHelp("The catalog with the metrics, metrics.yaml.", valueName: "file"))
    var catalog: String

    @Option(help: ArgumentHelp("The directory for everything; made if it is missing.", valueName: "dir"))
    var dir: String

    @Option(help: ArgumentHelp("The leader's port; the first time 8787, if it is free.", valueName: "port"))
    var leaderPort: Int?

    @Option(help: ArgumentHelp("The helper's port; the first time 8788, if it is free.", valueName: "port"))
    var helperPort: Int?

    func validate() throws {
        for port in [leaderPort, helperPort].compactMap(\.self) where !(1...65_535).contains(port) {
            throw ValidationError("A port is a number from 1 to 65535")
        }
        guard leaderPort == nil || leaderPort != helperPort else {
            throw ValidationError("The two aggregators need different ports")
        }
        guard !dir.isEmpty else { throw ValidationError("--dir is empty") }
    }

    func perform() async throws {
        let program = try ProgramDirectory.path(of: "prio-aggregator")
        let source = try Catalog.load(catalog)
        let directory = DevelopmentDirectory(dir)
        // Before anything is written, so that nothing is left half done, and before the aggregators are there to stop.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try FileManager.default.createDirectory(
            atPath: PathText.directory(of: directory.path), withIntermediateDirectories: true)
        try SecretFile.createDirectory(directory.path)
        guard let lock = try await FileLock.take(directory.lock, patience: 0, clock: SystemClock()) else {
            throw CommandFailure(.badConfiguration, "\(dir): another `prio dev up` is running with this directory")
        }
        var setup = DevelopmentSetup(directory: directory, source: source)
        let up = try setup.prepare(wantedPorts: Ports(leader: leaderPort, helper: helperPort))
        let pair = AggregatorPair(program: program, directory: directory, ports: up.ports)
        try await HTTPTransport.use { transport in
            try await pair.run(until: signals, transport: transport) {
                Console.say(NextSteps(up: up, directory: directory).text(now: SystemClock().now()))
            }
        }
        _ = consume lock
    }
}

/// The ports that were asked for, nil where none was.
struct Ports {
    let leader: Int?
    let helper: Int?
}
