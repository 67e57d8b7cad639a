import HTTPTypes

extension HTTPFields {
    /// The tokens of a request: `Authorization: Bearer` (RFC 6750 §2.1), and `DAP-Auth-Token` as deployed peers send. A
    /// proxy may have put an `Authorization` of its own beside the latter.
    var bearerTokens: [String] {
        let bearer = self[.authorization].flatMap(Self.bearerToken)
        let own = HTTPField.Name("DAP-Auth-Token").flatMap { self[$0] }
        return [bearer, own].compactMap(\.self)
    }

    private static func bearerToken(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
