import HPKE

/// Tokens that parties of a task know each other by.
enum PeerToken {
    /// Characters of a token.
    private static let longest = 4096

    /// Reads a token, which must be fit for a header field.
    ///
    /// - Throws: `RequestFlaw`, without the token.
    static func read(_ fields: RequestFields, _ name: String) throws(RequestFlaw) -> SecretBytes {
        let characters = Array(try fields.text(name).utf8)
        guard (1...longest).contains(characters.count), characters.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw RequestFlaw("\"\(name)\" must be 1 to \(longest) visible ASCII characters")
        }
        return SecretBytes(characters)
    }
}
