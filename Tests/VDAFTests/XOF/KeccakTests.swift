import Testing

/// The permutation, by way of TurboSHAKE128's published figures.
@Suite struct KeccakTests {
    /// A message, the domain byte and the first 32 bytes of output (RFC 9861 §5).
    static let figures: [(message: [UInt8], domain: UInt8, output: String)] = [
        ([], 0x1f, "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c"),
        (pattern(1), 0x1f, "55cedd6f60af7bb29a4042ae832ef3f58db7299f893ebb9247247d856958daa9"),
        (pattern(17), 0x1f, "9c97d036a3bac819db70ede0ca554ec6e4c2a1a4ffbfd9ec269ca6a111161233"),
        (pattern(17 * 17), 0x1f, "96c77c279e0126f7fc07c9b07f5cdae1e0be60bdbe10620040e75d7223a624d2"),
        (pattern(17 * 17 * 17), 0x1f, "d4976eb56bcf118520582b709f73e1d6853e001fdaf80e1b13e0d0599d5fb372"),
        ([0xff, 0xff, 0xff], 0x01, "bf323f940494e88ee1c540fe660be8a0c93f43d15ec006998462fa994eed5dab"),
        ([0xff], 0x06, "8ec9c66465ed0d4a6c35d13506718d687a25cb05c74cca1e42501abd83874a67"),
        ([0xff, 0xff, 0xff], 0x07, "b658576001cad9b1e5f399a9f77723bba05458042d68206f7252682dba3663ed"),
    ]

    /// The bytes 00 … fa over and over.
    private static func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("TurboSHAKE128 over the permutation gives the published figures")
    func publishedFigures() {
        for figure in Self.figures {
            let output = PlainSponge.turboShake128(figure.message, domain: figure.domain, count: 32)
            #expect(hex(output) == figure.output, "\(figure.message.count) bytes, domain \(figure.domain)")
        }
    }

    @Test("The last 32 of 10032 bytes are the published ones, so squeezing goes on right")
    func longOutput() {
        let output = PlainSponge.turboShake128([], domain: 0x1f, count: 10032)
        #expect(hex(output.suffix(32)) == "a3b9b0385900ce761f22aed548e754da10a5242d62e8c658e3f3a923a7555607")
    }
}
