import TLSCodec

/// Base64 with the URL and filename safe alphabet and without padding (RFC 4648 §3.2, §5).
///
/// Decoding is strict, so that a byte string has exactly one form: padding, whitespace, other characters and non-zero
/// bits behind the last byte are errors.
public enum Base64URL {
    /// The base64url form of `bytes`, without padding.
    public static func encode(_ bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity((bytes.count * 4 + 2) / 3)
        var pending: UInt32 = 0
        var pendingBits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= 6 {
                pendingBits -= 6
                characters.append(character(UInt8(pending >> UInt32(pendingBits) & 0x3f)))
            }
        }
        if pendingBits > 0 {
            characters.append(character(UInt8(pending << UInt32(6 - pendingBits) & 0x3f)))
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// The bytes whose base64url form is `text`.
    ///
    /// - Throws: `CodecError` (`invalidValue`) if `text` is not what `encode` makes of any bytes.
    public static func decode(_ text: String, _ field: String = "base64url") throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var pending: UInt32 = 0
        var pendingBits = 0
        for character in text.utf8 {
            guard let sextet = sextet(character) else { throw CodecError(.invalidValue, field) }
            pending = pending << 6 | UInt32(sextet)
            pendingBits += 6
            if pendingBits >= 8 {
                pendingBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
            }
        }
        // Six bits left over are a character that belongs to no byte; two or four are padding and must be zero.
        guard pendingBits < 6, pending & (1 << UInt32(pendingBits) - 1) == 0 else {
            throw CodecError(.invalidValue, field)
        }
        return bytes
    }

    private static func character(_ sextet: UInt8) -> UInt8 {
        switch sextet {
        case 0..<26: UInt8(ascii: "A") + sextet
        case 26..<52: UInt8(ascii: "a") + sextet - 26
        case 52..<62: UInt8(ascii: "0") + sextet - 52
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static func sextet(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
