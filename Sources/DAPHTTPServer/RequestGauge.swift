import DAPRoles
import Synchronization

/// Counts the requests at work and the bytes of bodies in memory, up to a limit of each.
///
/// A request is at work when it has come as a whole: while its body is on the way it takes a connection and what has
/// come of it, however long it says it will be.
package final class RequestGauge: Sendable {
    private struct Load {
        var requests = 0
        var bytes = 0
    }

    private let load = Mutex(Load())
    private let rate = LoadGauge()

    /// A gauge that has counted nothing.
    package init() {}

    /// Counts one more request at work, unless there are as many as there may be.
    ///
    /// - Parameter second: of a clock that never goes back.
    package func begin(at second: UInt64) -> Bool {
        let isIn = load.withLock { load in
            guard load.requests < HTTPLimits.concurrentRequests else { return false }
            load.requests += 1
            return true
        }
        if isIn { rate.enter(1, at: second) }
        return isIn
    }

    /// Counts one request less.
    package func end(at second: UInt64) {
        rate.leave(1, isServed: true, at: second)
        load.withLock { $0.requests -= 1 }
    }

    /// Counts more bytes, unless they are too many.
    package func take(bytes: Int) -> Bool {
        load.withLock { load in
            guard bytes <= HTTPLimits.concurrentBodyBytes - load.bytes else { return false }
            load.bytes += bytes
            return true
        }
    }

    /// Counts so many bytes less.
    package func giveBack(bytes: Int) {
        load.withLock { $0.bytes -= bytes }
    }

    /// Seconds until those that are at work are done, as fast as it goes.
    package func pause(at second: UInt64) -> UInt64 { rate.pause(at: second) }
}
