import Synchronization

/// What must not be, found while it runs.
final class Findings: Sendable {
    /// Lines that are kept; with as many there is no sense in going on.
    private static let limit = 100

    private struct State {
        var lines: [String] = []
        var count = 0
    }

    private let state = Mutex(State())

    func add(_ line: String) {
        state.withLock { state in
            state.count += 1
            if state.lines.count < Self.limit { state.lines.append(line) }
        }
    }

    /// How many there are.
    var count: Int { state.withLock(\.count) }

    /// Whether there are so many that it makes no sense to go on.
    var areTooMany: Bool { count >= Self.limit }

    /// The first of them.
    var lines: [String] { state.withLock(\.lines) }
}

/// How often things happened, by name.
final class Counters: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func add(_ name: String, _ count: Int = 1) { counts.withLock { $0[name, default: 0] += count } }

    /// Keeps the largest of the values.
    func raise(_ name: String, to value: Int) { counts.withLock { $0[name] = max($0[name] ?? 0, value) } }

    subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
}

/// Something that is on until it is turned off.
final class Switch: Sendable {
    private let state = Mutex(true)

    var isOn: Bool { state.withLock { $0 } }

    func turnOff() { state.withLock { $0 = false } }
}
