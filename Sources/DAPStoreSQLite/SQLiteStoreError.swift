/// Why the store refused to work. Never carries a share.
public struct SQLiteStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of errors.
    public enum Code: String, Sendable {
        /// The file could not be created.
        case notCreated
        /// The file was written by a later version of this program.
        case fromLaterVersion
        /// Commits would not be on the disk when they return.
        case notDurable
        /// A time or a count that the store has no room for.
        case outOfRange
        /// A row is not as this program writes it.
        case corrupt
        /// The file of releases beside the database cannot be read or written.
        case releaseFile
        /// A backup could not be made.
        case backup
    }

    /// The kind of error.
    public let code: Code
    /// A plain sentence.
    public let reason: String

    init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Errors are equal when their codes are.
    public static func == (left: SQLiteStoreError, right: SQLiteStoreError) -> Bool { left.code == right.code }

    /// Code and reason.
    public var description: String { "\(code.rawValue): \(reason)" }
}
