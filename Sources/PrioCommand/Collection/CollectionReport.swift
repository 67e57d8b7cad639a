/// What a collector's user is told besides the results, and how the command ends.
public struct CollectionReport {
    /// What is not the reason of a failure.
    package let notes: [String]
    /// How the command ends, unless with `done`.
    package let failure: CommandFailure?

    /// Says it on stderr.
    ///
    /// - Throws: `CommandFailure` when the command does not end with `done`.
    public func tell() throws(CommandFailure) {
        for line in notes { Console.say(line) }
        if let failure { throw failure }
    }
}
