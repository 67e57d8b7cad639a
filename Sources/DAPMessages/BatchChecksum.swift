import Crypto
public import TLSCodec

/// Says which reports a batch, or a bucket of one, is made of: the XOR of the SHA-256 hashes of their IDs (DAP §4.5.4.3):
/// ```
/// opaque checksum[32];
/// ```
/// The order in which reports and buckets are added does not matter.
public struct BatchChecksum: Hashable, Sendable, TLSCodable {
    private var words: Opaque32

    /// The checksum of no reports: 32 zero bytes.
    public init() { words = Opaque32(word0: 0, word1: 0, word2: 0, word3: 0) }

    /// - Parameter bytes: exactly 32 bytes.
    /// - Throws: `CodecError` (`lengthOutOfRange`).
    public init(_ bytes: [UInt8]) throws {
        guard bytes.count == Opaque32.byteCount else { throw CodecError(.lengthOutOfRange, "checksum") }
        try self.init(decoding: bytes)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        words.encode(to: &writer)
        return writer.bytes
    }

    /// Adds a report. Adding it again takes it out.
    public mutating func add(_ reportID: ReportID) { words.formXor(Opaque32(SHA256.hash(data: reportID.bytes))) }

    /// Adds the reports of another bucket.
    public mutating func merge(_ other: BatchChecksum) { words.formXor(other.words) }

    /// Reads 32 bytes.
    public init(from reader: inout ByteReader) throws { words = try Opaque32(from: &reader) }

    /// Writes 32 bytes.
    public func encode(to writer: inout ByteWriter) { words.encode(to: &writer) }
}

extension Opaque32 {
    fileprivate mutating func formXor(_ other: Opaque32) {
        word0 ^= other.word0
        word1 ^= other.word1
        word2 ^= other.word2
        word3 ^= other.word3
    }
}
