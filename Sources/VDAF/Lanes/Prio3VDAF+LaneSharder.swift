import CPrioKernels

extension Prio3VDAF {
    /// Splits up to eight measurements side by side: `shard` in eight lanes, in memory that is allocated once and
    /// erased at its end. As in `LaneVerifier`, lanes where the XOF would have to draw again are given up.
    package final class LaneSharder {
        private let vdaf: Prio3VDAF
        private let kernels: prio_field_kernels
        private let prover: FullyLinearProof<Circuit>.LaneProver
        private let sponge: LaneSponge
        private let headers: LaneHeaders
        private let memory: LaneMemory
        private let leaderShare, helperShare, helperProof: UnsafeMutablePointer<UInt64>
        private let leaderPart, helperPart, seed: UnsafeMutablePointer<UInt64>
        /// Bytes of each lane, one lane after another.
        private var shareSeeds, helperBlinds, leaderBlinds, proveSeeds, nonces: [UInt8]
        private var givenUp: UInt8 = 0
        /// Lanes to give up besides: for tests.
        package var alsoGivenUp: UInt8 = 0

        /// Nil when the VDAF has no lanes.
        package init?(_ vdaf: Prio3VDAF, context: [UInt8]) {
            guard let setup = vdaf.lanes else { return nil }
            self.vdaf = vdaf
            kernels = setup.level.fieldKernels(Field.self)
            prover = FullyLinearProof<Circuit>.LaneProver(
                vdaf.proof, circuit: setup.circuit, constants: setup.constants, level: setup.level)
            sponge = LaneSponge(setup.level)
            headers = LaneHeaders { vdaf.domainSeparation($0, context) }
            let (length, proofLength) = (vdaf.circuit.measurementLength, vdaf.proof.proofLength)
            let counts = [length, length, proofLength].map { $0 * Field.encodedSize / 8 } + [4, 4, 4]
            memory = LaneMemory(rows: counts.reduce(0, +))
            let parts = memory.parts(counts)
            (leaderShare, helperShare, helperProof) = (parts[0], parts[1], parts[2])
            (leaderPart, helperPart, seed) = (parts[3], parts[4], parts[5])
            shareSeeds = Array(repeating: 0, count: LaneMemory.lanes * seedSize)
            (helperBlinds, leaderBlinds, proveSeeds) = (shareSeeds, shareSeeds, shareSeeds)
            nonces = Array(repeating: 0, count: LaneMemory.lanes * nonceSize)
        }

        deinit {
            shareSeeds.erase()
            helperBlinds.erase()
            leaderBlinds.erase()
            proveSeeds.erase()
        }

        /// Splits measurements, the first in lane 0; nil where a lane was given up.
        package func shard(
            _ measurements: ArraySlice<Prio3Measurement>, nonces: ArraySlice<[UInt8]>, randoms: ArraySlice<[UInt8]>
        ) -> [Result<Prio3Shares, VDAFError>?] {
            precondition(measurements.count <= LaneMemory.lanes)
            precondition(nonces.count == measurements.count && randoms.count == measurements.count)
            givenUp = alsoGivenUp
            var refusals: [VDAFError?] = []
            for (lane, (measurement, (nonce, random))) in zip(measurements, zip(nonces, randoms)).enumerated() {
                refusals.append(place(measurement, nonce: nonce, random: random, in: lane))
            }
            splitMeasurements()
            if vdaf.usesJointRand { deriveJointRand() }
            sponge.begin(headers.proveRandomness, proveSeeds)
            sponge.absorb([UInt8(vdaf.proofs)])
            squeeze(into: prover.proveRand, count: vdaf.proof.proveRandLength)
            prover.run()
            sponge.begin(headers.proofShare, shareSeeds)
            sponge.absorb([UInt8(vdaf.proofs), 1])
            squeeze(into: helperProof, count: vdaf.proof.proofLength)
            kernels.subtract(helperProof, vdaf.proof.proofLength, prover.proof)
            return refusals.enumerated().map { lane, refusal in
                if let refusal { return .failure(refusal) }
                return givenUp >> UInt8(lane) & 1 == 0 ? .success(shares(of: lane)) : nil
            }
        }

        private func place(
            _ measurement: Prio3Measurement, nonce: [UInt8], random: [UInt8], in lane: Int
        ) -> VDAFError? {
            precondition(
                nonce.count == nonceSize && random.count == vdaf.randomSize, "nonce and randomness have fixed sizes")
            do {
                var encoded = try vdaf.circuit.encode(measurement)
                let step = kernels.element_words * LaneMemory.lanes
                for index in 0..<encoded.count { encoded[index].store(lane: prover.measurement + index * step + lane) }
                encoded.erase()
            } catch let error as VDAFError {
                return error
            } catch {
                return VDAFError(.invalidMeasurement, "the measurement cannot be encoded")
            }
            nonces.copy(nonce[...], to: lane * nonceSize)
            // The order of seeds is told in `Prio3VDAF.shard`.
            let (size, at) = (seedSize, lane * seedSize)
            shareSeeds.copy(random[0..<size], to: at)
            proveSeeds.copy(random.suffix(size), to: at)
            if vdaf.usesJointRand {
                helperBlinds.copy(random[size..<2 * size], to: at)
                leaderBlinds.copy(random[2 * size..<3 * size], to: at)
            }
            return nil
        }

        private func splitMeasurements() {
            let length = vdaf.circuit.measurementLength
            sponge.begin(headers.measurementShare, shareSeeds)
            sponge.absorb([1])
            squeeze(into: helperShare, count: length)
            leaderShare.update(from: prover.measurement, count: length * kernels.element_words * LaneMemory.lanes)
            kernels.subtract(helperShare, length, leaderShare)
        }

        private func deriveJointRand() {
            derivePart(0, blinds: leaderBlinds, share: leaderShare, into: leaderPart)
            derivePart(1, blinds: helperBlinds, share: helperShare, into: helperPart)
            sponge.begin(headers.jointRandSeed, [UInt8](repeating: 0, count: seedSize))
            sponge.absorb(rows: leaderPart, count: seedSize / 8)
            sponge.absorb(rows: helperPart, count: seedSize / 8)
            sponge.finish()
            sponge.squeeze(into: seed, count: seedSize / 8)
            sponge.begin(headers.jointRandomness)
            sponge.absorb(rows: seed, count: seedSize / 8)
            sponge.absorb([UInt8(vdaf.proofs)])
            squeeze(into: prover.jointRand, count: vdaf.circuit.jointRandLength)
        }

        private func derivePart(
            _ aggregator: UInt8, blinds: [UInt8], share: UnsafePointer<UInt64>, into part: UnsafeMutablePointer<UInt64>
        ) {
            sponge.begin(headers.jointRandPart, blinds)
            sponge.absorb([aggregator])
            sponge.absorb(nonces, stride: nonceSize, count: nonceSize)
            sponge.absorb(rows: share, count: vdaf.circuit.measurementLength * kernels.element_words)
            sponge.finish()
            sponge.squeeze(into: part, count: seedSize / 8)
        }

        private func squeeze(into elements: UnsafeMutablePointer<UInt64>, count: Int) {
            sponge.finish()
            sponge.squeeze(into: elements, count: count * kernels.element_words)
            givenUp |= kernels.rejected(elements, count)
        }

        private func shares(of lane: Int) -> Prio3Shares {
            let seedRange = lane * seedSize..<(lane + 1) * seedSize
            let blind = vdaf.usesJointRand ? leaderBlinds[seedRange] : []
            let words = kernels.element_words
            let (length, proofLength) = (vdaf.circuit.measurementLength * words, vdaf.proof.proofLength * words)
            let size = (length + proofLength) * 8 + blind.count
            let leader = [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
                count = bytes.count
                guard let base = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
                LaneMemory.gather(leaderShare + lane, count: length, to: base)
                LaneMemory.gather(prover.proof + lane, count: proofLength, to: base + length * 8)
                for (index, byte) in blind.enumerated() {
                    base.storeBytes(of: byte, toByteOffset: (length + proofLength) * 8 + index, as: UInt8.self)
                }
            }
            let helper = shareSeeds[seedRange] + (vdaf.usesJointRand ? helperBlinds[seedRange] : [])
            var publicShare = [UInt8]()
            if vdaf.usesJointRand {
                for part in [leaderPart, helperPart] {
                    for index in 0..<seedSize / 8 {
                        publicShare.append(littleEndian: part[index * LaneMemory.lanes + lane])
                    }
                }
            }
            return Prio3Shares(publicShare: publicShare, inputShares: [leader, Array(helper)])
        }
    }

