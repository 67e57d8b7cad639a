import Testing
import VDAF

/// Verification and sharding in eight lanes against one after another, with every level of instructions.
@Suite struct LaneVerifierTests {
    /// Shards one to eight measurements at a time, and verifies the shares as both parties.
    private struct HonestReports: LaneCircuitBody {
        let level: KernelLevel

        func run<Circuit: ValidityCircuit>(_ circuit: Circuit, _ id: UInt32, _ measurement: Prio3Measurement) throws {
            var random = SplitMix64(seed: 41)
            let lanes = try LaneReports(circuit, id: id, level: level, random: &random)
            let vdaf = lanes.vdaf
            let note: Comment = "\(Circuit.self), \(vdaf.proof.circuit.measurementLength) elements, \(level), seed 41"
            let sharder = try #require(Prio3VDAF<Circuit>.LaneSharder(vdaf, context: lanes.context))
            for count in [8, 1, 5] {
                let nonces = (0..<count).map { _ in random.bytes(16) }
                let randoms = (0..<count).map { _ in random.bytes(vdaf.randomSize) }
                let shares = sharder.shard(
                    Array(repeating: measurement, count: count)[...], nonces: nonces[...], randoms: randoms[...])
                var parties: [[VerificationInput]] = [[], []]
                for lane in 0..<count {
                    let one = try vdaf.shard(
                        measurement, context: lanes.context, nonce: nonces[lane], random: randoms[lane])
                    let found = try #require(shares[lane]).get()
                    #expect(found.publicShare == one.publicShare, note)
                    #expect(found.inputShares == one.inputShares, note)
                    for party in 0..<2 {
                        parties[party].append(
                            VerificationInput(
                                nonce: nonces[lane], publicShare: one.publicShare,
                                inputShare: one.inputShares[party], bucket: 0))
                    }
                }
                for party in 0..<2 { try lanes.check(parties[party][...], aggregator: party, note) }
            }
        }
    }

    @Test(
        "Lanes give the shares and verifier shares that one report after another gives",
        arguments: KernelLevel.available)
    func honest(level: KernelLevel) throws { try LaneCircuits.forEach(HonestReports(level: level)) }

    /// Leader's shares of elements at the edges of the field: no proofs of anything, but all verify to some share.
    private struct ArbitraryShares: LaneCircuitBody {
        let level: KernelLevel

        func run<Circuit: ValidityCircuit>(_ circuit: Circuit, _ id: UInt32, _ measurement: Prio3Measurement) throws {
            var random = SplitMix64(seed: 42)
            let lanes = try LaneReports(circuit, id: id, level: level, random: &random)
            let vdaf = lanes.vdaf
            let hasJointRand = circuit.jointRandLength > 0
            let count = circuit.measurementLength + vdaf.proof.proofLength
            let edges: [Circuit.Field] = [.zero, .one, -.one, -Circuit.Field(2)]
            for round in 0..<3 {
                let reports = (0..<8).map { lane in
                    let elements: [Circuit.Field] = (0..<count).map { _ in
                        round == 0
                            ? edges[lane % 4]
                            : random.next() % 3 == 0 ? random.element() : edges[Int(random.next() % 4)]
                    }
                    return VerificationInput(
                        nonce: random.bytes(16), publicShare: random.bytes(hasJointRand ? 64 : 0),
                        inputShare: FieldVector.encode(elements) + random.bytes(hasJointRand ? 32 : 0), bucket: 0)
                }
                try lanes.check(
                    reports[...], aggregator: 0,
                    "\(Circuit.self), \(circuit.measurementLength) elements, \(level), round \(round), seed 42")
            }
        }
    }

    @Test("Lanes agree on arbitrary shares, the edges of the field among them", arguments: KernelLevel.available)
    func arbitrary(level: KernelLevel) throws { try LaneCircuits.forEach(ArbitraryShares(level: level)) }

