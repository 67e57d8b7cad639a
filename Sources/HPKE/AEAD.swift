/// The authenticated encryptions of RFC 9180 §7.3 that are supported; the raw value is the code point.
enum AEAD: UInt16, Sendable {
    /// By swift-crypto, as libsodium has none.
    case aes128GCM = 0x0001
    /// By libsodium.
    case chaCha20Poly1305 = 0x0003

    /// `Nn`, in bytes.
    static let nonceCount = 12
    /// `Nt`, in bytes.
    static let tagCount = 16
    /// The longest plaintext in bytes: AES-GCM's bound (NIST SP 800-38D §5.2.1.1), the smaller of the two.
    static let plaintextLimit = (1 << 36) - 32

    /// `Nk`, in bytes.
    var keyCount: Int {
        switch self {
        case .aes128GCM: 16
        case .chaCha20Poly1305: 32
        }
    }

    /// The ciphertext with its tag: as long as the plaintext and ``tagCount`` more.
    func seal(_ plaintext: [UInt8], authenticating aad: [UInt8], under key: KeySchedule.MessageKey) -> [UInt8] {
        precondition(plaintext.count <= Self.plaintextLimit, "a plaintext beyond the bound of the AEAD")
        return switch self {
        case .aes128GCM: AES128GCM.seal(plaintext, authenticating: aad, under: key)
        case .chaCha20Poly1305: ChaCha20Poly1305.seal(plaintext, authenticating: aad, under: key)
        }
    }

    /// - Returns: nil if the ciphertext has no possible length or is not authentic.
    func open(_ ciphertext: [UInt8], authenticating aad: [UInt8], under key: KeySchedule.MessageKey) -> [UInt8]? {
        guard Self.isPossibleCiphertextCount(ciphertext.count) else { return nil }
        return switch self {
        case .aes128GCM: AES128GCM.open(ciphertext, authenticating: aad, under: key)
        case .chaCha20Poly1305: ChaCha20Poly1305.open(ciphertext, authenticating: aad, under: key)
        }
    }

    /// Whether a ciphertext of so many bytes can have been sealed.
    static func isPossibleCiphertextCount(_ count: Int) -> Bool {
        count >= tagCount && count - tagCount <= plaintextLimit
    }
}
