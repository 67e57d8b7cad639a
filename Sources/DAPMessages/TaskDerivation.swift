import Crypto
public import HPKE
import TLSCodec

public import enum HPKE.HKDF

/// What follows from a task configuration, so that all parties who agree on it agree on this too (taskprov §3.3, §3.4).
/// DAP describes another way to derive keys; it is not used here.
public enum TaskDerivation {
    /// The length of the secret that the two aggregators share, in bytes.
    public static let sharedSecretLength = 32
    /// The length of a verification key of the Prio3 VDAFs, in bytes (VDAF §7.1).
    public static let verifyKeyLength = 32

    /// The ID of a task: `SHA-256(SHA-256("dap-taskprov task id") || task_config)`.
    ///
    /// - Parameter encodedTaskConfiguration: the configuration's exact bytes, as encoded or as received.
    public static func taskID(encodedTaskConfiguration: [UInt8]) -> TaskID {
        var hash = SHA256()
        hash.update(data: Array(SHA256.hash(data: Array("dap-taskprov task id".utf8))))
        hash.update(data: encodedTaskConfiguration)
        return TaskID(words: Opaque32(hash.finalize()))
    }

    /// The VDAF verification key of a task: HKDF-SHA256 with the salt `SHA-256("dap-taskprov")`, the shared secret as
    /// key material and the task ID as info.
    ///
    /// - Parameter sharedSecret: exactly 32 bytes, which only the two aggregators know.
    /// - Throws: `CodecError` (`lengthOutOfRange`) if the secret is longer or shorter.
    public static func verifyKey(sharedSecret: SecretBytes, taskID: TaskID) throws -> SecretBytes {
        guard sharedSecret.withUnsafeBytes({ $0.count }) == sharedSecretLength else {
            throw CodecError(.lengthOutOfRange, "verify_key_init")
        }
        let salt = Array(SHA256.hash(data: Array("dap-taskprov".utf8)))
        let pseudoRandomKey = HKDF.extract(salt: salt, inputKeyMaterial: sharedSecret)
        return HKDF.expand(pseudoRandomKey: pseudoRandomKey, info: taskID.bytes, count: verifyKeyLength)
    }
}

extension Opaque32 {
    init(_ digest: SHA256Digest) {
        self = digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return Opaque32(word0: word(0), word1: word(1), word2: word(2), word3: word(3))
        }
    }
}
