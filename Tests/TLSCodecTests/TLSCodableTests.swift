import TLSCodec
import Testing

@Suite struct TLSCodableTests {
    @Test func aMessageDecodesWhole() throws {
        #expect(try Pair(decoding: [1, 0, 2]) == Pair(first: .one, second: 2))
        #expect(throws: CodecError(.truncated, "")) { try Pair(decoding: [1, 0]) }
        #expect(throws: CodecError(.trailingBytes, "")) { try Pair(decoding: [1, 0, 2, 0]) }
    }

    @Test func encodedIsTheInverseOfDecoding() throws {
        let pair = Pair(first: .two, second: 0xfffe)
        #expect(try pair.encoded() == [2, 0xff, 0xfe])
        #expect(try Pair(decoding: pair.encoded()) == pair)
    }

    @Test func vectorsOfMessagesAreCodedElementByElement() throws {
        let pairs = [Pair(first: .one, second: 2), Pair(first: .two, second: 3)]
        var writer = ByteWriter()
        try writer.writeVector16(pairs, "pairs")
        try writer.writeVectorToEnd(pairs)
        #expect(writer.bytes == [0, 6, 1, 0, 2, 2, 0, 3, 1, 0, 2, 2, 0, 3])
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readVector16("pairs", of: Pair.self) == pairs)
        #expect(try reader.readVectorToEnd(of: Pair.self) == pairs)
    }

    @Test func anEnumerationsUnknownValueIsInvalid() {
        for value in [0, 3, 0xff] as [UInt8] {
            #expect(throws: CodecError(.invalidValue, "")) { try Numeral(decoding: [value]) }
        }
        #expect(throws: CodecError(.truncated, "")) { try Numeral(decoding: []) }
    }
}

private enum Numeral: UInt8, TLSCodable {
    case one = 1
    case two = 2
}

private struct Pair: Equatable, TLSCodable {
    let first: Numeral
    let second: UInt16

    init(first: Numeral, second: UInt16) {
        self.first = first
        self.second = second
    }

    init(from reader: inout ByteReader) throws {
        first = try Numeral(from: &reader)
        second = try reader.readUInt16("second")
    }

    func encode(to writer: inout ByteWriter) {
        first.encode(to: &writer)
        writer.write(second)
    }
}
