import Foundation
import Testing

/// JSON that is written as literals and read without surprises.
enum InteropJSON: Codable, Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([InteropJSON])
    case object([String: InteropJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([InteropJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: InteropJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var int: Int? {
        if case .number(let number) = self { number } else { nil }
    }
}

extension InteropJSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: InteropJSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, InteropJSON)...) {
        self = .object(Dictionary(uniqueKeysWithValues: elements))
    }
}
