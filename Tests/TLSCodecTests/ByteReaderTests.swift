import TLSCodec
import Testing

@Suite struct ByteReaderTests {
    @Test func integersAreBigEndian() throws {
        var reader = ByteReader([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
        #expect(try reader.readUInt8() == 0x01)
        #expect(try reader.readUInt16() == 0x0203)
        #expect(try reader.readUInt32() == 0x0405_0607)
        #expect(try reader.readUInt64() == 0x0809_0a0b_0c0d_0e0f)
        #expect(reader.isAtEnd)
    }

    @Test(arguments: 0..<8)
    func anIntegerCutShortIsTruncated(length: Int) {
        let bytes = [UInt8](repeating: 0xff, count: length)
        if length < 1 { expectError(.truncated, of: bytes) { _ = try $0.readUInt8() } }
        if length < 2 { expectError(.truncated, of: bytes) { _ = try $0.readUInt16() } }
        if length < 4 { expectError(.truncated, of: bytes) { _ = try $0.readUInt32() } }
        expectError(.truncated, of: bytes) { _ = try $0.readUInt64() }
    }

    @Test func anIntegerCutShortLeavesTheReaderWhereItWas() {
        var reader = ByteReader([1, 2, 3])
        #expect(throws: CodecError.self) { try reader.readUInt32() }
        #expect(reader.remainingCount == 3)
    }

    @Test func readBytesTakesExactlyAsManyAsAskedFor() throws {
        var reader = ByteReader([1, 2, 3])
        #expect(try reader.readBytes(0) == [])
        #expect(try reader.readBytes(2) == [1, 2])
        #expect(reader.remainingCount == 1)
        #expect(throws: CodecError(.truncated, "")) { try reader.readBytes(2) }
        #expect(throws: CodecError(.truncated, "")) { try reader.readBytes(.max) }
    }

    @Test func opaqueFieldsHaveTheLengthOfTheirPrefix() throws {
        var reader = ByteReader([2, 0xa, 0xb, 0, 1, 0xc, 0, 0, 0, 3, 0xd, 0xe, 0xf, 0])
        #expect(try reader.readOpaque8("a") == [0xa, 0xb])
        #expect(try reader.readOpaque16("b") == [0xc])
        #expect(try reader.readOpaque32("c") == [0xd, 0xe, 0xf])
        #expect(try reader.readOpaque8("d") == [])
        #expect(reader.isAtEnd)
    }

    @Test func aLengthPrefixBeyondTheInputIsTruncated() {
        expectError(.truncated, of: [3, 1, 2]) { _ = try $0.readOpaque8("a") }
        expectError(.truncated, of: [0, 3, 1, 2]) { _ = try $0.readOpaque16("a") }
        expectError(.truncated, of: [0, 0, 0, 3, 1, 2]) { _ = try $0.readOpaque32("a") }
        expectError(.truncated, of: [0, 3, 1, 2]) { _ = try $0.readVector16("a") { try $0.readUInt8() } }
    }

    @Test func theLargestLengthPrefixOnAShortMessageIsTruncated() {
        expectError(.truncated, of: [0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6]) { _ = try $0.readOpaque32("a") }
    }

    @Test func aLengthOutsideTheNotationsRangeIsRefused() {
        expectError(.lengthOutOfRange, of: [0]) { _ = try $0.readOpaque8("a", in: 1...0xff) }
        expectError(.lengthOutOfRange, of: [0, 0]) { _ = try $0.readOpaque16("a", in: 1...0xffff) }
        expectError(.lengthOutOfRange, of: [0, 0, 0, 0]) { _ = try $0.readOpaque32("a", in: 1...0xffff_ffff) }
        expectError(.lengthOutOfRange, of: [3, 1, 2, 3]) { _ = try $0.readOpaque8("a", in: 0...2) }
        expectError(.lengthOutOfRange, of: [0, 1, 9]) { reader in
            _ = try reader.readVector16("a", in: 2...0xffff) { try $0.readUInt8() }
        }
    }

    @Test func aVectorEndsWhereItsPrefixSays() throws {
        var reader = ByteReader([0, 4, 0, 1, 0, 2, 0xff])
        #expect(try reader.readVector16("a") { try $0.readUInt16() } == [1, 2])
        #expect(reader.remainingCount == 1)
        #expect(try reader.readUInt8() == 0xff)
    }

    @Test func anElementMayNotCrossTheVectorsEnd() {
        expectError(.truncated, of: [0, 3, 0, 1, 0, 2]) { _ = try $0.readVector16("a") { try $0.readUInt16() } }
        expectError(.truncated, of: [0, 3, 0, 2, 1, 2]) { _ = try $0.readVector16("a") { try $0.readOpaque16("b") } }
    }

    @Test func anElementIsNotGivenBytesFromBehindTheVector() {
        var seen: [UInt16] = []
        expectError(.truncated, of: [0, 1, 0xaa, 0xbb]) { reader in
            _ = try reader.readVector16("a") { seen.append(try $0.readUInt16()) }
        }
        #expect(seen == [])
    }

    @Test func vectorsNest() throws {
        var reader = ByteReader([0, 7, 0, 2, 1, 2, 0, 1, 3, 4])
        let nested = try reader.readVector16("a") { try $0.readVector16("b") { try $0.readUInt8() } }
        #expect(nested == [[1, 2], [3]])
        #expect(try reader.readUInt8() == 4)
    }

    @Test func aVectorWithoutAPrefixRunsToTheEnd() throws {
        var reader = ByteReader([9, 0, 1, 0, 2])
        _ = try reader.readUInt8()
        #expect(try reader.readVectorToEnd { try $0.readUInt16() } == [1, 2])
        #expect(reader.isAtEnd)
        #expect(try reader.readVectorToEnd { try $0.readUInt16() } == [])
        expectError(.truncated, of: [0, 1, 0]) { _ = try $0.readVectorToEnd { try $0.readUInt16() } }
    }

    @Test func finishingBeforeTheEndIsAnError() throws {
        var reader = ByteReader([1])
        #expect(throws: CodecError(.trailingBytes, "")) { try reader.finish() }
        _ = try reader.readUInt8()
        try reader.finish()
    }

    @Test func errorsNameTheField() {
        var reader = ByteReader([])
        #expect {
            _ = try reader.readOpaque32("public_share")
        } throws: { error in
            (error as? CodecError)?.reason == "public_share"
        }
    }

    private func expectError(
        _ code: CodecError.Code, of bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation,
        _ read: (inout ByteReader) throws -> Void
    ) {
        var reader = ByteReader(bytes)
        #expect(throws: CodecError(code, ""), sourceLocation: sourceLocation) { try read(&reader) }
    }
}
