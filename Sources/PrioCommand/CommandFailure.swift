/// Why a command does not end with `ExitStatus.done`: what goes to stderr as `error: …`, and the exit code.
public struct CommandFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The exit code.
    public let status: ExitStatus
    /// What is wrong; one line, or several where a file has several problems. Never a measurement or another secret.
    public let message: String
    /// What may help, one line.
    public let hint: String?

    /// A failure.
    public init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    /// The lines for stderr, without a line end behind the last.
    public var description: String {
        "error: \(message)" + (hint.map { "\nhint: \($0)" } ?? "")
    }
}
