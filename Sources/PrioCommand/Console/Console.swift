import Foundation

/// The two streams of a command: data on stdout, everything else on stderr.
public enum Console {
    /// Writes text to stdout, exactly as it is.
    ///
    /// - Throws: `FileError` when it cannot be written: the reader went away, the disk is full.
    public static func data(_ text: String) throws {
        try write(text, to: STDOUT_FILENO, called: "standard output")
    }

    /// Writes a line to stderr. If nobody can read it, nothing more can be done.
    public static func say(_ line: String) {
        try? write(line + "\n", to: STDERR_FILENO, called: "standard error")
    }

    /// Writes text to stderr, without a line end.
    static func sayPart(_ text: String) {
        try? write(text, to: STDERR_FILENO, called: "standard error")
    }

    /// Whether stderr is a terminal, on which a line may be overwritten.
    public static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: Int32, called name: String) throws {
        try Descriptor.write(Array(text.utf8), to: descriptor, path: name)
    }
}
