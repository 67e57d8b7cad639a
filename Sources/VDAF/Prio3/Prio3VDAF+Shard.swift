extension Prio3VDAF {
    /// Splits a measurement (VDAF §7.2.1, `shard`).
    ///
    /// - Parameters:
    ///   - context: the application's context string.
    ///   - nonce: 16 bytes, unique to the report.
    ///   - random: `randomSize` bytes from a cryptographically secure source.
    /// - Throws: `VDAFError.invalidMeasurement`.
    package func shard(
        _ measurement: Prio3Measurement, context: [UInt8], nonce: [UInt8], random: [UInt8]
    ) throws -> Prio3Shares {
        precondition(
            nonce.count == Self.nonceSize && random.count == randomSize, "nonce and randomness have fixed sizes")
        var encoded = try circuit.encode(measurement)
        let seeds = stride(from: 0, to: random.count, by: Self.seedSize).map { Array(random[$0..<$0 + Self.seedSize]) }
        // Seeds come as helper after helper (share, then blind where there is one), the leader's blind, the
        // prover's seed.
        let step = usesJointRand ? 2 : 1
        let helpers = (0..<shares - 1).map {
            HelperSeeds(share: seeds[step * $0], blind: usesJointRand ? seeds[step * $0 + 1] : [])
        }
        let leaderBlind = usesJointRand ? seeds[seeds.count - 2] : []
        let proveSeed = seeds[seeds.count - 1]

        var leaderShare = encoded
        defer {
            encoded.erase()
            leaderShare.erase()
        }
        var parts = [UInt8]()
        for (index, helper) in helpers.enumerated() {
            var xof = helperMeasurementShare(helper.share, aggregator: index + 1, context: context)
            var share: [Field] = xof.next(circuit.measurementLength)
            for element in 0..<share.count { leaderShare[element] -= share[element] }
            if usesJointRand {
                parts += share.withUnsafeBufferPointer {
                    jointRandPart(
                        blind: helper.blind, aggregator: index + 1, nonce: nonce, measurementShare: $0,
                        context: context)
                }
            }
            share.erase()
        }
        if usesJointRand {
            parts =
                leaderShare.withUnsafeBufferPointer {
                    jointRandPart(
                        blind: leaderBlind, aggregator: 0, nonce: nonce, measurementShare: $0, context: context)
                } + parts
        }
        var leaderProofs = prove(encoded, proveSeed: proveSeed, parts: parts, context: context)
        defer { leaderProofs.erase() }
        for (index, helper) in helpers.enumerated() {
            var xof = helperProofShare(helper.share, aggregator: index + 1, context: context)
            var share: [Field] = xof.next(leaderProofs.count)
            for element in 0..<share.count { leaderProofs[element] -= share[element] }
            share.erase()
        }
        let leader = FieldVector.encode(leaderShare) + FieldVector.encode(leaderProofs) + leaderBlind
        return Prio3Shares(publicShare: parts, inputShares: [leader] + helpers.map { $0.share + $0.blind })
    }

    private struct HelperSeeds {
        let share: [UInt8]
        let blind: [UInt8]
    }

    /// All proofs, one after another.
    private func prove(_ measurement: [Field], proveSeed: [UInt8], parts: [UInt8], context: [UInt8]) -> [Field] {
        var xof = XofTurboShake128(
            seed: proveSeed, domainSeparation: domainSeparation(.proveRandomness, context), binder: [UInt8(proofs)])
        var proveRands: [Field] = xof.next(proof.proveRandLength * proofs)
        defer { proveRands.erase() }
        let jointRands =
            usesJointRand ? jointRands(seed: jointRandSeed(parts: parts, context: context), context: context) : []
        var all = [Field]()
        all.reserveCapacity(proof.proofLength * proofs)
        for index in 0..<proofs {
            var one = proof.prove(
                measurement, proveRand: Self.part(proveRands, index, of: proofs),
                jointRand: Self.part(jointRands, index, of: proofs))
            all += one
            one.erase()
        }
        return all
    }

    /// The `index`-th of `count` equal parts.
    static func part(_ elements: [Field], _ index: Int, of count: Int) -> [Field] {
        let length = elements.count / count
        return Array(elements[index * length..<(index + 1) * length])
    }
}
