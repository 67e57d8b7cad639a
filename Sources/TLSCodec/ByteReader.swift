/// Reads the primitives of the TLS presentation language (RFC 8446 §3) from a byte string, front to back.
///
/// A reader never looks past its bounds and allocates only for bytes that are there, whatever a length prefix claims.
/// After an error it stands at an unspecified place: give up the message.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private(set) var position: Int
    /// One past the last byte that may be read: the end of the input or of the vector being read.
    var end: Int

    /// A reader at the start of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    /// How many bytes are left, up to the end of the input or of the vector being read.
    public var remainingCount: Int { end - position }

    /// Whether nothing is left.
    public var isAtEnd: Bool { position == end }

    /// Declares the message complete.
    ///
    /// - Throws: `CodecError` (`trailingBytes`) if bytes are left.
    public func finish(_ field: String = "message") throws {
        guard isAtEnd else { throw CodecError(.trailingBytes, field) }
    }

    /// Reads a `uint8`.
    ///
    /// - Throws: `CodecError` (`truncated`) at the end.
    public mutating func readUInt8(_ field: String = "uint8") throws -> UInt8 { try readInteger(field) }

    /// Reads a `uint16`, big-endian.
    ///
    /// - Throws: `CodecError` (`truncated`) if fewer than 2 bytes are left.
    public mutating func readUInt16(_ field: String = "uint16") throws -> UInt16 { try readInteger(field) }

    /// Reads a `uint32`, big-endian.
    ///
    /// - Throws: `CodecError` (`truncated`) if fewer than 4 bytes are left.
    public mutating func readUInt32(_ field: String = "uint32") throws -> UInt32 { try readInteger(field) }

    /// Reads a `uint64`, big-endian.
    ///
    /// - Throws: `CodecError` (`truncated`) if fewer than 8 bytes are left.
    public mutating func readUInt64(_ field: String = "uint64") throws -> UInt64 { try readInteger(field) }

    /// Reads `opaque field[count]`.
    ///
    /// - Parameter count: not negative.
    /// - Throws: `CodecError` (`truncated`) if fewer than `count` bytes are left.
    public mutating func readBytes(_ count: Int, _ field: String = "bytes") throws -> [UInt8] {
        let start = try advance(by: count, field)
        return Array(bytes[start..<position])
    }

    /// Reads `opaque field<range>` with a length prefix of one byte.
    ///
    /// - Throws: `CodecError` (`truncated`, `lengthOutOfRange`).
    public mutating func readOpaque8(_ field: String, in range: ClosedRange<Int> = 0...0xff) throws -> [UInt8] {
        try readBytes(readLength(readUInt8(field), field, in: range), field)
    }

    /// Reads `opaque field<range>` with a length prefix of two bytes.
    ///
    /// - Throws: `CodecError` (`truncated`, `lengthOutOfRange`).
    public mutating func readOpaque16(_ field: String, in range: ClosedRange<Int> = 0...0xffff) throws -> [UInt8] {
        try readBytes(readLength(readUInt16(field), field, in: range), field)
    }

    /// Reads `opaque field<range>` with a length prefix of four bytes.
    ///
    /// - Throws: `CodecError` (`truncated`, `lengthOutOfRange`).
    public mutating func readOpaque32(
        _ field: String, in range: ClosedRange<Int> = 0...0xffff_ffff
    ) throws -> [UInt8] {
        try readBytes(readLength(readUInt32(field), field, in: range), field)
    }
}

extension ByteReader {
    /// Steps over `count` bytes and returns where they start.
    private mutating func advance(by count: Int, _ field: String) throws -> Int {
        precondition(count >= 0)
        guard count <= end - position else { throw CodecError(.truncated, field) }
        let start = position
        position += count
        return start
    }

    private mutating func readInteger<T: FixedWidthInteger & UnsignedInteger>(_ field: String) throws -> T {
        let start = try advance(by: MemoryLayout<T>.size, field)
        var value: T = 0
        for index in start..<position {
            value = value << 8 | T(truncatingIfNeeded: bytes[index])
        }
        return value
    }

    /// Checks a length prefix against the notation's range; whether the bytes are there is checked afterwards.
    func readLength(_ prefix: some UnsignedInteger, _ field: String, in range: ClosedRange<Int>) throws -> Int {
        let length = Int(clamping: prefix)
        guard range.contains(length) else { throw CodecError(.lengthOutOfRange, field) }
        return length
    }
}
