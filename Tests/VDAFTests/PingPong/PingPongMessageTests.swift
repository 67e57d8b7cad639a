import Testing
import VDAF

/// Framing of the messages between two aggregators.
@Suite struct PingPongMessageTests {
    // Computed, because LeakSanitizer doesn't see the arrays of an enumeration in a global.
    static var known: [(message: PingPongMessage, encoded: [UInt8])] {
        [
            (.initialize(verifierShare: []), [0, 0, 0, 0, 0]),
            (.initialize(verifierShare: [0xaa, 0xbb]), [0, 0, 0, 0, 2, 0xaa, 0xbb]),
            (.continue(verifierMessage: [], verifierShare: []), [1, 0, 0, 0, 0, 0, 0, 0, 0]),
            (.continue(verifierMessage: [0xcc], verifierShare: []), [1, 0, 0, 0, 1, 0xcc, 0, 0, 0, 0]),
            (.continue(verifierMessage: [], verifierShare: [0xdd]), [1, 0, 0, 0, 0, 0, 0, 0, 1, 0xdd]),
            (
                .continue(verifierMessage: [1, 2, 3], verifierShare: [4, 5]),
                [1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 2, 4, 5]
            ),
            (.finish(verifierMessage: []), [2, 0, 0, 0, 0]),
            (.finish(verifierMessage: [0xee, 0, 0xff]), [2, 0, 0, 0, 3, 0xee, 0, 0xff]),
            (
                .finish(verifierMessage: [UInt8](repeating: 7, count: 0x0102)),
                [2, 0, 0, 1, 2] + [UInt8](repeating: 7, count: 0x0102)
            ),
        ]
    }

    private func expectRefused(_ bytes: [UInt8], _ note: Comment) {
        #expect(throws: VDAFError(.malformedMessage, ""), note) { try PingPongMessage(decoding: bytes) }
    }

    @Test("Messages have their one encoding, and it decodes to them")
    func knownAnswers() throws {
        for (message, encoded) in Self.known {
            #expect(message.encoded == encoded)
            #expect(try PingPongMessage(decoding: encoded) == message)
        }
    }

    @Test("A message cut anywhere or followed by anything is refused")
    func truncatedAndTrailing() {
        for (_, encoded) in Self.known {
            for length in 0..<encoded.count { expectRefused(Array(encoded[..<length]), "\(encoded) cut to \(length)") }
            for trailing in [[0], [1], [0, 0, 0, 0], [0, 0, 0, 1, 9], encoded] as [[UInt8]] {
                // An empty item more makes an `initialize` or `finish` look like a `continue`, but for its type.
                expectRefused(encoded + trailing, "\(encoded) followed by \(trailing)")
            }
        }
    }

    @Test("No type but 0, 1 and 2 is known, and each has its own number of items")
    func types() {
        for type in UInt8.min...UInt8.max {
            let one: [UInt8] = [type, 0, 0, 0, 1, 9]
            let two = one + [0, 0, 0, 1, 9]
            expectRefused([type], "type \(type), no item")
            if type != 0 && type != 2 { expectRefused(one, "type \(type), one item") }
            if type != 1 { expectRefused(two, "type \(type), two items") }
            expectRefused(two + [0, 0, 0, 1, 9], "type \(type), three items")
        }
    }

    @Test("A length beyond the message is refused, however large")
    func lengths() {
        for length in [
            [0, 0, 0, 2], [0, 0, 1, 0], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0xff, 0xff, 0xff, 0xff],
        ] as [[UInt8]] {
            for type: UInt8 in 0...2 {
                expectRefused([type] + length + [9], "type \(type), length \(length)")
                expectRefused([type, 0, 0, 0, 0] + length + [9], "type \(type), second length \(length)")
            }
        }
    }

    @Test("Any other value of a byte makes a message that encodes as the bytes, or none")
    func changedBytes() {
        for (_, encoded) in Self.known where encoded.count < 100 {
            for position in encoded.indices {
                for byte in UInt8.min ... .max where byte != encoded[position] {
                    var changed = encoded
                    changed[position] = byte
                    do {
                        guard try PingPongMessage(decoding: changed).encoded != changed else { continue }
                        Issue.record("\(encoded), position \(position), byte \(byte)")
                    } catch {
                        guard error as? VDAFError != VDAFError(.malformedMessage, "") else { continue }
                        Issue.record("\(encoded), position \(position), byte \(byte): \(error)")
                    }
                }
            }
        }
    }

    @Test("Random bytes decode to a message that encodes as them, or not at all")
    func randomBytes() {
        var random = SplitMix64(seed: 61)
        for round in 0..<5000 {
            // Mostly zeros, or no length would ever fit.
            var bytes = [UInt8](repeating: 0, count: Int(random.next() % 16))
            for index in bytes.indices where random.next() % 4 == 0 { bytes[index] = UInt8(random.next() % 8) }
            do {
                #expect(try PingPongMessage(decoding: bytes).encoded == bytes, "round \(round), seed 61")
            } catch {
                #expect(error as? VDAFError == VDAFError(.malformedMessage, ""), "round \(round), seed 61")
            }
        }
    }
}
