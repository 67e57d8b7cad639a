import VDAF

/// Times a piece of work again and again, until both enough runs and enough time have passed.
struct Stopwatch {
    /// Microseconds per report.
    struct Times {
        let least: Double
        let median: Double
    }

    private let fewestRuns: Int
    private let mostRuns: Int
    private let enough: Duration
    private let clock = ContinuousClock()

    init(quick: Bool) {
        fewestRuns = quick ? 3 : 5
        mostRuns = quick ? 20 : 200
        enough = .milliseconds(quick ? 50 : 600)
    }

    /// Runs `work`, which handles `reports` reports, once to warm up and then for its times.
    func time(reports: Int, _ work: () throws -> Void) rethrows -> Times {
        try work()
        var runs = [Double]()
        let start = clock.now
        while runs.count < fewestRuns || (runs.count < mostRuns && start.duration(to: clock.now) < enough) {
            let elapsed = try clock.measure { try work() }
            runs.append(Self.microseconds(elapsed) / Double(reports))
        }
        runs.sort()
        return Times(least: runs[0], median: runs[runs.count / 2])
    }

    /// The least time of one scalar Keccak-p[1600, 12] permutation: the unit to compare machines in.
    func keccakNanoseconds() -> Double {
        var state = [UInt64](repeating: 0, count: 25)
        var least = Double.infinity
        state.withUnsafeMutableBufferPointer { state in
            guard let base = state.baseAddress else { return }
            for _ in 0..<20 {
                let elapsed = clock.measure { for _ in 0..<500 { Keccak.permute(base) } }
                least = min(least, Self.microseconds(elapsed) * 1000 / 500)
            }
        }
        return least
    }

    private static func microseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e6 + Double(duration.components.attoseconds) / 1e12
    }
}
