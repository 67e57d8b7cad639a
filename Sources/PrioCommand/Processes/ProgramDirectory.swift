import Foundation

/// The directory that this program is in, where its companions are.
package enum ProgramDirectory {
    /// The path of a companion.
    ///
    /// - Throws: `CommandFailure` when it is not there.
    package static func path(of name: String) throws(CommandFailure) -> String {
        let path = companion(name)
        guard access(path, X_OK) == 0 else {
            throw CommandFailure(.badConfiguration, "\(path): there is no such program beside this one")
        }
        return path
    }

    /// The path that a companion has or would have.
    package static func companion(_ name: String) -> String {
        let program = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return program.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(name).path
    }
}
