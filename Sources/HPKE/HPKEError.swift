/// Why an HPKE operation was refused.
///
/// The reason never contains a key, a plaintext or a ciphertext. Two errors are equal when their codes are.
public struct HPKEError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: Sendable {
        /// The ciphersuite is not one of ``HPKECiphersuite/supported``.
        case unsupportedCiphersuite
        /// A public or private key has the wrong length, or agrees on nothing but zero.
        case invalidKey
        /// An encapsulated key has the wrong length, or agrees on nothing but zero.
        case invalidEncapsulation
        /// The ciphertext is not authentic: it, its key, its `info` or its associated data is another.
        case openFailed
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
    public static func == (lhs: HPKEError, rhs: HPKEError) -> Bool { lhs.code == rhs.code }
}