    /// Splits many measurements, each as `shard` splits one.
    func shard(
        _ measurements: [Prio3Measurement], context: [UInt8], nonces: [[UInt8]], randoms: [[UInt8]]
    ) -> [Result<Prio3Shares, VDAFError>] {
        precondition(
            nonces.count == measurements.count && randoms.count == measurements.count,
            "every measurement has a nonce and randomness")
        var sharder: LaneSharder?
        let smallest = lanes?.level.smallestGroup ?? .max
        if measurements.count >= smallest { sharder = LaneSharder(self, context: context) }
        var outcomes = [Result<Prio3Shares, VDAFError>]()
        outcomes.reserveCapacity(measurements.count)
        for start in stride(from: 0, to: measurements.count, by: LaneMemory.lanes) {
            let range = start..<min(start + LaneMemory.lanes, measurements.count)
            var group = [Result<Prio3Shares, VDAFError>?](repeating: nil, count: range.count)
            if let sharder, range.count >= smallest {
                group = sharder.shard(measurements[range], nonces: nonces[range], randoms: randoms[range])
            }
            for (index, outcome) in zip(range, group) {
                outcomes.append(
                    outcome
                        ?? Self.outcome {
                            try shard(
                                measurements[index], context: context, nonce: nonces[index], random: randoms[index])
                        })
            }
        }
        return outcomes
    }
}
