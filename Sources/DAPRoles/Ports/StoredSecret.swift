/// Bytes that must not rest in clear: the only type through which a secret reaches a store.
///
/// Today a store writes them as they are and relies on the file's mode. Sealing them with a datastore
/// key is a change of this type and its two users, not of every table.
public struct StoredSecret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The bytes in clear, for the role that uses them.
    public let bytes: [UInt8]
    /// Wraps bytes on their way into a store.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What a store writes.
    public var atRest: [UInt8] { bytes }
    /// Reads what a store wrote.
    public init(atRest: [UInt8]) { bytes = atRest }

    /// Redacted.
    public var description: String { "<redacted>" }
    /// Redacted.
    public var debugDescription: String { "<redacted>" }
    /// Redacted.
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: CollectionOfOne("<redacted>")) }
}
