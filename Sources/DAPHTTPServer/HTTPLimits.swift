/// The server's named limits.
public enum HTTPLimits {
    /// Bytes of an upload request.
    public static let uploadBody = 16 << 20
    /// Bytes of an aggregation job request.
    public static let aggregationJobBody = 64 << 20
    /// Bytes of a collection job or aggregate share request.
    public static let collectionBody = 64 << 10
    /// Seconds that a connection may stand still, between requests or within one.
    public static let idleSeconds = 60
    /// Seconds that clients may keep HPKE configurations (DAP §4.4.1).
    public static let hpkeConfigMaxAge = 86_400
    /// Requests whose bodies are read or handled at the same time; beyond them the answer is 429.
    public static let concurrentRequests = 256
    /// Bytes of the bodies that are read or handled at the same time; beyond them the answer is 429.
    public static let concurrentBodyBytes = 256 << 20
    /// Seconds that a request beyond a limit is told to wait.
    public static let busyRetryAfter = 2
}
