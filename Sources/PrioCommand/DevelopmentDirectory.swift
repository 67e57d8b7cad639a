/// The directory that `prio dev up` keeps, with everything that four parties have in real life: where each file is.
///
/// ```
/// metrics.yaml                                                 for everybody
/// leader/     aggregator.yaml hpke-keys.yaml verify-key-secret helper-token store.sqlite log
/// helper/     aggregator.yaml hpke-keys.yaml verify-key-secret store.sqlite log
/// collector/  key.yaml token results.jsonl
/// ```
public struct DevelopmentDirectory: Sendable {
    /// The path as the user gave it, without a slash at the end.
    public let path: String

    /// A development directory, which may not exist yet.
    public init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The catalog with URLs and the collector's key.
    public var catalog: String { file("metrics.yaml") }
    /// The lock of the `prio dev up` that runs.
    public var lock: String { file(".lock") }
    /// The leader's files.
    public var leader: AggregatorFiles { AggregatorFiles(directory: file("leader")) }
    /// The helper's files.
    public var helper: AggregatorFiles { AggregatorFiles(directory: file("helper")) }
    /// The collector's files.
    public var collector: CollectorFiles { CollectorFiles(directory: file("collector")) }

    /// The files of one aggregator.
    public struct AggregatorFiles: Sendable {
        /// Where they are.
        public let directory: String
        /// What `prio-aggregator serve` is started with.
        public var configuration: String { directory + "/aggregator.yaml" }
        /// The keys that clients seal to.
        public var hpkeKeys: String { directory + "/hpke-keys.yaml" }
        /// The secret that both aggregators share.
        public var verifyKeySecret: String { directory + "/verify-key-secret" }
        /// The leader's token for the helper.
        public var helperToken: String { directory + "/helper-token" }
        /// What the aggregator says.
        public var log: String { directory + "/log" }
    }

    /// The collector's files.
    public struct CollectorFiles: Sendable {
        /// Where they are.
        public let directory: String
        /// The private key.
        public var key: String { directory + "/key.yaml" }
        /// The token for the leader.
        public var token: String { directory + "/token" }
        /// Every released result.
        public var results: String { directory + "/results.jsonl" }
    }

    private func file(_ name: String) -> String { PathText.resolve(name, in: path) }
}
