import Foundation

/// A JSON value (RFC 8259). Whole numbers are exact in 64 bits.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(UInt64)
    /// A number that is negative, broken or large.
    case otherNumber(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The number that this is, also when it is written as a string of decimal digits: the test API writes numbers of
    /// any size that way.
    var wholeNumber: UInt64? {
        switch self {
        case .number(let number): number
        case .string(let text):
            text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt64(text) : nil
        default: nil
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self = .string(text) }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        // Strings first: of long vectors, every element is one.
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if container.decodeNil() {
            self = .null
        } else if let truth = try? container.decode(Bool.self) {
            self = .bool(truth)
        } else if let number = try? container.decode(UInt64.self) {
            self = .number(number)
        } else if let number = try? container.decode(Double.self) {
            self = .otherNumber(number)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}

extension JSONValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let truth): try container.encode(truth)
        case .number(let number): try container.encode(number)
        case .otherNumber(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }
}
