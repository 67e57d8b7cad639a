/// A value that holds a measurement or a share of one: interpolation, debugging and dumps show nothing of it.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    /// Redacted.
    public var description: String { "<redacted>" }
    /// Redacted.
    public var debugDescription: String { "<redacted>" }
    /// Without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}
