/// A type with a decoding in the TLS presentation language (RFC 8446 §3).
public protocol TLSDecodable {
    /// Reads one value and leaves the reader behind it. A type whose last vector has no length prefix reads to the
    /// reader's end.
    ///
    /// - Throws: `CodecError` if the bytes are no encoding of a value.
    init(from reader: inout ByteReader) throws
}

/// A type with an encoding in the TLS presentation language (RFC 8446 §3).
public protocol TLSEncodable {
    /// Appends the value's encoding.
    ///
    /// - Throws: `CodecError` if the value has none, for example because a field is too long.
    func encode(to writer: inout ByteWriter) throws
}

/// A type with an encoding and its inverse: what decodes encodes to the same bytes.
public typealias TLSCodable = TLSDecodable & TLSEncodable

extension TLSDecodable {
    /// Decodes a whole message.
    ///
    /// - Throws: `CodecError` if the bytes are no encoding of a value, or more than one.
    public init(decoding bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }
}

extension TLSEncodable {
    /// The value's encoding.
    ///
    /// - Throws: `CodecError` if the value has none, for example because a field is too long.
    public func encoded() throws -> [UInt8] {
        var writer = ByteWriter()
        try encode(to: &writer)
        return writer.bytes
    }
}

/// Enumerations of one byte (RFC 8446 §3.5): `enum { name(value), …, (255) }`.
extension TLSDecodable where Self: RawRepresentable, RawValue == UInt8 {
    /// Reads one byte.
    ///
    /// - Throws: `CodecError` (`truncated`, or `invalidValue` for a value without a name).
    public init(from reader: inout ByteReader) throws {
        guard let value = Self(rawValue: try reader.readUInt8("enumerated value")) else {
            throw CodecError(.invalidValue, "\(Self.self)")
        }
        self = value
    }
}

extension TLSEncodable where Self: RawRepresentable, RawValue == UInt8 {
    /// Writes one byte.
    public func encode(to writer: inout ByteWriter) { writer.write(rawValue) }
}
