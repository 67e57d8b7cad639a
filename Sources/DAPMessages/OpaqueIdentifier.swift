public import TLSCodec

/// A byte string of fixed length that names something: `opaque Name[byteCount]`.
///
/// The bytes are kept as 64-bit words, because identifiers are hashed and compared for every report. In URLs and problem
/// documents they appear in base64url without padding (DAP §3, RFC 4648 §5).
public protocol OpaqueIdentifier: Hashable, Sendable, TLSCodable, CustomStringConvertible {
    /// How the bytes are kept.
    associatedtype Words: OpaqueWords

    /// The bytes as big-endian words.
    var words: Words { get }

    /// An identifier of the given words.
    init(words: Words)
}

extension OpaqueIdentifier {
    /// The length in bytes.
    public static var byteCount: Int { Words.byteCount }

    /// An identifier of exactly `byteCount` bytes.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange`) if there are more or fewer.
    public init(_ bytes: [UInt8]) throws {
        guard bytes.count == Self.byteCount else { throw CodecError(.lengthOutOfRange, "\(Self.self)") }
        try self.init(decoding: bytes)
    }

    /// Reads an identifier from its base64url form without padding.
    ///
    /// - Throws: `CodecError` (`invalidValue` if it is no base64url, `lengthOutOfRange`).
    public init(base64URL: String) throws {
        try self.init(Base64URL.decode(base64URL, "\(Self.self)"))
    }

    /// The bytes.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        words.encode(to: &writer)
        return writer.bytes
    }

    /// Base64url without padding.
    public var description: String { Base64URL.encode(bytes) }

    /// Reads the bytes.
    public init(from reader: inout ByteReader) throws { self.init(words: try Words(from: &reader)) }

    /// Writes the bytes.
    public func encode(to writer: inout ByteWriter) { words.encode(to: &writer) }
}

/// A fixed number of bytes, kept as 64-bit words.
public protocol OpaqueWords: Hashable, Sendable, TLSDecodable {
    /// The length in bytes.
    static var byteCount: Int { get }

    /// Writes the bytes.
    func encode(to writer: inout ByteWriter)
}

/// Sixteen bytes as two big-endian words.
public struct Opaque16: OpaqueWords {
    var word0: UInt64
    var word1: UInt64

    /// 16.
    public static var byteCount: Int { 16 }

    /// Reads 16 bytes.
    ///
    /// - Throws: `CodecError` (`truncated`).
    public init(from reader: inout ByteReader) throws {
        word0 = try reader.readUInt64("opaque[16]")
        word1 = try reader.readUInt64("opaque[16]")
    }

    /// Writes the 16 bytes.
    public func encode(to writer: inout ByteWriter) {
        writer.write(word0)
        writer.write(word1)
    }
}

/// Thirty-two bytes as four big-endian words.
public struct Opaque32: OpaqueWords {
    var word0: UInt64
    var word1: UInt64
    var word2: UInt64
    var word3: UInt64

    init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// 32.
    public static var byteCount: Int { 32 }

    /// Reads 32 bytes.
    ///
    /// - Throws: `CodecError` (`truncated`).
    public init(from reader: inout ByteReader) throws {
        word0 = try reader.readUInt64("opaque[32]")
        word1 = try reader.readUInt64("opaque[32]")
        word2 = try reader.readUInt64("opaque[32]")
        word3 = try reader.readUInt64("opaque[32]")
    }

    /// Writes the 32 bytes.
    public func encode(to writer: inout ByteWriter) {
        writer.write(word0)
        writer.write(word1)
        writer.write(word2)
        writer.write(word3)
    }
}
