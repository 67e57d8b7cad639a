import Crypto
import HPKE
import HTTPTypes
import Hummingbird

/// The bearer tokens a server accepts, of which it knows only the hashes.
public struct TokenDigests: Sendable {
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

    /// Whether a request carries an accepted token: `Authorization: Bearer` (RFC 6750 §2.1), or `DAP-Auth-Token` as
    /// deployed peers send. A proxy may have put an `Authorization` of its own beside the latter.
    func accept(_ request: Request) -> Bool {
        let fields = request.headers
        let bearer = fields[.authorization].flatMap(Self.bearerToken)
        let own = HTTPField.Name("DAP-Auth-Token").flatMap { fields[$0] }
        return [bearer, own].compactMap(\.self).contains(where: accept)
    }

    private static func bearerToken(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
