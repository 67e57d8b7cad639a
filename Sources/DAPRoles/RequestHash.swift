import Crypto
import DAPMessages

/// IDs of resources that follow from the request that created them, which makes creation idempotent (DAP §3.2).
enum RequestHash {
    /// The first bytes of SHA-256(task ID || body).
    static func identifier<ID: OpaqueIdentifier>(task: TaskID, body: [UInt8]) -> ID {
        var hash = SHA256()
        hash.update(data: task.bytes)
        hash.update(data: body)
        do {
            return try ID(Array(hash.finalize().prefix(ID.byteCount)))
        } catch {
            preconditionFailure("a hash has the bytes that an identifier takes")
        }
    }
}
