import DAPMessages

/// The configuration file of `prio-aggregator serve`, and its manual.
///
/// ```yaml
/// role: leader
/// listen:
///   host: 127.0.0.1
///   port: 8787
/// catalog: ../metrics.yaml
/// database: store.sqlite
/// hpke_keys: hpke-keys.yaml
/// verify_key_secret: verify-key-secret
/// collector_token_sha256:
///   - "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
/// helper_token: helper-token
/// ```
/// Paths are relative to the directory of the file. A key that is not described here is an error. Tokens and keys are
/// in files of their own, mode 0600; the file itself holds no secret.
public struct AggregatorConfiguration: Codable, Equatable, Sendable {
    /// `leader` or `helper`.
    public var role: Role
    /// Where the aggregator listens. What clients connect to is the URL in the catalog.
    public var listen: Listen
    /// The catalog file. Every metric in it is a task.
    public var catalog: String
    /// The SQLite database file, created if it is missing. Its directory must be writable, and the aggregator's alone.
    public var database: String
    /// The HPKE keys that clients seal to, the preferred one first; see `HpkeKeyFile`.
    public var hpkeKeys: String
    /// A file with 32 bytes in base64url that both aggregators have and nobody else: the verification keys of all tasks
    /// are derived from it (taskprov §3.4). `openssl rand 32 | basenc --base64url | tr -d =` makes one.
    public var verifyKeySecret: String
    /// Leader only: the SHA-256 of the tokens that collectors may use, in base64url; at least one.
    public var collectorTokenSHA256: [String]?
    /// Leader only: a file with the token that the helper knows the leader by.
    public var helperToken: String?
    /// Helper only: the SHA-256 of the tokens that the leader may use, in base64url; at least one. Two while the token
    /// is being changed.
    public var leaderTokenSHA256: [String]?
    /// Helper only: when it answers the leader; `at_once` if missing.
    public var answers: Answers?
    /// Leader only: how it paces its aggregation jobs. The usual pace if missing.
    public var aggregation: Aggregation?
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`; `info` if missing.
    public var logLevel: String?

    /// Which of the two aggregators it is.
    public enum Role: String, Codable, Sendable {
        /// Takes reports from clients and requests from collectors.
        case leader
        /// Works with the leader.
        case helper
    }

    /// When a helper answers the leader's requests.
    public enum Answers: String, Codable, Sendable {
        /// While the leader waits.
        case atOnce = "at_once"
        /// When the leader asks again: a request is stored, acknowledged, and handled in the background (DAP §3.1).
        /// Good for large jobs behind a proxy that gives up early.
        case later
    }

    /// Where it listens.
    public struct Listen: Codable, Equatable, Sendable {
        /// An address of this machine: `127.0.0.1` for itself alone, `0.0.0.0` or `::` for everybody.
        public var host: String
        /// 1 to 65535.
        public var port: Int

        /// An address to listen at.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case host, port
        }
    }

    /// The leader's pace. Small jobs and short waits give results early; large jobs cost less.
    public struct Aggregation: Codable, Equatable, Sendable {
        /// A job is made at once when so many reports of a metric wait; 1 to 512, 256 if missing.
        public var minimumJobSize: Int?
        /// … or when one has waited for so many seconds; 0 to 86400, 1 if missing.
        public var maximumWait: Int?
        /// Jobs worked on at the same time; 1 to 64, 2 if missing.
        public var concurrentJobs: Int?
        /// A leader-selected batch is filled to so many reports, or to the metric's minimum if that is more; 1 to
        /// 1000000000, the minimum if missing.
        public var batchTargetSize: Int?
        /// … and given out with fewer, but no fewer than the minimum, so many seconds after it was begun; 0 to 2678400
        /// (31 days), 3600 if missing.
        public var batchMaximumAge: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case minimumJobSize = "minimum_job_size"
            case maximumWait = "maximum_wait"
            case concurrentJobs = "concurrent_jobs"
            case batchTargetSize = "batch_target_size"
            case batchMaximumAge = "batch_maximum_age"
        }

        static let minimumJobSizes = 1...512
        static let maximumWaits = 0...86_400
        static let concurrencies = 1...64
        static let batchTargetSizes = 1...1_000_000_000
        static let batchMaximumAges = 0...2_678_400
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case role, listen, catalog, database, answers, aggregation
        case hpkeKeys = "hpke_keys"
        case verifyKeySecret = "verify_key_secret"
        case collectorTokenSHA256 = "collector_token_sha256"
        case helperToken = "helper_token"
        case leaderTokenSHA256 = "leader_token_sha256"
        case logLevel = "log_level"
    }

    /// Digests of one list.
    static let mostTokens = 100

    /// A configuration with the usual names of everything beside it.
    public init(role: Role, listen: Listen, catalog: String, tokenDigests: [String]) {
        self.role = role
        self.listen = listen
        self.catalog = catalog
        database = "store.sqlite"
        hpkeKeys = "hpke-keys.yaml"
        verifyKeySecret = "verify-key-secret"
        switch role {
        case .leader:
            collectorTokenSHA256 = tokenDigests
            helperToken = "helper-token"
        case .helper:
            leaderTokenSHA256 = tokenDigests
        }
    }

    /// What the other side's tokens hash to: the collectors' for the leader, the leader's for the helper.
    public func tokenDigests() throws -> [[UInt8]] {
        try (collectorTokenSHA256 ?? leaderTokenSHA256 ?? []).map { try Base64URL.decode($0) }
    }
}