    @Test("Sums over more calls than are added up unreduced agree", arguments: KernelLevel.available)
    func manyCalls(level: KernelLevel) throws {
        let most = ArbitraryShares(level: level)
        try most.run(Histogram<Field128>(length: 700, chunkLength: 1), 4, .integer(3))
        try most.run(SumVec<Field128>(length: 1200, maxMeasurement: 1, chunkLength: 2), 3, .integer(3))
        try most.run(Sum<Field64>(maxMeasurement: .max >> 1), 2, .integer(3))
    }

    @Test(
        "Any element that is not below the modulus is refused, at every lane and place",
        arguments: KernelLevel.available)
    func rejectedElements(level: KernelLevel) throws {
        var random = SplitMix64(seed: 43)
        try refuses(Histogram<Field128>(length: 4, chunkLength: 2), 4, level, &random) { place in
            // The modulus itself, and its neighbours on either side in the high and the low word.
            let high: [UInt8] = [0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
            let above: [UInt8] = [0xe5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
            let low: [UInt8] = [place % 2 == 0 ? 1 : 2, 0, 0, 0, 0, 0, 0, 0]
            return place % 3 == 0 ? [UInt8](repeating: 0, count: 8) + above : low + high
        }
        try refuses(Sum<Field64>(maxMeasurement: 6), 2, level, &random) { place in
            place % 2 == 0 ? [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff] : [UInt8](repeating: 0xff, count: 8)
        }
    }

    private func refuses<Circuit: ValidityCircuit>(
        _ circuit: Circuit, _ id: UInt32, _ level: KernelLevel, _ random: inout SplitMix64, bad: (Int) -> [UInt8]
    ) throws {
        let lanes = try LaneReports(circuit, id: id, level: level, random: &random)
        let blindSize = circuit.jointRandLength > 0 ? 32 : 0
        let count = circuit.measurementLength + lanes.vdaf.proof.proofLength
        let size = Circuit.Field.encodedSize
        for place in 0..<count {
            for lane in 0..<8 {
                let reports = (0..<8).map { index in
                    // The largest element there is passes.
                    var share = FieldVector.encode([Circuit.Field](repeating: -.one, count: count))
                    if index == lane { share.replaceSubrange(place * size..<(place + 1) * size, with: bad(place)) }
                    return VerificationInput(
                        nonce: [UInt8](repeating: UInt8(index), count: 16),
                        publicShare: [UInt8](repeating: 5, count: 2 * blindSize),
                        inputShare: share + [UInt8](repeating: 6, count: blindSize), bucket: 0)
                }
                let verifier = try #require(
                    Prio3VDAF<Circuit>.LaneVerifier(
                        lanes.vdaf, verifyKey: lanes.verifyKey, context: lanes.context, aggregator: 0))
                verifier.start(reports[...])
                #expect(verifier.active == ~(1 << UInt8(lane)), "\(level), element \(place)")
            }
        }
    }

    @Test("A lane that is given up leaves its neighbours alone", arguments: KernelLevel.available)
    func givenUp(level: KernelLevel) throws {
        var random = SplitMix64(seed: 44)
        let circuit = try Histogram<Field128>(length: 7, chunkLength: 3)
        let lanes = try LaneReports(circuit, id: 4, level: level, random: &random)
        let reports = try (0..<8).map { _ in
            let nonce = random.bytes(16)
            let shares = try lanes.vdaf.shard(
                .integer(random.next() % 7), context: lanes.context, nonce: nonce,
                random: random.bytes(lanes.vdaf.randomSize))
            return VerificationInput(
                nonce: nonce, publicShare: shares.publicShare, inputShare: shares.inputShares[1], bucket: 0)
        }
        let verifier = try #require(
            Prio3VDAF<Histogram<Field128>>.LaneVerifier(
                lanes.vdaf, verifyKey: lanes.verifyKey, context: lanes.context, aggregator: 1))
        for mask in [0, 1, 0x80, 0x24, 0xff] as [UInt8] {
            verifier.alsoGivenUp = mask
            verifier.start(reports[...])
            #expect(verifier.active == ~mask)
            lanes.check(verifier, reports[...], aggregator: 1, givenUp: mask, "\(level), given up \(mask)")
        }
    }
}
