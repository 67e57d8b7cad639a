import Testing
import VDAF

/// More than two aggregators, through the general interface.
@Suite struct ManyAggregatorsTests {
    private struct Split {
        var publicShare: [UInt8]
        var inputShares: [[UInt8]]
    }

    private struct Verified {
        var message: [UInt8]
        var aggregateShares: [[UInt8]]
    }

    /// Verifies one report at all aggregators; `spoil` may change what they were sent.
    private func verify<Circuit: ValidityCircuit>(
        _ vdaf: Prio3VDAF<Circuit>, _ measurement: Prio3Measurement, seed: UInt64,
        spoil: (inout Split) -> Void = { _ in }
    ) throws -> Verified {
        var random = SplitMix64(seed: seed)
        let (nonce, key) = (random.bytes(16), random.bytes(32))
        let context: [UInt8] = [1, 2, 3]
        let shares = try vdaf.shard(measurement, context: context, nonce: nonce, random: random.bytes(vdaf.randomSize))
        var split = Split(publicShare: shares.publicShare, inputShares: shares.inputShares)
        #expect(split.inputShares.count == vdaf.shares)
        for (aggregator, share) in split.inputShares.enumerated() {
            #expect(share.count == vdaf.inputShareSize(aggregator: aggregator))
        }
        spoil(&split)

        var verifierShares = [[UInt8]]()
        var seeds = [[UInt8]]()
        var aggregateShares = [[UInt8]]()
        for (aggregator, inputShare) in split.inputShares.enumerated() {
            let verifier = Prio3VDAF<Circuit>.Verifier(vdaf, verifyKey: key, context: context, aggregator: aggregator)
            let initial = try verifier.start(nonce: nonce, publicShare: split.publicShare, inputShare: inputShare)
            verifierShares.append(initial.verifierShare)
            seeds.append(initial.jointRandSeed)
            var sum = [Circuit.Field](repeating: .zero, count: vdaf.proof.circuit.outputLength)
            sum.withUnsafeMutableBufferPointer { verifier.addOutputShare(to: $0) }
            aggregateShares.append(FieldVector.encode(sum))
        }
        let message = try vdaf.verifierMessage(combining: verifierShares, context: context)
        for seed in seeds { try vdaf.finish(jointRandSeed: seed, message: message) }
        return Verified(message: message, aggregateShares: aggregateShares)
    }

    private func checkRefused<Circuit: ValidityCircuit>(
        _ vdaf: Prio3VDAF<Circuit>, _ measurement: Prio3Measurement, seed: UInt64, _ name: String,
        spoil: (inout Split) -> Void
    ) {
        #expect(throws: VDAFError(.verificationFailed, ""), "\(name), seed \(seed)") {
            try verify(vdaf, measurement, seed: seed, spoil: spoil)
        }
    }

    @Test("A count among 255 aggregators verifies and adds up, and each one's share matters")
    func manyShares() throws {
        let vdaf = try Prio3VDAF(Count<Field64>(), algorithmID: 1, shares: 255)
        for value: UInt64 in [0, 1] {
            let verified = try verify(vdaf, .integer(value), seed: value)
            #expect(verified.message.isEmpty)
            #expect(try vdaf.unshard(verified.aggregateShares) == .integer(UInt128(value)))
            #expect(throws: VDAFError(.malformedMessage, "")) {
                try vdaf.unshard(Array(verified.aggregateShares.dropLast()))
            }
        }
        for aggregator in [0, 1, 128, 254] {
            checkRefused(vdaf, .integer(1), seed: 9, "share of aggregator \(aggregator)") {
                $0.inputShares[aggregator][0] ^= 1
            }
        }
    }

    @Test("A vector among five aggregators, with three proofs, verifies and adds up")
    func fiveSharesOfAVector() throws {
        let circuit = try SumVec<Field128>(length: 4, maxMeasurement: 300, chunkLength: 6)
        for proofs in [1, 3] {
            let vdaf = try Prio3VDAF(circuit, algorithmID: 3, shares: 5, proofs: proofs)
            let measurements: [[UInt64]] = [[0, 1, 299, 300], [300, 300, 300, 300], [5, 6, 7, 8]]
            var shares = [[[UInt8]]](repeating: [], count: 5)
            for (index, values) in measurements.enumerated() {
                let verified = try verify(vdaf, .vector(values), seed: UInt64(index))
                #expect(verified.message.count == 32)
                for aggregator in 0..<5 { shares[aggregator].append(verified.aggregateShares[aggregator]) }
            }
            let merged = try shares.map { try vdaf.merge($0) }
            #expect(try vdaf.unshard(merged) == .vector([305, 307, 606, 608]))

            for aggregator in 0..<5 {
                checkRefused(vdaf, .vector([1, 2, 3, 4]), seed: 10, "share of \(aggregator), \(proofs) proofs") {
                    $0.inputShares[aggregator][0] ^= 1
                }
                checkRefused(vdaf, .vector([1, 2, 3, 4]), seed: 10, "blind of \(aggregator), \(proofs) proofs") {
                    let size = vdaf.inputShareSize(aggregator: aggregator)
                    $0.inputShares[aggregator][size - 1] ^= 1
                }
                checkRefused(vdaf, .vector([1, 2, 3, 4]), seed: 10, "part of \(aggregator), \(proofs) proofs") {
                    $0.publicShare[32 * aggregator] ^= 1
                }
            }
            for proof in 0..<proofs {
                // One element of one proof alone.
                let element = circuit.measurementLength + proof * vdaf.proof.proofLength
                checkRefused(vdaf, .vector([1, 2, 3, 4]), seed: 11, "proof \(proof) of \(proofs)") {
                    $0.inputShares[0][16 * element] ^= 1
                }
            }
        }
    }

    @Test("The most proofs there can be, 255, all count")
    func manyProofs() throws {
        let vdaf = try Prio3VDAF(
            try SumVec<Field64>(length: 2, maxMeasurement: 3, chunkLength: 2), algorithmID: 0xffff_ffff, proofs: 255)
        let verified = try verify(vdaf, .vector([2, 3]), seed: 12)
        #expect(try vdaf.unshard(verified.aggregateShares) == .vector([2, 3]))
        let last = vdaf.inputShareSize(aggregator: 0) - 32 - 8
        checkRefused(vdaf, .vector([2, 3]), seed: 13, "the last element of the last proof") {
            $0.inputShares[0][last] ^= 1
        }
    }
}
