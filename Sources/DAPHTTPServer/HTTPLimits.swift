/// The server's named limits.
public enum HTTPLimits {
    /// Bytes of an upload request.
    public static let uploadBody = 16 << 20
    /// Bytes of an aggregation job request.
    public static let aggregationJobBody = 64 << 20
    /// Bytes of a collection job or aggregate share request.
    public static let collectionBody = 64 << 10
    /// Bytes of a request's target and of its header fields.
    public static let headBytes = 16 << 10
    /// Header fields of a request.
    public static let headerFields = 100
    /// Seconds that a connection may stand still, between requests or within one, and that a request's head may take.
    public static let idleSeconds = 60
    /// Seconds that a connection may stand still between requests while there are many others.
    public static let crowdedIdleSeconds = 5
    /// Seconds that a request's body may take.
    public static let bodySeconds = 60
    /// Bytes of a body that give it another second.
    public static let leastBodyRate = 16 << 10
    /// Seconds that a peer may take to receive an answer.
    public static let answerSeconds = 60
    /// Connections at the same time; beyond them new ones wait until others are closed. There are fewer when the process
    /// may not open so many files.
    public static let concurrentConnections = 4096
    /// Seconds that clients may keep HPKE configurations (DAP §4.4.1).
    public static let hpkeConfigMaxAge = 86_400
    /// Requests that are handled at the same time; beyond them the answer is 429.
    public static let concurrentRequests = 256
    /// Bytes of the bodies that have come and are handled at the same time; beyond them the answer is 429.
    public static let concurrentBodyBytes = 256 << 20
}
