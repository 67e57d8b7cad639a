/// The labels that HPKE puts around HKDF's inputs, under one suite identifier (RFC 9180 §4).
///
/// In base mode everything but the key material is public and mostly constant. So the labels are laid out once
/// as plain byte strings, and ``HKDF`` and ``HMACSHA256`` take them as they are.
struct LabeledHKDF: Sendable {
    private let suiteID: [UInt8]

    /// - Parameter suiteID: `"KEM" || kem` within the KEM, `"HPKE" || kem || kdf || aead` elsewhere.
    init(suiteID: [UInt8]) {
        self.suiteID = suiteID
    }

    /// What `LabeledExtract` puts before the key material: `"HPKE-v1" || suite_id || label`.
    func extractPrefix(label: String) -> [UInt8] {
        Self.version + suiteID + Array(label.utf8)
    }

    /// The `info` of `LabeledExpand`: `I2OSP(count, 2) || "HPKE-v1" || suite_id || label || context`.
    func expandInfo(label: String, context: [UInt8], count: Int) -> [UInt8] {
        UInt16(count).networkOrder + Self.version + suiteID + Array(label.utf8) + context
    }

    private static let version = Array("HPKE-v1".utf8)
}

extension UInt16 {
    /// `I2OSP(self, 2)`.
    var networkOrder: [UInt8] { [UInt8(truncatingIfNeeded: self >> 8), UInt8(truncatingIfNeeded: self)] }
}
