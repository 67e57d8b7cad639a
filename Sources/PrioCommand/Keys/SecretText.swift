import Crypto
import DAPMessages
public import DAPRoles
public import HPKE

/// Secrets that are kept in text files, and their digests.
public enum SecretText {
    /// Random bytes of a new token or secret.
    public static let byteCount = 32

    /// The text of a new token or secret: 32 random bytes in base64url and a line end, for a file.
    public static func generate(using random: inout RandomSource) -> [UInt8] {
        Array((Base64URL.encode(random.bytes(byteCount)) + "\n").utf8)
    }

    /// The SHA-256 of a token's text in base64url, as the other side's configuration lists it.
    public static func digest(ofToken token: SecretBytes) -> String {
        token.withUnsafeBytes { Base64URL.encode(Array(SHA256.hash(data: $0))) }
    }

    /// Reads a file with 32 bytes in base64url.
    ///
    /// - Throws: `FileError`, also if others than the owner may read it.
    public static func load(_ path: String) throws -> SecretBytes {
        let line = try SecretFile.readLine(path)
        let text = line.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        guard let bytes = try? Base64URL.decode(text), bytes.count == byteCount else {
            throw FileError(
                path, "must hold \(byteCount) bytes in base64url without padding", purpose: .configuration)
        }
        return SecretBytes(bytes)
    }
}
