public import DAPMessages

/// Names one stretch in a store's life, from an opening to the next, or its whole life: 16 random bytes. What was counted
/// in a stretch that a restored store does not know, or counted further than it knows, it has forgotten.
public struct StoreIdentity: OpaqueIdentifier {
    /// The 16 bytes as words.
    public let words: Opaque16

    /// An identity of the given words.
    public init(words: Opaque16) { self.words = words }
}

/// How far a store has counted its releases, and those that it has begun.
///
/// Its text is the identity in base64url, a point, and the number.
public struct ReleaseTally: Sendable, Equatable, CustomStringConvertible {
    /// No store ever counts so far. A peer's number at or above it is not one.
    public static let limit: UInt64 = 1 << 62

    /// Which store, and since when.
    public let identity: StoreIdentity
    /// The number of the last one. Numbers only grow, over all stretches of a store's life.
    public let releases: UInt64

    /// A tally.
    public init(identity: StoreIdentity, releases: UInt64) {
        self.identity = identity
        self.releases = releases
    }

    /// Reads the text; nil when it is not what `description` gives for any tally below the limit.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let identity = try? StoreIdentity(base64URL: String(parts[0])),
            let releases = UInt64(parts[1]), releases < Self.limit, "\(releases)" == parts[1]
        else { return nil }
        self.init(identity: identity, releases: releases)
    }

    /// The text.
    public var description: String { "\(identity).\(releases)" }
}

/// What the two aggregators of a task tell each other with each aggregation job and aggregate share, in an HTTP field of
/// this project's own:
/// ```
/// Prio-Releases: own=q83vEjRWeJASNFZ4kBI0Vg.12, peer=_ty6mHZUMhD-3LqYdlQyEA.7, peer=3q2-78r-ur4AAAAAAAAAAQ.5
/// ```
/// `own` is the sender's tally of the task; each `peer` is one that it has heard of the receiver, the last identity first.
/// Several are told because one that a receiver has forgotten is not the last any more once the receiver has spoken.
/// Peers of other makers send no such field.
public struct ReleaseNotice: Sendable, Equatable {
    /// The field's name.
    public static let fieldName = "Prio-Releases"
    /// The most tallies of the receiver's that are told.
    public static let mostPeers = 4
    /// The longest field that is read, in bytes: longer than any that is sent.
    static let longestField = 512

    /// The sender's.
    public let own: ReleaseTally
    /// The receiver's, as the sender has heard them, the last identity first.
    public let peers: [ReleaseTally]

    /// A notice.
    ///
    /// - Parameter peers: at most `mostPeers`.
    public init(own: ReleaseTally, peers: [ReleaseTally]) {
        self.own = own
        self.peers = peers
    }

    /// Reads a field; nil when it is not one of this form.
    public init?(field: String) {
        guard field.utf8.count <= Self.longestField else { return nil }
        let parts = field.split(separator: ",", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
        guard parts.count <= 1 + Self.mostPeers, let own = parts.first.flatMap({ Self.tally($0, after: "own=") }) else {
            return nil
        }
        let peers = parts.dropFirst().compactMap { Self.tally($0, after: "peer=") }
        guard peers.count == parts.count - 1 else { return nil }
        self.init(own: own, peers: peers)
    }

    /// The field.
    public var field: String { (["own=\(own)"] + peers.map { "peer=\($0)" }).joined(separator: ", ") }

    private static func tally(_ text: Substring, after key: String) -> ReleaseTally? {
        text.hasPrefix(key) ? ReleaseTally(text: text.dropFirst(key.count)) : nil
    }
}
