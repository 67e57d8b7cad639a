import CSodium

/// HMAC-SHA256 (RFC 2104) under one key of any length.
///
/// The state after the key is kept, so that every code under the same key but the first saves two of its
/// compressions.
struct HMACSHA256: Sendable {
    /// The length of a code in bytes.
    static let codeCount = Int(crypto_auth_hmacsha256_BYTES)

    private static let stateCount = MemoryLayout<crypto_auth_hmacsha256_state>.size

    /// A `crypto_auth_hmacsha256_state`; it is as good as the key.
    private let keyed: SecretBytes

    init(key: SecretBytes) {
        keyed = key.withUnsafePointer { Self.state(afterKey: $0, count: key.count) }
    }

    /// For a key that is public: the salt of an extraction.
    init(salt: [UInt8]) {
        keyed = Self.state(afterKey: salt, count: salt.count)
    }

    /// The code of whatever `feed` puts into the stream.
    func code(_ feed: (Stream) -> Void) -> SecretBytes {
        SecretBytes.written(count: Self.codeCount) { output in
            withUnsafeTemporaryAllocation(
                byteCount: Self.stateCount, alignment: MemoryLayout<crypto_auth_hmacsha256_state>.alignment
            ) { scratch in
                keyed.withUnsafeBytes { scratch.copyMemory(from: $0) }
                defer { sodium_memzero(scratch.baseAddress, scratch.count) }
                let states = scratch.bindMemory(to: crypto_auth_hmacsha256_state.self)
                guard let state = states.baseAddress else { preconditionFailure("no scratch memory") }
                feed(Stream(state: state))
                crypto_auth_hmacsha256_final(state, output)
            }
        }
    }

    /// Takes up a message piece by piece; valid only within the call it is given to.
    struct Stream {
        fileprivate let state: UnsafeMutablePointer<crypto_auth_hmacsha256_state>

        func update(_ bytes: [UInt8]) {
            crypto_auth_hmacsha256_update(state, bytes, UInt64(bytes.count))
        }

        func update(_ bytes: SecretBytes) {
            bytes.withUnsafePointer { _ = crypto_auth_hmacsha256_update(state, $0, UInt64(bytes.count)) }
        }
    }

    private static func state(afterKey key: UnsafeRawPointer, count: Int) -> SecretBytes {
        _ = Sodium.ready
        return SecretBytes.written(count: stateCount) { memory in
            let state = memory.bindMemory(to: crypto_auth_hmacsha256_state.self, capacity: 1)
            crypto_auth_hmacsha256_init(state, key, count)
        }
    }
}
