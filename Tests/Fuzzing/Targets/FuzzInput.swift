import DAPRoles
import TLSCodec

/// Takes an input apart. It has something for every question: zeros when the bytes are used up.
struct FuzzInput {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    var isAtEnd: Bool { bytes.isEmpty }

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    /// A number below `count`.
    mutating func choice(of count: Int) -> Int { Int(byte()) % count }

    /// Bytes behind their length in two bytes, or what is left of them.
    mutating func piece() -> [UInt8] {
        let length = Int(byte()) << 8 | Int(byte())
        defer { bytes = bytes.dropFirst(length) }
        return Array(bytes.prefix(length))
    }

    mutating func rest() -> [UInt8] {
        defer { bytes = [] }
        return Array(bytes)
    }
}

/// Decodes a message; nil when it does not decode.
///
/// - Throws: `LawBroken` when what was decoded does not encode to the same bytes.
func decoded<Message: TLSCodable>(_ type: Message.Type = Message.self, _ bytes: [UInt8]) throws -> Message? {
    let message: Message
    do {
        message = try Message(decoding: bytes)
    } catch is CodecError {
        return nil
    }
    try expect(try message.encoded() == bytes, "what decodes encodes to the same bytes")
    return message
}

/// A handler's answer; nil when it refused the request.
func unlessRefused<Answer>(_ work: () async throws -> Answer) async throws -> Answer? {
    do {
        return try await work()
    } catch is DAPAbort {
        return nil
    }
}
