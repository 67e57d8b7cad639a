import Foundation
import HPKE
import Testing

/// A text file of figures: `#` starts a comment line, an empty line separates records.
struct Fixture {
    /// The records, each its lines, each its fields.
    let records: [[[String]]]

    init(_ name: String) throws {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        records = text.split(separator: "\n\n").map { record in
            record.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
                line.split(separator: " ").map(String.init)
            }
        }.filter { !$0.isEmpty }
    }

    /// The records of a file whose lines are a name and a value.
    var named: [NamedRecord] {
        get throws { try records.map(NamedRecord.init) }
    }
}

/// A record whose lines are a name and a value.
struct NamedRecord: Sendable, CustomStringConvertible {
    private let values: [String: String]

    init(_ lines: [[String]]) throws {
        let pairs = try lines.map { line in
            try #require(line.count == 2)
            return (line[0], line[1])
        }
        values = Dictionary(uniqueKeysWithValues: pairs)
    }

    var description: String { values["section"] ?? "no section" }

    func number<N: FixedWidthInteger>(_ name: String) throws -> N {
        let text = try #require(values[name])
        return try #require(N(text))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        let text = try #require(values[name])
        return try [UInt8](hex: text)
    }

    func secret(_ name: String) throws -> SecretBytes {
        SecretBytes(try bytes(name))
    }
}

extension [UInt8] {
    /// The bytes of a hexadecimal string; a dash stands for none.
    init(hex: String) throws {
        let digits = hex == "-" ? [] : try hex.map { try #require($0.hexDigitValue) }
        try #require(digits.count.isMultiple(of: 2))
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension SecretBytes {
    /// The bytes in the open, which only a test may want.
    var exposed: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}
