import ArgumentParser
import HPKE
import VDAF

/// Measures what a report costs a client and two aggregators, on the core it runs on.
@main
struct BenchProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prio-bench",
        abstract: "Measures what a report costs, in microseconds.",
        discussion: """
            Operations: shard, leader (both its steps), helper (decode, verify, combine, accumulate) and open (HPKE).
            Each line gives the least and the median time per report over several runs, and the time of one scalar \
            Keccak permutation on the same core, the unit to compare machines in. PRIO_KERNELS=portable, avx2 or \
            avx512 chooses the instructions.
            """,
        subcommands: [GarbageBench.self, NoiseBench.self])

    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(help: "table or json.")
    var output = Output.table

    @Option(name: .customLong("operation"), help: "Only this operation; may be repeated.")
    var operations: [BenchOperation] = []

    @Option(name: .customLong("case"), help: "Only this case, such as histogram-100-10; may be repeated.")
    var cases: [BenchCase] = []

    @Option(name: .customLong("batch"), help: "Reports at a time, 1 to 4096; may be repeated (default: 1 and 512).")
    var batches: [Int] = []

    @Flag(help: "A short look: batches of 64, few runs, no case that takes long.")
    var quick = false

    @Flag(name: .customLong("list"), help: "Prints the cases and exits.")
    var list = false

    func validate() throws {
        guard batches.allSatisfy({ (1...4096).contains($0) }) else {
            throw ValidationError("--batch takes 1 to 4096")
        }
    }

    func run() async throws {
        if list {
            for benchCase in BenchCase.all { print(benchCase.name) }
            return
        }
        let operations = self.operations.isEmpty ? BenchOperation.allCases : self.operations
        let chosen = cases.isEmpty ? BenchCase.all.filter { !quick || !$0.isLong } : cases
        let batches = self.batches.isEmpty ? (quick ? [64] : [1, 512]) : self.batches
        let stopwatch = Stopwatch(quick: quick)
        var results = BenchResults(output: output)
        for benchCase in chosen {
            for batch in batches {
                let offered = operations.filter { benchCase.offers($0) }
                for (operation, times) in try benchCase.measure(offered, batch: batch, with: stopwatch) {
                    results.append(
                        BenchResult(
                            operation: operation, name: benchCase.name, batch: batch, times: times,
                            keccakNanoseconds: stopwatch.keccakNanoseconds()))
                }
            }
        }
        try results.finish()
    }
}
