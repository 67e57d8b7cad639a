import Crypto
public import DAPMessages
import HPKE

/// The bearer tokens a server accepts, of which it knows only the hashes.
public struct TokenDigests: PeerTokens {
    private let digests: [[UInt8]]

    /// - Parameter sha256: SHA-256 of each token's text.
    public init(sha256: [[UInt8]]) { digests = sha256 }

    /// SHA-256 of a token's text, as a configuration keeps it.
    public static func digest(of token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Whether the token is one of them; its time does not tell how much of a token was right.
    public func accept(_ token: String) -> Bool {
        let digest = Self.digest(of: token)
        // Every stored digest is compared, whether or not an earlier one matched.
        return digests.reduce(false) { found, stored in constantTimeEquals(stored, digest) || found }
    }

    /// As for every other task: the tokens are a peer's, whatever the task.
    public func accept(_ token: String, task: TaskID) -> Bool { accept(token) }
}
