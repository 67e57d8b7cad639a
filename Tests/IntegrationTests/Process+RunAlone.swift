import Foundation
import Synchronization

extension Process {
    private static let launching = Mutex(())

    /// Starts the process, one at a time: Foundation's `run` has been seen to read beyond its memory while several
    /// processes were started side by side.
    func runAlone() throws { try Self.launching.withLock { _ in try run() } }
}
