import MetricCatalog

/// The sum of several results: of what has been released, so no new release.
struct ResultTotal {
    private(set) var windows: UInt64 = 0
    private(set) var reports: UInt64 = 0
    private(set) var values: [Int128] = []

    init(_ results: [CollectedResult]) throws {
        for result in results {
            windows = try Self.sum(windows, result.window.count)
            reports = try Self.sum(reports, result.reportCount)
            if values.isEmpty {
                values = result.values
            } else {
                guard values.count == result.values.count else { throw Self.tooLarge }
                values = try zip(values, result.values).map { try Self.sum($0, $1) }
            }
        }
    }

    private static let tooLarge = CommandFailure(.badData, "the results cannot be added up")

    private static func sum<Number: FixedWidthInteger>(_ left: Number, _ right: Number) throws -> Number {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw tooLarge }
        return sum
    }
}

/// What each sum of a result is called.
enum ResultLabels {
    static func of(_ metric: Metric, count: Int) -> [String] {
        switch metric.type {
        case .count: ["yes"]
        case .sum: ["total"]
        case .histogram, .choice, .choices: metric.labels ?? []
        case .vector: (0..<count).map { "\($0 + 1)" }
        }
    }
}
