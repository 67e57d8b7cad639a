import TLSCodec
import Testing

@Suite struct ByteWriterTests {
    @Test func integersAreBigEndian() {
        var writer = ByteWriter()
        writer.write(0x01 as UInt8)
        writer.write(0x0203 as UInt16)
        writer.write(0x0405_0607 as UInt32)
        writer.write(0x0809_0a0b_0c0d_0e0f as UInt64)
        #expect(writer.bytes == Array(1...15))
    }

    @Test func opaqueFieldsGetAPrefixOfTheirLength() throws {
        var writer = ByteWriter()
        try writer.writeOpaque8([0xa, 0xb], "a")
        try writer.writeOpaque16([0xc], "b")
        try writer.writeOpaque32([0xd, 0xe, 0xf], "c")
        try writer.writeOpaque8([], "d")
        writer.write([1, 2])
        #expect(writer.bytes == [2, 0xa, 0xb, 0, 1, 0xc, 0, 0, 0, 3, 0xd, 0xe, 0xf, 0, 1, 2])
    }

    @Test func theLongestOpaqueFieldsAreWrittenAndLongerOnesRefused() throws {
        var writer = ByteWriter()
        try writer.writeOpaque8([UInt8](repeating: 0, count: 0xff), "a")
        #expect(writer.bytes.count == 1 + 0xff)
        try writer.writeOpaque16([UInt8](repeating: 0, count: 0xffff), "b")
        #expect(writer.bytes.count == 1 + 0xff + 2 + 0xffff)
        expectError(.lengthOutOfRange) { try $0.writeOpaque8([UInt8](repeating: 0, count: 0x100), "a") }
        expectError(.lengthOutOfRange) { try $0.writeOpaque16([UInt8](repeating: 0, count: 0x1_0000), "b") }
    }

    @Test func aRangeWiderThanThePrefixDoesNotCutTheLength() {
        let long = [UInt8](repeating: 0, count: 0x101)
        expectError(.lengthOutOfRange) { try $0.writeOpaque8(long, "a", in: 0...0xffff) }
    }

    @Test func aLengthOutsideTheNotationsRangeIsRefused() {
        expectError(.lengthOutOfRange) { try $0.writeOpaque8([], "a", in: 1...0xff) }
        expectError(.lengthOutOfRange) { try $0.writeOpaque16([], "a", in: 1...0xffff) }
        expectError(.lengthOutOfRange) { try $0.writeOpaque32([], "a", in: 1...0xffff_ffff) }
        expectError(.lengthOutOfRange) { try $0.writeOpaque32([1, 2, 3], "a", in: 0...2) }
        expectError(.lengthOutOfRange) { try $0.writeVector16("a", in: 1...0xffff) { _ in } }
    }

    @Test func aVectorsPrefixIsFilledInBehind() throws {
        var writer = ByteWriter()
        writer.write(9 as UInt8)
        try writer.writeVector16("a") { writer in
            try writer.writeVector16("b") { $0.write([1, 2]) }
            try writer.writeVector16("b") { _ in }
        }
        #expect(writer.bytes == [9, 0, 6, 0, 2, 1, 2, 0, 0])
    }

    @Test func aVectorTooLongForItsPrefixIsRefused() throws {
        var writer = ByteWriter()
        try writer.writeVector16("a") { $0.write([UInt8](repeating: 7, count: 0xffff)) }
        #expect(Array(writer.bytes.prefix(3)) == [0xff, 0xff, 7])
        expectError(.lengthOutOfRange) { writer in
            try writer.writeVector16("a") { $0.write([UInt8](repeating: 7, count: 0x1_0000)) }
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let number = generator.next()
            let short = [UInt8].random(count: Int.random(in: 0...0xff, using: &generator), using: &generator)
            let long = [UInt8].random(count: Int.random(in: 0...0x3ff, using: &generator), using: &generator)
            var writer = ByteWriter()
            writer.reserveCapacity(1500)
            writer.write(number)
            writer.write(UInt32(truncatingIfNeeded: number))
            writer.write(UInt16(truncatingIfNeeded: number))
            try writer.writeOpaque8(short, "short")
            try writer.writeVector16("vector") { try $0.writeOpaque32(long, "long") }
            var reader = ByteReader(writer.bytes)
            #expect(try reader.readUInt64() == number, "seed \(seed)")
            #expect(try reader.readUInt32() == UInt32(truncatingIfNeeded: number), "seed \(seed)")
            #expect(try reader.readUInt16() == UInt16(truncatingIfNeeded: number), "seed \(seed)")
            #expect(try reader.readOpaque8("short") == short, "seed \(seed)")
            #expect(try reader.readVector16("vector") { try $0.readOpaque32("long") } == [long], "seed \(seed)")
            #expect(reader.isAtEnd, "seed \(seed)")
        }
    }

    private func expectError(
        _ code: CodecError.Code, sourceLocation: SourceLocation = #_sourceLocation,
        _ write: (inout ByteWriter) throws -> Void
    ) {
        var writer = ByteWriter()
        #expect(throws: CodecError(code, ""), sourceLocation: sourceLocation) { try write(&writer) }
    }
}
