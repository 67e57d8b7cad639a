import ArgumentParser
import VDAF

/// What is measured.
enum BenchOperation: String, Codable, CaseIterable, ExpressibleByArgument {
    /// A client splits and proves a measurement.
    case shard
    /// The leader's two steps.
    case leader
    /// The helper's step: decode, verify, combine, accumulate.
    case helper
    /// Opening an HPKE envelope.
    case open
}

/// What it is measured on: a VDAF and a measurement, or a sealed envelope.
struct BenchCase: ExpressibleByArgument {
    enum Subject {
        case prio3(Prio3Parameters, Prio3Measurement)
        case envelope(bytes: Int)
    }

    let name: String
    let subject: Subject
    /// Left out of a quick look.
    let isLong: Bool

    static let all: [BenchCase] = [
        BenchCase("count", .count, .integer(1)),
        BenchCase("sum-255", .sum(maxMeasurement: 255), .integer(200)),
        BenchCase("sum-4294967295", .sum(maxMeasurement: 4_294_967_295), .integer(3_000_000_000)),
        BenchCase("histogram-10-3", .histogram(length: 10, chunkLength: 3), .integer(7)),
        BenchCase("histogram-100-10", .histogram(length: 100, chunkLength: 10), .integer(42)),
        BenchCase("histogram-1000-31", .histogram(length: 1000, chunkLength: 31), .integer(421)),
        BenchCase("histogram-10000-100", .histogram(length: 10000, chunkLength: 100), .integer(4211), isLong: true),
        sumVec(length: 1000, maxMeasurement: 1, chunkLength: 31),
        sumVec(length: 1000, maxMeasurement: 255, chunkLength: 89, isLong: true),
        sumVec(length: 100_000, maxMeasurement: 1, chunkLength: 316, isLong: true),
        BenchCase(
            "multihot-100-10-10", .multihotCountVec(length: 100, chunkLength: 10, maxWeight: 10),
            .vector((0..<100).map { $0 % 10 == 3 ? 1 : 0 })),
        BenchCase(name: "envelope-1024", subject: .envelope(bytes: 1024), isLong: false),
    ]

    private init(name: String, subject: Subject, isLong: Bool) {
        self.name = name
        self.subject = subject
        self.isLong = isLong
    }

    private init(
        _ name: String, _ parameters: Prio3Parameters, _ measurement: Prio3Measurement, isLong: Bool = false
    ) {
        self.init(name: name, subject: .prio3(parameters, measurement), isLong: isLong)
    }

    private static func sumVec(
        length: UInt32, maxMeasurement: UInt64, chunkLength: UInt32, isLong: Bool = false
    ) -> BenchCase {
        BenchCase(
            "sumvec-\(length)-\(maxMeasurement)-\(chunkLength)",
            .sumVec(length: length, maxMeasurement: maxMeasurement, chunkLength: chunkLength),
            .vector((0..<UInt64(length)).map { $0 * 7 % (maxMeasurement + 1) }), isLong: isLong)
    }

    init?(argument: String) {
        guard let known = Self.all.first(where: { $0.name == argument }) else { return nil }
        self = known
    }

    static var allValueStrings: [String] { all.map(\.name) }

    func offers(_ operation: BenchOperation) -> Bool {
        switch subject {
        case .prio3: operation != .open
        case .envelope: operation == .open
        }
    }

    /// The times of the operations, in their order.
    func measure(
        _ operations: [BenchOperation], batch: Int, with stopwatch: Stopwatch
    ) throws -> [(BenchOperation, Stopwatch.Times)] {
        guard !operations.isEmpty else { return [] }
        switch subject {
        case .prio3(let parameters, let measurement):
            let bench = try Prio3Bench(parameters, measurement, batch: batch)
            return try operations.map { ($0, try bench.measure($0, with: stopwatch)) }
        case .envelope(let bytes):
            let bench = try EnvelopeBench(bytes: bytes)
            return try operations.map { ($0, try bench.measure(batch: batch, with: stopwatch)) }
        }
    }
}
