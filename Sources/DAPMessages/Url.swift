public import TLSCodec

/// A URL as the participants agreed on it, byte for byte (DAP §4.1):
/// ```
/// opaque Url<1..2^16-1>;
/// ```
/// It is hashed and authenticated: nothing may normalise or re-encode it.
public struct Url: Hashable, Sendable, TLSCodable, CustomStringConvertible {
    /// 1 to 65,535 ASCII characters.
    public let bytes: [UInt8]

    /// - Parameter bytes: 1 to 65,535 ASCII characters.
    /// - Throws: `CodecError` (`lengthOutOfRange`; `invalidValue` if a byte is not ASCII).
    public init(_ bytes: [UInt8]) throws {
        guard (1...0xffff).contains(bytes.count) else { throw CodecError(.lengthOutOfRange, "Url") }
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw CodecError(.invalidValue, "Url") }
        self.bytes = bytes
    }

    /// - Parameter text: 1 to 65,535 ASCII characters.
    /// - Throws: `CodecError` (`lengthOutOfRange`; `invalidValue` if a character is not ASCII).
    public init(_ text: String) throws { try self.init(Array(text.utf8)) }

    /// The same characters as text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Reads the URL.
    public init(from reader: inout ByteReader) throws { try self.init(reader.readOpaque16("Url", in: 1...0xffff)) }

    /// Writes the URL.
    public func encode(to writer: inout ByteWriter) throws {
        try writer.writeOpaque16(bytes, "Url", in: 1...0xffff)
    }
}
