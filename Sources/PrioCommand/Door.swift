public import ArgumentParser

/// A command or subcommand of one of the executables: it is parsed, it performs, and it ends with an `ExitStatus`.
///
/// What a door says when it fails goes to stderr as `error: …`; only data go to stdout.
public protocol Door: AsyncParsableCommand, Sendable {
    /// Does what the command is for.
    ///
    /// - Throws: anything; `CommandFailure.init(_:)` makes it an exit code.
    func perform() async throws
}

extension Door {
    /// Runs `perform` in a task of its own, as the entry point of a program is bound to the main thread.
    public mutating func run() async throws {
        let door = self
        do {
            try await Task { @concurrent in try await door.perform() }.value
        } catch {
            throw Self.exitCode(of: error)
        }
    }

    /// Says what went wrong.
    private static func exitCode(of error: any Error) -> any Error {
        if error is ExitCode || error is CleanExit { return error }
        let failure = CommandFailure(error)
        Console.say(failure.description)
        return ExitCode(failure.status.rawValue)
    }
}
