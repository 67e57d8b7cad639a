/// What a long command says while it works: on a terminal one line that is written over, elsewhere a line every few
/// seconds. Not safe to share: one task owns it.
public struct ProgressLine {
    /// Between two updates on a terminal.
    static let terminalPause = Swift.Duration.milliseconds(100)
    /// Between two lines elsewhere.
    static let filePause = Swift.Duration.seconds(5)

    private let isTerminal: Bool
    private let write: (String) -> Void
    private let now: () -> ContinuousClock.Instant
    private var due: ContinuousClock.Instant
    private var isShown = false

    /// A progress line on stderr.
    public init() {
        self.init(isTerminal: Console.isInteractive, now: { .now }, write: Console.sayPart)
    }

    /// - Parameters:
    ///   - isTerminal: whether a line can be written over.
    ///   - now: the time, for the pace.
    ///   - write: takes what is to be shown, as it is.
    package init(
        isTerminal: Bool, now: @escaping () -> ContinuousClock.Instant, write: @escaping (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.now = now
        self.write = write
        due = now() + (isTerminal ? .zero : Self.filePause)
    }

    /// Shows how far it is, if it is time for it. `text` is one line.
    public mutating func update(_ text: @autoclosure () -> String) {
        let time = now()
        guard time >= due else { return }
        due = time + (isTerminal ? Self.terminalPause : Self.filePause)
        write(isTerminal ? "\r\(text())\u{1b}[K" : text() + "\n")
        isShown = isTerminal
    }

    /// Says something that stays.
    public mutating func note(_ line: String) {
        clear()
        write(line + "\n")
    }

    /// Takes the line away.
    public mutating func clear() {
        if isShown { write("\r\u{1b}[K") }
        isShown = false
    }
}
