import ArgumentParser
import Synchronization

/// A lie to the checker, to see that it is noticed.
enum PlantedDefect: String, ExpressibleByArgument, CaseIterable {
    /// One report that counts as acknowledged is never sent.
    case lostReport = "lost-report"
    /// One report is sent as two.
    case doubleCount = "double-count"
}

/// Plants a defect once, in an upload that is acknowledged as a whole.
final class Plant: Sendable {
    /// Uploads before the one that it goes into.
    private static let uploadsBefore = 5

    private struct State {
        var uploads = 0
        var isBusy = false
        var isPlanted = false
    }

    private let defect: PlantedDefect
    private let state = Mutex(State())

    init(_ defect: PlantedDefect) { self.defect = defect }

    /// Whether it was planted.
    var isPlanted: Bool { state.withLock(\.isPlanted) }

    /// What is uploaded in the place of some measurements; nil when it is not the turn of this upload. `end` follows.
    func replacement<Measurement>(for measurements: [Measurement]) -> [Measurement]? {
        let isTurn = state.withLock { state in
            state.uploads += 1
            guard !state.isPlanted, !state.isBusy, state.uploads > Self.uploadsBefore, measurements.count > 1 else {
                return false
            }
            state.isBusy = true
            return true
        }
        guard isTurn else { return nil }
        switch defect {
        case .lostReport: return measurements.dropLast()
        case .doubleCount: return measurements + measurements.suffix(1)
        }
    }

    /// - Parameter isAcknowledged: whether all of the upload was.
    func end(isAcknowledged: Bool) {
        state.withLock { state in
            state.isBusy = false
            state.isPlanted = isAcknowledged
        }
    }
}
