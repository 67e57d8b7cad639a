/// An input to begin with, made of real messages.
public struct FuzzSeed: Sendable {
    /// The name of its file in the corpus.
    public let name: String
    /// What the file contains.
    public let bytes: [UInt8]
    /// What its target says of it.
    public let verdict: FuzzVerdict

    init(_ name: String, _ bytes: [UInt8], _ verdict: FuzzVerdict = .accepted) {
        self.name = name
        self.bytes = bytes
        self.verdict = verdict
    }
}

extension FuzzTarget {
    /// The target's inputs to begin with: a seeded run of the real parties, the same each time.
    public func seeds() async throws -> [FuzzSeed] {
        let world = try FuzzWorld.shared.get()
        return switch self {
        case .uploadRequest: try world.uploadRequestSeeds()
        case .aggregationJobRequest: try await world.aggregationJobRequestSeeds()
        case .aggregationJobResponse: try await world.aggregationJobResponseSeeds()
        case .collection: try await world.collectionSeeds()
        case .hpkeConfigList: try world.hpkeConfigListSeeds()
        case .vdafShares: try world.vdafSharesSeeds()
        case .hpkeCiphertext: try world.hpkeCiphertextSeeds()
        case .httpRequest: try await world.httpRequestSeeds()
        }
    }
}

extension [UInt8] {
    /// The bytes behind their length, as `FuzzInput.piece` reads them.
    var piece: [UInt8] { [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)] + self }
}
