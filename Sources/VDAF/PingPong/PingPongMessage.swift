/// A message between two aggregators (VDAF §5.7).
///
/// ```
/// struct {
///   MessageType type;                        // one byte
///   select (type) {
///     case initialize: opaque verifier_share<0..2^32-1>;
///     case continue:   opaque verifier_message<0..2^32-1>; opaque verifier_share<0..2^32-1>;
///     case finish:     opaque verifier_message<0..2^32-1>;
///   };
/// } Message;
/// ```
public enum PingPongMessage: Equatable, Sendable {
    /// The leader's first message.
    case initialize(verifierShare: [UInt8])
    /// A round between the first and the last; Prio3 has none.
    case `continue`(verifierMessage: [UInt8], verifierShare: [UInt8])
    /// The last message.
    case finish(verifierMessage: [UInt8])

    /// Decodes a whole message.
    ///
    /// - Throws: `VDAFError.malformedMessage` for anything but exactly one message.
    public init(decoding bytes: [UInt8]) throws {
        guard let type = bytes.first else { throw VDAFError(.malformedMessage, "an empty message") }
        var items = [[UInt8]]()
        var rest = bytes[1...]
        while !rest.isEmpty, items.count < 2 {
            guard rest.count >= 4 else { throw VDAFError(.malformedMessage, "a truncated message") }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count else { throw VDAFError(.malformedMessage, "a truncated message") }
            items.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        switch (type, items.count, rest.isEmpty) {
        case (0, 1, true): self = .initialize(verifierShare: items[0])
        case (1, 2, true): self = .continue(verifierMessage: items[0], verifierShare: items[1])
        case (2, 1, true): self = .finish(verifierMessage: items[0])
        default: throw VDAFError(.malformedMessage, "an unknown or overlong message")
        }
    }

    /// The encoding.
    public var encoded: [UInt8] {
        switch self {
        case .initialize(let verifierShare): [0] + Self.item(verifierShare)
        case .continue(let verifierMessage, let verifierShare):
            [1] + Self.item(verifierMessage) + Self.item(verifierShare)
        case .finish(let verifierMessage): [2] + Self.item(verifierMessage)
        }
    }

    /// Where the item of a message of this type lies, for a type that has exactly one; nil for any other bytes.
    static func item(of type: UInt8, in bytes: [UInt8]) -> Range<Int>? {
        guard bytes.count >= 5, bytes[0] == type else { return nil }
        let length = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
        return length == bytes.count - 5 ? 5..<bytes.count : nil
    }

    private static func item(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt32(bytes.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + bytes
    }
}
