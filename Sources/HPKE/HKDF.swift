/// HKDF with SHA-256 (RFC 5869), the key derivation of HPKE and of whatever else derives keys here.
///
/// swift-crypto has a type of the same name: a file that imports both modules says `import enum HPKE.HKDF` too.
public enum HKDF {
    /// The code point of HKDF-SHA256 in RFC 9180 §7.2.
    static let id: UInt16 = 0x0001

    /// The length of a pseudorandom key in bytes, SHA-256's.
    public static let pseudoRandomKeyCount = HMACSHA256.codeCount

    /// The most bytes that one expansion yields (RFC 5869 §2.3).
    public static let outputLimit = 255 * HMACSHA256.codeCount

    /// Concentrates key material into a pseudorandom key of 32 bytes (RFC 5869 §2.2).
    ///
    /// - Parameters:
    ///   - salt: any length; public. An empty one stands for 32 zero bytes.
    ///   - inputKeyMaterial: any length.
    public static func extract(salt: [UInt8], inputKeyMaterial: SecretBytes) -> SecretBytes {
        HMACSHA256(salt: salt).code { $0.update(inputKeyMaterial) }
    }

    /// Derives `count` bytes from a pseudorandom key (RFC 5869 §2.3).
    ///
    /// - Parameters:
    ///   - pseudoRandomKey: uniform, 32 bytes or more.
    ///   - info: what the output is for; any length; public.
    ///   - count: 0 up to ``outputLimit`` bytes.
    public static func expand(pseudoRandomKey: SecretBytes, info: [UInt8], count: Int) -> SecretBytes {
        expand(HMACSHA256(key: pseudoRandomKey), info: info, count: count)
    }

    /// As the public one, for several expansions of the same pseudorandom key.
    static func expand(_ keyed: HMACSHA256, info: [UInt8], count: Int) -> SecretBytes {
        precondition((0...outputLimit).contains(count), "HKDF-SHA256 yields at most \(outputLimit) bytes")
        return SecretBytes(count: count) { output in
            var block = SecretBytes([])
            var counter: UInt8 = 0
            var offset = 0
            while offset < count {
                counter += 1
                block = keyed.code {
                    $0.update(block)
                    $0.update(info)
                    $0.update([counter])
                }
                let used = min(block.count, count - offset)
                block.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: output[offset..<offset + used])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<used]))
                }
                offset += used
            }
        }
    }
}
