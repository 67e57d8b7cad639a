import DAPMessages
import HPKE
import VDAF

/// An input share's envelope opens, and what is in it decodes (DAP §4.5.3.3, §4.5.3.4).
struct InputShareRule: Sendable {
    let task: AggregatorTask
    let keyring: HpkeKeyring

    /// The encoded input share, or the report's error.
    func open(
        _ ciphertext: HpkeCiphertext, metadata: ReportMetadata, publicShare: [UInt8]
    ) -> Result<[UInt8], ReportError> {
        plaintext(ciphertext, metadata: metadata, publicShare: publicShare)
            .flatMap { validate($0, metadata: metadata) }
    }

    /// What is in the envelope, or the report's error (DAP §4.5.3.3).
    func plaintext(
        _ ciphertext: HpkeCiphertext, metadata: ReportMetadata, publicShare: [UInt8]
    ) -> Result<PlaintextInputShare, ReportError> {
        let aad = InputShareAad(
            taskID: task.id, encodedTaskConfiguration: task.encodedConfiguration, reportMetadata: metadata,
            publicShare: publicShare)
        guard let encodedAad = try? aad.encoded(), let plaintext = keyring.open(ciphertext, authenticating: encodedAad)
        else {
            return .failure(.hpkeDecryptError)
        }
        guard let share = try? PlaintextInputShare(decoding: plaintext) else { return .failure(.invalidMessage) }
        return .success(share)
    }

    /// The encoded input share, or the report's error (DAP §4.5.3.4).
    func validate(_ share: PlaintextInputShare, metadata: ReportMetadata) -> Result<[UInt8], ReportError> {
        if let error = ReportExtensionsRule.check(
            publicExtensions: metadata.publicExtensions, privateExtensions: share.privateExtensions)
        {
            return .failure(error)
        }
        do {
            try task.vdaf.checkInputShare(share.payload, role: task.role)
        } catch {
            return .failure(.invalidMessage)
        }
        return .success(share.payload)
    }
}
