import CSodium

/// Bytes that must not leak: a private key, a shared secret, a token.
///
/// The bytes lie in memory of their own, which copies of the value share and which is zeroed when the
/// last copy goes. They describe themselves as redacted, compare in constant time and are neither
/// `Codable` nor `Hashable`: storing one takes a deliberate ``withUnsafeBytes(_:)``.
public struct SecretBytes: Sendable {
    private let memory: SecretMemory

    /// Copies `bytes`. The caller's array is not zeroed.
    public init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Makes `count` bytes, all zero, and lets `body` write them in place, so that no other copy arises.
    ///
    /// - Parameter count: the length in bytes, 0 or more.
    /// - Throws: what `body` throws; what it wrote is then zeroed.
    public init(count: Int, initializing body: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let memory = SecretMemory(count: count)
        try body(memory.buffer)
        self.memory = memory
    }

    /// Draws `count` bytes from `rng`, which must be fit for keys.
    public static func random(count: Int, using rng: inout some RandomNumberGenerator) -> SecretBytes {
        SecretBytes(count: count) { rng.fill($0) }
    }

    /// The length in bytes. It is not a secret.
    public var count: Int { memory.count }

    /// Gives `body` the bytes. The pointer is valid only within the call; a copy of what it points to is
    /// the caller's to protect.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(memory) { try body(UnsafeRawBufferPointer(memory.buffer)) }
    }

    /// As ``init(count:initializing:)``, for C functions that write exactly `count` bytes.
    static func written(count: Int, by body: (UnsafeMutableRawPointer) -> Void) -> SecretBytes {
        let memory = SecretMemory(count: count)
        body(memory.start)
        return SecretBytes(memory)
    }

    /// As ``withUnsafeBytes(_:)``, for C functions that know the length: the pointer is valid even if `count` is 0.
    func withUnsafePointer<R>(_ body: (UnsafeRawPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(memory) { try body(UnsafeRawPointer(memory.start)) }
    }

    private init(_ memory: SecretMemory) {
        self.memory = memory
    }
}

extension SecretBytes: Equatable {
    /// Compares in a time that depends on the lengths alone.
    public static func == (lhs: SecretBytes, rhs: SecretBytes) -> Bool {
        lhs.withUnsafeBytes { left in rhs.withUnsafeBytes { right in constantTimeEquals(left, right) } }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }

    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }

    /// Shows `<redacted>` in place of the bytes, also in `dump` and in the mirrors of what contains them.
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: CollectionOfOne("<redacted>")) }
}

/// The memory behind a ``SecretBytes``.
///
/// It is unchecked because of the pointer: it is written only before the value that owns it exists, then read only.
private final class SecretMemory: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let count: Int

    var buffer: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: start, count: count) }

    /// Enough for every C structure that is kept as secret bytes.
    private static let alignment = 16

    init(count: Int) {
        precondition(count >= 0, "a length is not negative")
        start = .allocate(byteCount: max(count, 1), alignment: Self.alignment)
        self.count = count
        start.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    }

    deinit {
        sodium_memzero(start, count)
        start.deallocate()
    }
}
