import CSodium

/// ChaCha20-Poly1305 (RFC 8439) by libsodium. ``AEAD`` checks the lengths.
enum ChaCha20Poly1305 {
    static func seal(
        _ plaintext: [UInt8], authenticating aad: [UInt8], under key: KeySchedule.MessageKey
    ) -> [UInt8] {
        _ = Sodium.ready
        let capacity = plaintext.count + AEAD.tagCount
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, initializedCount in
            guard let output = output.baseAddress else { preconditionFailure("no memory for a ciphertext") }
            let status = key.withPointers { key, nonce in
                crypto_aead_chacha20poly1305_ietf_encrypt(
                    output, nil, plaintext, UInt64(plaintext.count), aad, UInt64(aad.count), nil, nonce, key)
            }
            precondition(status == 0, "libsodium seals whatever is within the bound")
            initializedCount = capacity
        }
    }

    /// - Parameter ciphertext: at least a tag.
    static func open(
        _ ciphertext: [UInt8], authenticating aad: [UInt8], under key: KeySchedule.MessageKey
    ) -> [UInt8]? {
        _ = Sodium.ready
        let count = ciphertext.count - AEAD.tagCount
        var isAuthentic = false
        // One byte more than needed, so that there is memory to point at for an empty plaintext.
        let plaintext = [UInt8](unsafeUninitializedCapacity: count + 1) { output, initializedCount in
            let status = key.withPointers { key, nonce in
                crypto_aead_chacha20poly1305_ietf_decrypt(
                    output.baseAddress, nil, nil, ciphertext, UInt64(ciphertext.count), aad, UInt64(aad.count),
                    nonce, key)
            }
            isAuthentic = status == 0
            initializedCount = isAuthentic ? count : 0
        }
        return isAuthentic ? plaintext : nil
    }
}

extension KeySchedule.MessageKey {
    fileprivate func withPointers<R>(_ body: (_ key: UnsafeRawPointer, _ nonce: UnsafeRawPointer) -> R) -> R {
        key.withUnsafePointer { key in baseNonce.withUnsafePointer { nonce in body(key, nonce) } }
    }
}
