public import ArgumentParser

/// A command that only has subcommands: the program itself, or a group of them.
public protocol Entrance: AsyncParsableCommand {}

extension Entrance {
    // The name is the argument parser's.
    // swift-format-ignore: NoLeadingUnderscores
    /// The prefix of errors in the command line, the same as of all others.
    public static var _errorPrefix: String { "error: " }
}
