import DAPMessages
import HPKE

/// A cryptographically secure source of random words. Roles have none of their own; they are given one.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private let word: @Sendable () -> UInt64

    /// - Parameter word: gives a fresh uniform word each time; safe to call from anywhere.
    public init(_ word: @escaping @Sendable () -> UInt64) { self.word = word }

    /// A fresh uniform word.
    public mutating func next() -> UInt64 { word() }
}

extension RandomSource {
    /// A uniformly random identifier.
    mutating func identifier<ID: OpaqueIdentifier>(_ type: ID.Type = ID.self) -> ID {
        do {
            return try ID(bytes(ID.byteCount))
        } catch {
            preconditionFailure("there are as many bytes as an identifier takes")
        }
    }
}
