/// Prio3 over a circuit (VDAF §7.2): sharding, verification by shares, aggregation.
///
/// Encodings go in and out, because shares only ever travel or rest as bytes.
package struct Prio3VDAF<Circuit: ValidityCircuit>: Sendable {
    package typealias Field = Circuit.Field

    /// Bytes of a nonce (`NONCE_SIZE`).
    package static var nonceSize: Int { 16 }
    /// Bytes of a seed, blind or verification key.
    package static var seedSize: Int { XofTurboShake128.seedSize }

    package let algorithmID: UInt32
    /// Number of aggregators, 2 ... 255.
    package let shares: Int
    /// Number of proofs (`PROOFS`), 1 ... 255.
    package let proofs: Int
    package let proof: FullyLinearProof<Circuit>
    let inverseShares: Field
    /// What verifying eight reports side by side takes; nil where only one after another will do.
    let lanes: LaneSetup<Field>?

    var circuit: Circuit { proof.circuit }
    var usesJointRand: Bool { proof.circuit.jointRandLength > 0 }

    /// - Parameter level: the instructions to use.
    /// - Throws: `VDAFError.invalidParameters`.
    package init(
        _ circuit: Circuit, algorithmID: UInt32, shares: Int = 2, proofs: Int = 1, level: KernelLevel = .selected
    ) throws {
        guard (2...255).contains(shares) else { throw VDAFError(.invalidParameters, "there are 2 to 255 shares") }
        guard (1...255).contains(proofs) else { throw VDAFError(.invalidParameters, "there are 1 to 255 proofs") }
        self.algorithmID = algorithmID
        self.shares = shares
        self.proofs = proofs
        proof = try FullyLinearProof(circuit)
        inverseShares = Field(UInt32(shares)).inverse
        lanes = shares == 2 && proofs == 1 ? LaneSetup(proof, level: level) : nil
    }

    /// Bytes of randomness that sharding takes (`RAND_SIZE`).
    package var randomSize: Int { shares * Self.seedSize * (usesJointRand ? 2 : 1) }

    /// Bytes of an aggregator's encoded input share (VDAF §7.2.7).
    package func inputShareSize(aggregator: Int) -> Int {
        let blindSize = usesJointRand ? Self.seedSize : 0
        if aggregator > 0 { return Self.seedSize + blindSize }
        return (circuit.measurementLength + proof.proofLength * proofs) * Field.encodedSize + blindSize
    }

    /// The tag that separates one use of the XOF from all others (VDAF §6.2.3).
    func domainSeparation(_ usage: XofUsage, _ context: [UInt8]) -> [UInt8] {
        // The version byte of the wire format, then class 0 (VDAF), the algorithm and the usage.
        [18, 0] + (0..<4).map { UInt8(truncatingIfNeeded: algorithmID >> (24 - 8 * $0)) } + [0, usage.rawValue]
            + context
    }

    func helperMeasurementShare(_ seed: [UInt8], aggregator: Int, context: [UInt8]) -> XofTurboShake128 {
        XofTurboShake128(
            seed: seed, domainSeparation: domainSeparation(.measurementShare, context), binder: [UInt8(aggregator)])
    }

    func helperProofShare(_ seed: [UInt8], aggregator: Int, context: [UInt8]) -> XofTurboShake128 {
        XofTurboShake128(
            seed: seed, domainSeparation: domainSeparation(.proofShare, context),
            binder: [UInt8(proofs), UInt8(aggregator)])
    }

    /// An aggregator's part of the joint randomness, bound to its measurement share (VDAF §7.2.6).
    func jointRandPart(
        blind: [UInt8], aggregator: Int, nonce: [UInt8], measurementShare: UnsafeBufferPointer<Field>, context: [UInt8]
    ) -> [UInt8] {
        var xof = XofTurboShake128(
            seed: blind, domainSeparation: domainSeparation(.jointRandPart, context),
            binder: [UInt8(aggregator)] + nonce)
        // Standard form in memory is the encoding.
        xof.absorb(UnsafeRawBufferPointer(measurementShare))
        return xof.next(Self.seedSize)
    }

    func jointRandSeed(parts: [UInt8], context: [UInt8]) -> [UInt8] {
        XofTurboShake128.deriveSeed(
            seed: [UInt8](repeating: 0, count: Self.seedSize),
            domainSeparation: domainSeparation(.jointRandSeed, context), binder: parts)
    }

    func jointRands(seed: [UInt8], context: [UInt8]) -> [Field] {
        var xof = XofTurboShake128(
            seed: seed, domainSeparation: domainSeparation(.jointRandomness, context), binder: [UInt8(proofs)])
        return xof.next(circuit.jointRandLength * proofs)
    }
}

/// What the XOF is used for (VDAF §7.2, usages).
enum XofUsage: UInt8 {
    case measurementShare = 1
    case proofShare = 2
    case jointRandomness = 3
    case proveRandomness = 4
    case queryRandomness = 5
    case jointRandSeed = 6
    case jointRandPart = 7
}

/// The shares of one measurement, encoded (VDAF §7.2.7).
public struct Prio3Shares: Sendable, Redacted {
    /// The joint randomness parts; empty for Count and Sum.
    public let publicShare: [UInt8]
    /// The leader's share first. Each is a secret of its aggregator.
    public let inputShares: [[UInt8]]
}
