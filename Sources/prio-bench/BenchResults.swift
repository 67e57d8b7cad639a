import Foundation

/// One line of the table.
struct BenchResult: Encodable {
    let operation: BenchOperation
    let name: String
    let batch: Int
    let times: Stopwatch.Times
    let keccakNanoseconds: Double

    private enum CodingKeys: String, CodingKey {
        case operation
        case name = "case"
        case batch
        case least = "min_us"
        case median = "median_us"
        case keccak = "keccak_ns"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(operation, forKey: .operation)
        try container.encode(name, forKey: .name)
        try container.encode(batch, forKey: .batch)
        try container.encode(Self.rounded(times.least), forKey: .least)
        try container.encode(Self.rounded(times.median), forKey: .median)
        try container.encode(Self.rounded(keccakNanoseconds), forKey: .keccak)
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

/// Prints results: a table line by line as they come, JSON at the end.
struct BenchResults {
    private let output: BenchProgram.Output
    private var results: [BenchResult] = []

    init(output: BenchProgram.Output) {
        self.output = output
        if output == .table {
            print(Self.line(["operation", "case", "batch", "min µs", "median µs", "keccak ns"]))
        }
    }

    mutating func append(_ result: BenchResult) {
        results.append(result)
        guard output == .table else { return }
        print(
            Self.line([
                result.operation.rawValue, result.name, "\(result.batch)", Self.number(result.times.least),
                Self.number(result.times.median), String(format: "%.0f", result.keccakNanoseconds),
            ]))
    }

    func finish() throws {
        guard output == .json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(results), as: UTF8.self))
    }

    /// Three significant digits or more.
    private static func number(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
    }

    private static func line(_ cells: [String]) -> String {
        let widths = [9, 20, 5, 9, 9, 9]
        return zip(cells, widths).enumerated().map { index, cell in
            let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return index < 2 ? cell.0 + padding : padding + cell.0
        }.joined(separator: "  ")
    }
}
