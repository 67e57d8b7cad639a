import CSodium

/// Whether two byte strings are equal, in a time that depends on their lengths alone: for tokens and
/// authentication codes that a stranger may guess at.
///
/// Unequal lengths are unequal at once; a length is not a secret.
public func constantTimeEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.withUnsafeBytes { left in b.withUnsafeBytes { right in constantTimeEquals(left, right) } }
}

func constantTimeEquals(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let left = a.baseAddress, let right = b.baseAddress else { return true }
    return sodium_memcmp(left, right, a.count) == 0
}
