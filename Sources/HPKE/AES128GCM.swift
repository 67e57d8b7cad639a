import CSodium
import Crypto

/// AES-128-GCM by swift-crypto. ``AEAD`` checks the lengths.
enum AES128GCM {
    static func seal(
        _ plaintext: [UInt8], authenticating aad: [UInt8], under key: KeySchedule.MessageKey
    ) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(plaintext, using: key.symmetricKey, nonce: key.nonce, authenticating: aad)
            return Array(box.ciphertext) + Array(box.tag)
        } catch {
            preconditionFailure("AES-GCM seals whatever is within the bound")
        }
    }

    /// - Parameter ciphertext: at least a tag.
    static func open(
        _ ciphertext: [UInt8], authenticating aad: [UInt8], under key: KeySchedule.MessageKey
    ) -> [UInt8]? {
        do {
            let box = try AES.GCM.SealedBox(
                nonce: key.nonce, ciphertext: ciphertext.dropLast(AEAD.tagCount), tag: ciphertext.suffix(AEAD.tagCount))
            var opened = try AES.GCM.open(box, using: key.symmetricKey, authenticating: aad)
            // The caller gets the only copy that stays.
            defer { opened.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) } }
            return Array(opened)
        } catch {
            return nil
        }
    }
}

extension KeySchedule.MessageKey {
    fileprivate var symmetricKey: SymmetricKey {
        key.withUnsafeBytes { SymmetricKey(data: $0) }
    }

    fileprivate var nonce: AES.GCM.Nonce {
        get throws { try baseNonce.withUnsafeBytes { try AES.GCM.Nonce(data: $0) } }
    }
}
