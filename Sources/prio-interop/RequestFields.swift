import DAPMessages
import Foundation

/// The fields of a JSON object that a request carries. Nobody looks at fields that mean nothing here, and `null` counts
/// as absent.
struct RequestFields: Sendable, Equatable {
    private let values: [String: JSONValue]

    /// - Throws: `RequestFlaw` when the body is no JSON object.
    init(body: [UInt8]) throws(RequestFlaw) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)), case .object(let values) = value
        else { throw RequestFlaw("the body is no JSON object") }
        self.values = values
    }

    private init(_ values: [String: JSONValue]) { self.values = values }

    /// The field's value, or nil when there is none.
    func optional(_ name: String) -> JSONValue? { values[name].flatMap { $0 == .null ? nil : $0 } }

    /// The field's value, whatever it is.
    func value(_ name: String) throws(RequestFlaw) -> JSONValue {
        guard let value = optional(name) else { throw RequestFlaw("\"\(name)\" is missing") }
        return value
    }

    func text(_ name: String) throws(RequestFlaw) -> String {
        guard case .string(let text) = try value(name) else { throw RequestFlaw("\"\(name)\" must be a string") }
        return text
    }

    /// A whole number, which may be written as a string.
    func number(_ name: String) throws(RequestFlaw) -> UInt64 {
        guard let number = try value(name).wholeNumber else {
            throw RequestFlaw("\"\(name)\" must be a whole number below 2^64")
        }
        return number
    }

    func optionalNumber(_ name: String) throws(RequestFlaw) -> UInt64? {
        optional(name) == nil ? nil : try number(name)
    }

    /// A whole number of another type.
    func number<Number: FixedWidthInteger>(_ name: String, as type: Number.Type) throws(RequestFlaw) -> Number {
        guard let number = Number(exactly: try number(name)) else {
            throw RequestFlaw("\"\(name)\" must be at most \(Number.max)")
        }
        return number
    }

    /// Bytes in base64url without padding.
    func bytes(_ name: String) throws(RequestFlaw) -> [UInt8] {
        let text = try text(name)
        guard let bytes = try? Base64URL.decode(text) else {
            throw RequestFlaw("\"\(name)\" must be base64url without padding")
        }
        return bytes
    }

    /// The fields of an object.
    func object(_ name: String) throws(RequestFlaw) -> RequestFields {
        guard case .object(let values) = try value(name) else { throw RequestFlaw("\"\(name)\" must be an object") }
        return RequestFields(values)
    }
}

/// What is wrong with a request to the test API. It names fields, never their contents.
struct RequestFlaw: Error, Equatable, CustomStringConvertible {
    let reason: String
    init(_ reason: String) { self.reason = reason }
    var description: String { reason }
}
