import Foundation
import Testing
import VDAF

/// Not one of ours: an experiment of the draft's authors with a gadget of degree 3.
private struct HigherDegree: ValidityCircuit {
    // x(x − 1)(x − 2) = x³ − 3x² + 2x
    let gadget = PolyEval<Field64>(coefficients: [.zero, Field64(2), -Field64(3), .one])
    var gadgetCalls: Int { 1 }
    var measurementLength: Int { 1 }
    var jointRandLength: Int { 0 }
    var outputLength: Int { 1 }
    var evalOutputLength: Int { 1 }

    func encode(_ measurement: Prio3Measurement) throws -> [Field64] {
        guard case .integer(let value) = measurement, value <= 2 else {
            throw VDAFError(.invalidMeasurement, "0, 1 or 2")
        }
        return [Field64(UInt32(value))]
    }

    func evaluate<Wires: GadgetWires>(
        measurement: UnsafeBufferPointer<Field64>, jointRand: [Field64], inverseShares: Field64, wires: inout Wires,
        into output: inout [Field64]
    ) where Wires.Field == Field64 {
        wires.inputs[0] = measurement[0]
        output[0] = wires.call()
    }

    func addOutputShare(of measurement: UnsafeBufferPointer<Field64>, to aggregate: UnsafeMutableBufferPointer<Field64>)
    {
        aggregate[0] += measurement[0]
    }

    func decode(_ aggregate: [Field64]) -> Prio3AggregateResult { .integer(aggregate[0].integer) }
}

private let experimentID: UInt32 = 0xffff_ffff

private func replay<Circuit: ValidityCircuit>(
    _ circuit: Circuit, _ id: UInt32, _ vector: TestVector, proofs: Int = 1
) throws {
    var replay = VectorReplay(
        try Prio3VDAF(circuit, algorithmID: id, shares: vector.shares, proofs: proofs), vector)
    try replay.run()
}

private func replay(_ vector: TestVector) throws {
    func parameter(_ key: String) throws -> Int { try #require(vector.parameters[key], "\(vector.name) lacks \(key)") }
    func known(_ keys: [String]) throws {
        guard Set(vector.parameters.keys) == Set(keys) else {
            throw TestVector.Misunderstood(description: "\(vector.name): parameters \(vector.parameters.keys.sorted())")
        }
    }
    let kind = vector.name.prefix { $0 != "_" }
    var parameters: Prio3Parameters?
    switch kind {
    case "Prio3Count":
        try known([])
        try replay(Count<Field64>(), 1, vector)
        parameters = .count
    case "Prio3Sum":
        try known(["max_measurement"])
        let max = UInt64(try parameter("max_measurement"))
        try replay(try Sum<Field64>(maxMeasurement: max), 2, vector)
        parameters = .sum(maxMeasurement: max)
    case "Prio3SumVec", "Prio3SumVecWithMultiproof":
        try known(["length", "max_measurement", "chunk_length"])
        let (length, max, chunk) = (
            try parameter("length"), UInt64(try parameter("max_measurement")), try parameter("chunk_length")
        )
        if kind == "Prio3SumVec" {
            try replay(try SumVec<Field128>(length: length, maxMeasurement: max, chunkLength: chunk), 3, vector)
            parameters = .sumVec(length: UInt32(length), maxMeasurement: max, chunkLength: UInt32(chunk))
        } else {
            try replay(
                try SumVec<Field64>(length: length, maxMeasurement: max, chunkLength: chunk), experimentID, vector,
                proofs: 3)
        }
    case "Prio3Histogram":
        try known(["length", "chunk_length"])
        let (length, chunk) = (try parameter("length"), try parameter("chunk_length"))
        try replay(try Histogram<Field128>(length: length, chunkLength: chunk), 4, vector)
        parameters = .histogram(length: UInt32(length), chunkLength: UInt32(chunk))
    case "Prio3MultihotCountVec":
        try known(["length", "chunk_length", "max_weight"])
        let (length, weight, chunk) = (
            try parameter("length"), UInt64(try parameter("max_weight")), try parameter("chunk_length")
        )
        try replay(try MultihotCountVec<Field128>(length: length, maxWeight: weight, chunkLength: chunk), 5, vector)
        parameters = .multihotCountVec(length: UInt32(length), chunkLength: UInt32(chunk), maxWeight: weight)
    case "Prio3HigherDegree":
        try known([])
        try replay(HigherDegree(), experimentID, vector)
    default:
        throw TestVector.Misunderstood(description: "\(vector.name): no such VDAF here")
    }
    if let parameters, vector.shares == 2, vector.aggregateResult != nil {
        try replayAsBatch(try Prio3(parameters), vector)
        for level in KernelLevel.available { try replayInLanes(parameters, level: level, vector) }
    }
}

@Suite struct PrioVectorTests {
    static func fixture(_ name: String) throws -> Data {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
        return try Data(contentsOf: url)
    }

    @Test("VectorsOfTheDraft: every operation of every vector gives the draft's bytes")
    func vectorsOfTheDraft() throws {
        let lines = try Self.fixture("prio3-vectors.jsonl").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 25)
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            try replay(
                try TestVector(name: try #require(object["name"] as? String), json: try #require(object["vector"])))
        }
    }

    @Test("VectorsOfDirectory: every file of PRIO_VECTORS is replayed or named as skipped")
    func vectorsOfDirectory() throws {
        guard let directory = ProcessInfo.processInfo.environment["PRIO_VECTORS"] else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        let skipped = files.filter { file in ["Poplar1", "Idpf", "XofFixedKeyAes128"].contains { file.hasPrefix($0) } }
        print("skipped: \(skipped.joined(separator: " "))")
        for file in files where !skipped.contains(file) {
            let json = try JSONSerialization.jsonObject(
                with: try Data(contentsOf: URL(fileURLWithPath: directory).appendingPathComponent(file)))
            let name = file.hasSuffix(".json") ? String(file.dropLast(5)) : file
            if name.hasPrefix("XofTurboShake128") {
                try checkXof(json)
            } else {
                try replay(try TestVector(name: name, json: json))
            }
        }
    }

    @Test("VectorOfTheXof: XofTurboShake128 gives the draft's seed and elements")
    func vectorOfTheXof() throws {
        try checkXof(try JSONSerialization.jsonObject(with: try Self.fixture("XofTurboShake128.json")))
    }

    private func checkXof(_ json: Any) throws {
        let object = try #require(json as? [String: Any])
        #expect(Set(object.keys) == ["binder", "derived_seed", "dst", "expanded_vec_field128", "length", "seed"])
        func bytes(_ key: String) throws -> [UInt8] {
            let digits = try #require(object[key] as? String).compactMap(\.hexDigitValue)
            return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
        let length = try #require(object["length"] as? Int)
        let (seed, tag, binder) = (try bytes("seed"), try bytes("dst"), try bytes("binder"))
        #expect(
            XofTurboShake128.deriveSeed(seed: seed, domainSeparation: tag, binder: binder)
                == (try bytes("derived_seed")))
        var xof = XofTurboShake128(seed: seed, domainSeparation: tag, binder: binder)
        let elements: [Field128] = xof.next(length)
        #expect(FieldVector.encode(elements) == (try bytes("expanded_vec_field128")))
    }
}
