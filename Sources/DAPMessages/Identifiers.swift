/// Names one report within its task, and is the VDAF's nonce (DAP §4.1):
/// ```
/// opaque ReportID[16];
/// ```
public struct ReportID: OpaqueIdentifier {
    /// The 16 bytes as words.
    public let words: Opaque16

    /// A report ID of the given words.
    public init(words: Opaque16) { self.words = words }
}

/// Names one task (DAP §4.2):
/// ```
/// opaque TaskID[32];
/// ```
public struct TaskID: OpaqueIdentifier {
    /// The 32 bytes as words.
    public let words: Opaque32

    /// A task ID of the given words.
    public init(words: Opaque32) { self.words = words }
}

/// Names one aggregation job within its task; chosen by the helper (DAP §4.5). It appears only in URLs. Its length is
/// this project's choice.
public struct AggregationJobID: OpaqueIdentifier {
    /// The 16 bytes as words.
    public let words: Opaque16

    /// An aggregation job ID of the given words.
    public init(words: Opaque16) { self.words = words }
}

/// Names one collection job within its task; chosen by the leader (DAP §4.6). It appears only in URLs. Its length is
/// this project's choice.
public struct CollectionJobID: OpaqueIdentifier {
    /// The 16 bytes as words.
    public let words: Opaque16

    /// A collection job ID of the given words.
    public init(words: Opaque16) { self.words = words }
}

/// Names the helper's aggregate share for one collection job; chosen by the helper (DAP §4.6.4). It appears only in
/// URLs. Its length is this project's choice.
public struct AggregateShareID: OpaqueIdentifier {
    /// The 16 bytes as words.
    public let words: Opaque16

    /// An aggregate share ID of the given words.
    public init(words: Opaque16) { self.words = words }
}

/// Names one leader-selected batch within its task (DAP §5.2):
/// ```
/// opaque BatchID[32];
/// ```
public struct BatchID: OpaqueIdentifier {
    /// The 32 bytes as words.
    public let words: Opaque32

    /// A batch ID of the given words.
    public init(words: Opaque32) { self.words = words }
}
