import ArgumentParser
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation

/// Runs simulations of one seed after the other; `scripts/simulate` builds and starts it.
@main
struct PrioSimulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prio-simulate",
        abstract: "Runs leader, helper, clients and collector with faults drawn from seeds, and checks every total.")

    /// Where the aggregators keep their data.
    enum StoreKind: String, ExpressibleByArgument {
        case memory, sqlite
    }

    @Option(help: "How many seeds to run.")
    var seeds: UInt64 = 1000

    @Option(help: "The first of them.")
    var firstSeed: UInt64 = 1

    @Option(help: "Run this seed alone, say its steps, and shrink them when they break a law.")
    var replay: UInt64?

    @Option(help: "Where the aggregators keep their data: memory or sqlite.")
    var store = StoreKind.memory

    @Option(
        help: ArgumentHelp("A bug to put into the aggregators, to see that it is found.", visibility: .hidden),
        transform: { name in
            guard let defect = SimulationDefect(rawValue: name) else {
                throw ValidationError("there is no bug \(name)")
            }
            return defect
        })
    var defect: SimulationDefect?

    @Option(help: "How many simulations run at the same time.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    func run() async throws {
        if let replay {
            try await self.replay(replay)
            return
        }
        var tally = Tally(total: seeds)
        try await withThrowingTaskGroup(of: (UInt64, Simulation.Outcome).self) { group in
            var next = firstSeed
            func start() {
                guard next - firstSeed < seeds else { return }
                let seed = next
                next += 1
                group.addTask { (seed, try await outcome(Simulation(seed: seed, defect: defect))) }
            }
            for _ in 0..<max(1, jobs) { start() }
            for try await (seed, outcome) in group {
                tally.add(outcome)
                if let violation = outcome.violation {
                    group.cancelAll()
                    print("seed \(seed) breaks the law \(violation)")
                    try await explain(Simulation(seed: seed, defect: defect), violation)
                    throw ExitCode.failure
                }
                start()
            }
        }
        print(tally)
    }

    private func replay(_ seed: UInt64) async throws {
        let simulation = Simulation(seed: seed, defect: defect)
        print(simulation)
        let outcome = try await outcome(simulation)
        guard let violation = outcome.violation else {
            print(
                "clean: \(outcome.countedReports) reports in \(outcome.results) results, \(outcome.budgetRefusals) refused by an account; digest \(outcome.digest)"
            )
            return
        }
        print("breaks the law \(violation)")
        try await explain(simulation, violation)
        throw ExitCode.failure
    }

    private func explain(_ simulation: Simulation, _ violation: SimulationViolation) async throws {
        print("shrinking …")
        let shrunk = try await withStores { try await simulation.shrunk(breaking: violation.law, $0) }
        print(shrunk)
        if let violation = try await outcome(shrunk).violation { print("breaks the law \(violation)") }
        print("again: scripts/simulate --replay \(simulation.settings.seed) --store \(store.rawValue)")
    }

    private func outcome(_ simulation: Simulation) async throws -> Simulation.Outcome {
        try await withStores { try await simulation.run($0) }
    }

    /// Gives stores of its own to each run, and takes their files away in the end.
    private func withStores<Result>(_ body: (@escaping Simulation.MakeStore) async throws -> Result) async throws
        -> Result
    {
        guard store == .sqlite else { return try await body { _ in MemoryStore() } }
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "prio-simulate-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body { _ in
            try SQLiteStore(path: directory.appending(path: "\(UUID().uuidString).sqlite").path)
        }
    }
}

/// What the runs led to so far; it says so from time to time.
private struct Tally: CustomStringConvertible {
    /// Seeds between two lines.
    private static let interval: UInt64 = 500

    let total: UInt64
    private var seeds: UInt64 = 0
    private var reports = 0
    private var results = 0
    private var budgetRefusals = 0

    init(total: UInt64) { self.total = total }

    mutating func add(_ outcome: Simulation.Outcome) {
        seeds += 1
        reports += outcome.countedReports
        results += outcome.results
        budgetRefusals += outcome.budgetRefusals
        if seeds.isMultiple(of: Self.interval), seeds < total {
            FileHandle.standardError.write(Data("\(seeds) of \(total) seeds\n".utf8))
        }
    }

    var description: String {
        "\(seeds) seeds clean: \(reports) reports in \(results) results; accounts refused \(budgetRefusals) batches"
    }
}
