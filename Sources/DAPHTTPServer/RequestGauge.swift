import Synchronization

/// Counts the requests at work and the bytes of their bodies, up to a limit of each: a body is in memory as a whole.
package final class RequestGauge: Sendable {
    private struct Load {
        var requests = 0
        var bytes = 0
    }

    private let load = Mutex(Load())

    /// A gauge that has counted nothing.
    package init() {}

    /// Counts one more, unless a limit is reached.
    package func enter(bytes: Int) -> Bool {
        load.withLock { load in
            guard load.requests < HTTPLimits.concurrentRequests,
                bytes <= HTTPLimits.concurrentBodyBytes - load.bytes
            else { return false }
            load.requests += 1
            load.bytes += bytes
            return true
        }
    }

    /// Counts one less.
    package func leave(bytes: Int) {
        load.withLock { load in
            load.requests -= 1
            load.bytes -= bytes
        }
    }
}
