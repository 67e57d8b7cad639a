import CSodium

/// The function X25519 (RFC 7748 §5) in the use that RFC 9180 §4.1 makes of it.
package enum X25519 {
    /// The length of a public key, a private key and a shared secret in bytes.
    package static let keyCount = Int(crypto_scalarmult_BYTES)

    /// The public key that belongs to a private key of 32 bytes.
    package static func publicKey(of privateKey: SecretBytes) -> [UInt8] {
        precondition(privateKey.count == keyCount, "an X25519 private key has 32 bytes")
        _ = Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: keyCount) { output, initializedCount in
            guard let output = output.baseAddress else { preconditionFailure("no memory for a public key") }
            let status = privateKey.withUnsafePointer { crypto_scalarmult_base(output, $0) }
            precondition(status == 0, "every scalar has a public key")
            initializedCount = keyCount
        }
    }

    /// What the owners of the two keys agree on, 32 bytes.
    ///
    /// - Returns: nil for a key of another length than 32 bytes, and for a public key of low order, with which
    ///   everyone agrees on zero (RFC 9180 §7.1.4).
    package static func sharedSecret(privateKey: SecretBytes, publicKey: [UInt8]) -> SecretBytes? {
        guard privateKey.count == keyCount, publicKey.count == keyCount else { return nil }
        _ = Sodium.ready
        var isAgreed = false
        let shared = SecretBytes.written(count: keyCount) { output in
            let status = privateKey.withUnsafePointer { crypto_scalarmult(output, $0, publicKey) }
            // libsodium looks for low order itself; an all-zero secret is refused here whatever it answers.
            let isZero = sodium_is_zero(output, keyCount)
            isAgreed = status == 0 && isZero == 0
        }
        return isAgreed ? shared : nil
    }

    /// Whether `publicKey` has 32 bytes and is not of low order, so that every private key agrees with it on
    /// something other than zero.
    package static func isUsable(publicKey: [UInt8]) -> Bool {
        // X25519 makes any scalar a multiple of 8, which takes exactly the points of low order to zero.
        let anyScalar = SecretBytes([UInt8](repeating: 0, count: keyCount))
        return sharedSecret(privateKey: anyScalar, publicKey: publicKey) != nil
    }
}
