/// A message that cannot be decoded, or a value that has no encoding.
///
/// Two errors are equal when their codes are: the reason is for people.
public struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Code: Sendable, CaseIterable {
        /// The input ends inside a field.
        case truncated
        /// Bytes are left after the last field.
        case trailingBytes
        /// A length prefix, or the bytes to be prefixed, lie outside the range that the notation allows.
        case lengthOutOfRange
        /// A field has a value that its type does not have.
        case invalidValue
        /// Elements that must be strictly increasing are not.
        case outOfOrder
    }

    /// What went wrong.
    public let code: Code
    /// The name of the field concerned, perhaps with the rule it broke. It never holds what the field contained.
    public let reason: String

    /// - Parameters:
    ///   - code: what went wrong.
    ///   - reason: the field's name; never its content, which may be secret and comes from outside.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// The code and the field, for logs.
    public var description: String { "\(code): \(reason)" }

    /// Compares codes only.
    public static func == (left: CodecError, right: CodecError) -> Bool { left.code == right.code }
}
