/// Writes the primitives of the TLS presentation language (RFC 8446 §3) into a growing byte string.
///
/// A length outside the notation's range throws, so no message leaves that its reader must refuse. After an error the
/// writer holds a part of a message: discard it.
public struct ByteWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// A writer that has written nothing.
    public init() {}

    /// Makes room for `count` more bytes, so that a message of known size is not moved while it grows.
    public mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
    }

    /// Writes a `uint8`.
    public mutating func write(_ value: UInt8) { bytes.append(value) }

    /// Writes a `uint16`, big-endian.
    public mutating func write(_ value: UInt16) { writeInteger(value) }

    /// Writes a `uint32`, big-endian.
    public mutating func write(_ value: UInt32) { writeInteger(value) }

    /// Writes a `uint64`, big-endian.
    public mutating func write(_ value: UInt64) { writeInteger(value) }

    /// Writes bytes as they are, without a length.
    public mutating func write(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// Writes `opaque field<range>` with a length prefix of one byte.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange`).
    public mutating func writeOpaque8(
        _ value: [UInt8], _ field: String, in range: ClosedRange<Int> = 0...0xff
    ) throws {
        write(try prefix(value.count, field, in: range) as UInt8)
        write(value)
    }

    /// Writes `opaque field<range>` with a length prefix of two bytes.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange`).
    public mutating func writeOpaque16(
        _ value: [UInt8], _ field: String, in range: ClosedRange<Int> = 0...0xffff
    ) throws {
        write(try prefix(value.count, field, in: range) as UInt16)
        write(value)
    }

    /// Writes `opaque field<range>` with a length prefix of four bytes.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange`).
    public mutating func writeOpaque32(
        _ value: [UInt8], _ field: String, in range: ClosedRange<Int> = 0...0xffff_ffff
    ) throws {
        write(try prefix(value.count, field, in: range) as UInt32)
        write(value)
    }

    /// Writes a vector with a length prefix of two bytes, whose value is filled in when `body` has written the
    /// elements.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange`), and what `body` throws.
    public mutating func writeVector16(
        _ field: String, in range: ClosedRange<Int> = 0...0xffff, _ body: (inout ByteWriter) throws -> Void
    ) throws {
        let prefixStart = bytes.count
        write(0 as UInt16)
        let start = bytes.count
        try body(&self)
        let length: UInt16 = try prefix(bytes.count - start, field, in: range)
        bytes[prefixStart] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[prefixStart + 1] = UInt8(truncatingIfNeeded: length)
    }

    /// Writes a vector with a length prefix of two bytes of elements that encode themselves.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange`), and what an element throws.
    public mutating func writeVector16(
        _ elements: [some TLSEncodable], _ field: String, in range: ClosedRange<Int> = 0...0xffff
    ) throws {
        try writeVector16(field, in: range) { try $0.writeVectorToEnd(elements) }
    }

    /// Writes elements one after the other without a length prefix, as the last field of a message.
    ///
    /// - Throws: what an element throws.
    public mutating func writeVectorToEnd(_ elements: [some TLSEncodable]) throws {
        for element in elements {
            try element.encode(to: &self)
        }
    }
}

extension ByteWriter {
    private mutating func writeInteger(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The length prefix for `length` bytes, if the notation's range and the prefix's width allow it.
    private func prefix<T: FixedWidthInteger>(
        _ length: Int, _ field: String, in range: ClosedRange<Int>
    ) throws -> T {
        guard range.contains(length), let prefix = T(exactly: length) else {
            throw CodecError(.lengthOutOfRange, field)
        }
        return prefix
    }
}
