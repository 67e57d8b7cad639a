import ArgumentParser
import DifferentialPrivacy

/// What a draw of noise costs, and the figures that scripts/dp-crosscheck compares with those of others.
struct NoiseBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "noise",
        abstract: "Measures what a draw of noise costs, in microseconds.",
        discussion: """
            Without options each line gives the least and the median time per draw over several runs. --laplace and \
            --gaussian choose a distribution, by whole numbers or fractions such as 1171/500; --print prints draws.
            """)

    @Option(help: "Only the discrete Laplace distribution with this scale; may be repeated.")
    var laplace: [NoiseParameter] = []

    @Option(help: "Only the discrete Gaussian distribution with this variance; may be repeated.")
    var gaussian: [NoiseParameter] = []

    @Option(help: "Prints so many draws, a line each, instead of times.")
    var print: Int?

    @Option(help: "The seed of what is printed (default: a random one).")
    var seed: UInt64?

    @Option(help: "Prints the ε of this ρ at --delta: a decimal number as in a catalog.")
    var epsilonOfRho: NoiseRho?

    @Option(help: "For --epsilon-of-rho: how many releases of that ρ there are.")
    var releases: UInt64 = 1

    @Option(help: "For --epsilon-of-rho: above 0 and below 1.")
    var delta: Double = 1e-9

    @Flag(help: "A short look.")
    var quick = false

    func validate() throws {
        guard print.map({ (1...10_000_000).contains($0) }) ?? true else {
            throw ValidationError("--print takes 1 to 10,000,000")
        }
        guard delta > 0, delta < 1 else { throw ValidationError("δ lies between 0 and 1") }
    }

    func run() throws {
        if let epsilonOfRho {
            let rho = epsilonOfRho.amount.times(releases).value
            Swift.print(ZeroConcentrated.epsilon(rho: rho, delta: delta))
            return
        }
        let chosen: [(name: String, distribution: NoiseDistribution)] =
            laplace.map { ("laplace \($0.text)", .laplace(scale: $0.value)) }
            + gaussian.map { ("gaussian \($0.text)", .gaussian(variance: $0.value)) }
        if let print {
            for (_, distribution) in chosen { printDraws(print, of: distribution) }
            return
        }
        measure(chosen.isEmpty ? Self.ordinary : chosen)
    }

    private func printDraws(_ count: Int, of distribution: NoiseDistribution) {
        var random = RepeatableSeed(seed: seed ?? UInt64.random(in: .min ... .max))
        for number in NoiseMechanism(distribution).draw(count: count, using: &random) { Swift.print(number) }
    }

    private func measure(_ chosen: [(name: String, distribution: NoiseDistribution)]) {
        let stopwatch = Stopwatch(quick: quick)
        let draws = 4096
        var random = SystemRandomNumberGenerator()
        Swift.print("  min µs  median µs  distribution")
        for (name, distribution) in chosen {
            let mechanism = NoiseMechanism(distribution)
            let times = stopwatch.time(reports: draws) { _ = mechanism.draw(count: draws, using: &random) }
            Swift.print("\(Self.column(times.least, 8))  \(Self.column(times.median, 9))  \(name)")
        }
    }

    private static func column(_ microseconds: Double, _ width: Int) -> String {
        let text = "\((microseconds * 1000).rounded() / 1000)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Sensitivities from 1 to 2^32 with ε from 0.1 to 10, one of nine digits among them, and variances up to 2^60.
    private static let ordinary: [(name: String, distribution: NoiseDistribution)] = {
        let laplace: [(String, UInt128, UInt128)] = [
            ("Δ 1, ε 10", 1, 10_000_000_000), ("Δ 1, ε 1", 1, 1_000_000_000), ("Δ 2, ε 0.1", 2, 100_000_000),
            ("Δ 255, ε 0.123456789", 255, 123_456_789), ("Δ 2^32, ε 10", 1 << 32, 10_000_000_000),
            ("Δ 2^32, ε 0.1", 1 << 32, 100_000_000), ("Δ 2^32, ε 0.123456789", 1 << 32, 123_456_789),
        ]
        let gaussian: [(String, UInt128, UInt128)] = [
            ("σ² 1/2", 1, 2), ("σ² 4", 4, 1), ("σ² 10,000", 10_000, 1),
            ("Δ² 20, ρ 0.123456789", 20 * 1_000_000_000, 2 * 123_456_789), ("σ² 2^40", 1 << 40, 1),
            ("σ² 2^60", 1 << 60, 1), ("Δ² 2^57, ρ 0.123456789", (1 << 57) * 1_000_000_000, 2 * 123_456_789),
        ]
        return laplace.map { ("laplace \($0)", .laplace(scale: Rational($1 * 1_000_000_000, over: $2))) }
            + gaussian.map { ("gaussian \($0)", .gaussian(variance: Rational($1, over: $2))) }
    }()
}

/// A whole number or a fraction of two.
struct NoiseParameter: ExpressibleByArgument {
    let text: String
    let value: Rational

    init?(argument: String) {
        let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let numerator = UInt128(first),
            let denominator = parts.count == 2 ? UInt128(parts[1]) : 1, denominator > 0
        else { return nil }
        text = argument
        value = Rational(numerator, over: denominator)
    }
}

/// A decimal number.
struct NoiseRho: ExpressibleByArgument {
    let amount: PrivacyAmount

    init?(argument: String) {
        guard let amount = PrivacyAmount(decimal: argument) else { return nil }
        self.amount = amount
    }
}

/// Gives a mechanism's seed: one number and zeros, so that draws can be repeated. Nothing secret comes from it.
private struct RepeatableSeed: RandomNumberGenerator {
    private var rest: UInt64

    init(seed: UInt64) { rest = seed }

    mutating func next() -> UInt64 {
        defer { rest = 0 }
        return rest
    }
}
