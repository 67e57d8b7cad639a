/// What an aggregator's URL must be, so that resources can be found relative to it.
enum AggregatorURL {
    /// What is wrong with `url`, as the end of a sentence that begins with its name; nil if nothing is.
    static func flaw(in url: String) -> String? {
        let scheme = ["https://", "http://"].first { url.hasPrefix($0) }
        guard let scheme else { return "must begin with https:// or http://" }
        guard url.utf8.count <= CatalogLimits.urlBytes else { return "is longer than \(CatalogLimits.urlBytes) bytes" }
        // Printable ASCII without what a URL may not contain (RFC 3986 §2).
        guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }) else {
            return "contains a character that a URL must encode"
        }
        guard !url.utf8.contains(where: { "?#".utf8.contains($0) }) else { return "must not have a query or fragment" }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" }
        guard !authority.isEmpty, authority.first != ":" else { return "names no host" }
        guard !authority.contains("@") else { return "must not contain a user name or password" }
        return nil
    }
}
