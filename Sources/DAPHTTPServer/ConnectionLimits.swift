#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a server allows its connections, in seconds and bytes; shorter for tests.
package struct ConnectionLimits: Sendable {
    /// Seconds until a request's head has come, since the connection began or the last request was answered.
    package var head = HTTPLimits.idleSeconds
    /// The same while the connections are more than half of what is allowed.
    package var crowdedHead = HTTPLimits.crowdedIdleSeconds
    /// Seconds that a connection may stand still within a request.
    package var idle = HTTPLimits.idleSeconds
    /// Seconds until a request's body has come …
    package var body = HTTPLimits.bodySeconds
    /// … and how many bytes of it give it another second.
    package var leastBodyRate = HTTPLimits.leastBodyRate
    /// Bytes of a body that come at all. What belongs to a request that was refused before is read and dropped.
    package var bodyBytes = HTTPLimits.aggregationJobBody
    /// Seconds until an answer has been taken.
    package var answer = HTTPLimits.answerSeconds
    /// Connections at the same time.
    package var connections = HTTPLimits.concurrentConnections

    /// The named limits.
    package init() {}

    /// Allows the process as many open files as it may have and the named connections need, and no more connections than
    /// leave half of the files for everything else.
    static func forThisProcess() -> ConnectionLimits {
        var limits = ConnectionLimits()
        var files = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &files) == 0 else { return limits }
        let wanted = rlim_t(2 * limits.connections)
        if files.rlim_cur < wanted {
            var raised = files
            raised.rlim_cur = min(wanted, files.rlim_max)
            if setrlimit(resource, &raised) == 0 { files = raised }
        }
        limits.connections = max(1, min(limits.connections, Int(clamping: files.rlim_cur / 2)))
        return limits
    }
}
