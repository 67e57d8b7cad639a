import ArgumentParser
import Foundation
import PrioCommand
import UnixSignals

/// Attacks two aggregators while they work, and checks that nothing is lost and nothing counted twice.
@main
struct ChaosProgram: Door {
    static let configuration = CommandConfiguration(
        commandName: "prio-chaos",
        abstract: "Kills aggregators while reports come in, and checks what they counted.",
        discussion: """
            Everything is on this machine and in a temporary directory of its own, which is kept if something is found. \
            The exit code is 0 when the totals are exact, otherwise 1.
            """)

    /// The exit code after a signal, as shells have it after Ctrl-C.
    private static let interrupted: Int32 = 130

    @Option(help: ArgumentHelp("How often an aggregator is killed.", valueName: "number"))
    var kills = 100

    @Option(help: ArgumentHelp("What chances are drawn from; random if it is not given.", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "A check of the checker: let it believe something wrong of one report. The run must then find it.",
            valueName: PlantedDefect.allCases.map(\.rawValue).joined(separator: "|")))
    var plant: PlantedDefect?

    func validate() throws {
        guard (1...100_000).contains(kills) else { throw ValidationError("--kills is 1 to 100000") }
    }

    func perform() async throws {
        // Inherited by the aggregators: a write beyond a limit fails instead of ending them.
        signal(SIGXFSZ, SIG_IGN)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let seed = seed ?? UInt64.random(in: 0...0xffff_ffff)
        Console.say("chaos: seed \(seed), \(kills) kills")
        let directory = try Self.temporaryDirectory()
        let plant = plant.map { Plant($0) }
        let run = ChaosRun(kills: kills, seed: seed, directory: directory, plant: plant)
        let work = Task { try await run.run() }
        let watch = Task {
            for await _ in signals { work.cancel() }
        }
        defer { watch.cancel() }
        let summary = try await work.value
        try Console.data(summary.text)
        for line in run.findings.lines { Console.say("  \(line)") }
        guard !work.isCancelled else {
            try? FileManager.default.removeItem(atPath: directory)
            throw ExitCode(Self.interrupted)
        }
        if let plant, !plant.isPlanted { throw CommandFailure(.other, "nothing was planted; try more kills") }
        guard run.findings.count > 0 else {
            try? FileManager.default.removeItem(atPath: directory)
            try Console.data("Nothing is lost and nothing counted twice.\n")
            return
        }
        throw CommandFailure(
            .other, "\(run.findings.count) things are not as they must be (seed \(seed))",
            hint: "logs and databases are in \(directory)")
    }

    private static func temporaryDirectory() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("prio-chaos-\(UUID().uuidString)").path
        try SecretFile.createDirectory(path)
        return path
    }
}
