import Foundation
import VDAF

/// A vector of the VDAF draft's `test_vec` directory. A field that is not known is an error, so that
/// nothing in a vector goes unchecked.
struct TestVector: Sendable {
    let name: String
    let verifyKey: [UInt8]
    let context: [UInt8]
    let shares: Int
    let parameters: [String: Int]
    let operations: [Operation]
    let reports: [Report]
    let aggregateShares: [[UInt8]]
    let aggregateResult: Prio3AggregateResult?

    struct Operation: Sendable {
        let kind: String
        let report: Int?
        let aggregator: Int?
        let round: Int?
        let success: Bool
    }

    struct Report: Sendable {
        let measurement: Prio3Measurement?
        let nonce: [UInt8]
        let random: [UInt8]
        let publicShare: [UInt8]
        let inputShares: [[UInt8]]
        let verifierShares: [[[UInt8]]]
        let verifierMessages: [[UInt8]]
        let outputShares: [[UInt8]]
    }

    struct Misunderstood: Error, CustomStringConvertible {
        let description: String
    }

    init(name: String, json: Any) throws {
        self.name = name
        var fields = try Fields(json, name)
        verifyKey = try fields.hex("verify_key")
        context = try fields.hex("ctx")
        shares = try fields.integer("shares")
        guard try fields.hex("agg_param").isEmpty else {
            throw Misunderstood(description: "\(name): Prio3 has no aggregation parameter")
        }
        var parameters: [String: Int] = [:]
        for key in ["length", "chunk_length", "max_measurement", "max_weight"] where fields.has(key) {
            parameters[key] = try fields.integer(key)
        }
        self.parameters = parameters
        operations = try fields.list("operations").map { try Operation(json: $0, name) }
        reports = try fields.list("reports").map { try Report(json: $0, name) }
        aggregateShares = try fields.hexList("agg_shares")
        aggregateResult =
            switch try fields.any("agg_result") {
            case is NSNull: nil
            case let value as [NSNumber]: .vector(value.map { UInt128($0.uint64Value) })
            case let value as NSNumber: .integer(UInt128(value.uint64Value))
            case let value: throw Misunderstood(description: "\(name): agg_result \(value)")
            }
        try fields.finish()
    }
}

extension TestVector.Operation {
    fileprivate init(json: Any, _ name: String) throws {
        var fields = try Fields(json, name)
        kind = try fields.string("operation")
        success = try fields.boolean("success")
        report = fields.has("report_index") ? try fields.integer("report_index") : nil
        aggregator = fields.has("aggregator_id") ? try fields.integer("aggregator_id") : nil
        round = fields.has("round") ? try fields.integer("round") : nil
        try fields.finish()
    }
}

extension TestVector.Report {
    fileprivate init(json: Any, _ name: String) throws {
        var fields = try Fields(json, name)
        measurement =
            switch try fields.any("measurement") {
            case is NSNull: nil
            case let values as [NSNumber]: .vector(values.map(\.uint64Value))
            case let value as NSNumber: .integer(value.uint64Value)
            case let value: throw TestVector.Misunderstood(description: "\(name): measurement \(value)")
            }
        nonce = try fields.hex("nonce")
        random = try fields.hex("rand")
        publicShare = try fields.hex("public_share")
        inputShares = try fields.hexList("input_shares")
        outputShares = try fields.hexList("out_shares")
        verifierShares = try fields.list("verifier_shares").map { round in
            guard let round = round as? [String] else {
                throw TestVector.Misunderstood(description: "\(name): verifier_shares")
            }
            return try round.map { try Fields.bytes($0, name) }
        }
        verifierMessages = try fields.hexList("verifier_messages")
        try fields.finish()
    }
}

/// A JSON object whose fields must all be taken.
private struct Fields {
    private var rest: [String: Any]
    private let name: String

    init(_ json: Any, _ name: String) throws {
        guard let object = json as? [String: Any] else {
            throw TestVector.Misunderstood(description: "\(name): not an object")
        }
        rest = object
        self.name = name
    }

    func has(_ key: String) -> Bool { rest[key] != nil }

    mutating func any(_ key: String) throws -> Any {
        guard let value = rest.removeValue(forKey: key) else {
            throw TestVector.Misunderstood(description: "\(name): no \(key)")
        }
        return value
    }

    private mutating func value<T>(_ key: String, as type: T.Type) throws -> T {
        let value = try any(key)
        guard let typed = value as? T else {
            throw TestVector.Misunderstood(description: "\(name): \(key) is \(value)")
        }
        return typed
    }

    mutating func string(_ key: String) throws -> String { try value(key, as: String.self) }
    mutating func integer(_ key: String) throws -> Int { try value(key, as: NSNumber.self).intValue }
    mutating func boolean(_ key: String) throws -> Bool { try value(key, as: NSNumber.self).boolValue }
    mutating func list(_ key: String) throws -> [Any] { try value(key, as: [Any].self) }
    mutating func hex(_ key: String) throws -> [UInt8] { try Self.bytes(try string(key), name) }
    mutating func hexList(_ key: String) throws -> [[UInt8]] {
        try value(key, as: [String].self).map { try Self.bytes($0, name) }
    }

    func finish() throws {
        guard rest.isEmpty else {
            throw TestVector.Misunderstood(description: "\(name): unknown fields \(rest.keys.sorted())")
        }
    }

    static func bytes(_ hex: String, _ name: String) throws -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count % 2 == 0 else {
            throw TestVector.Misunderstood(description: "\(name): not hexadecimal")
        }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
