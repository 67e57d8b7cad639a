/// How a command ends: the one table of exit codes for all commands.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Everything that was asked for has been done.
    case done = 0
    /// Anything that has no number of its own.
    case other = 1
    /// A metric's privacy budget does not cover what was asked for.
    case budgetExceeded = 10
    /// The command line makes no sense.
    case usage = 64
    /// A row, a value or a catalog does not fit; or a report was refused.
    case badData = 65
    /// A peer does not answer.
    case peerDown = 69
    /// There are fewer reports than the minimum, or the answer takes longer than one was ready to wait.
    case notReady = 75
    /// A peer does not accept the token.
    case notAuthorised = 77
    /// A configuration, a key or a token cannot be used, or does not fit the others.
    case badConfiguration = 78
}
