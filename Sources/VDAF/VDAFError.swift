/// Why a VDAF operation was refused.
///
/// The reason names the part that was wrong, never its content: no measurement, share or seed
/// ever reaches an error. Two errors are equal when their codes are.
public struct VDAFError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: Sendable {
        /// The VDAF's parameters are outside their ranges.
        case invalidParameters
        /// A measurement is outside the range the parameters allow.
        case invalidMeasurement
        /// An input share does not decode (DAP answers `invalid_message`).
        case malformedInputShare
        /// Another encoded object (public share, verifier share or message, aggregate share) does not decode.
        case malformedMessage
        /// The proof, or the joint randomness, is wrong: the report is invalid.
        case verificationFailed
    }

    /// The kind of refusal.
    public let code: Code
    /// A plain sentence without any secret.
    public let reason: String

    /// Makes an error of the given kind.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// The kind and the sentence.
    public var description: String { "\(code): \(reason)" }

    /// Compares codes only.
    public static func == (lhs: VDAFError, rhs: VDAFError) -> Bool { lhs.code == rhs.code }
}
