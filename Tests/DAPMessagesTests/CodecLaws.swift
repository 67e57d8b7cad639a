import TLSCodec
import Testing

/// A message type as the codec laws see it: bytes that must come back from decoding and encoding unchanged.
struct MessageKind: Sendable, CustomTestStringConvertible {
    /// Where a message ends.
    enum Extent: Sendable {
        /// Its fields say so: no proper prefix of an encoding is one.
        case delimited
        /// At the end of the body: an encoding cut between two elements is another message.
        case toTheEnd
    }

    let testDescription: String
    let extent: Extent
    /// Makes a value, checks that it survives the round trip, and returns its encoding.
    let encodeRandom: @Sendable (inout SeededGenerator) throws -> [UInt8]
    /// Decodes and encodes again.
    let recode: @Sendable ([UInt8]) throws -> [UInt8]

    init<Message: Generated & TLSCodable & Equatable & Sendable>(_ type: Message.Type, _ extent: Extent = .delimited) {
        testDescription = "\(type)"
        self.extent = extent
        encodeRandom = { generator in
            let message = Message.random(using: &generator)
            let bytes = try message.encoded()
            #expect(try Message(decoding: bytes) == message)
            return bytes
        }
        recode = { try Message(decoding: $0).encoded() }
    }

    /// Whether the bytes are refused with a `CodecError`, or else are exactly what their value encodes to.
    func refusesOrKeeps(_ bytes: [UInt8]) -> Bool {
        do {
            return try recode(bytes) == bytes
        } catch {
            return error is CodecError
        }
    }

    /// Whether the bytes are refused with a `CodecError`.
    func refuses(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try recode(bytes)
            return false
        } catch {
            return error is CodecError
        }
    }
}
