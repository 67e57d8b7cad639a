import CPrioKernels
import CSodium

extension Prio3VDAF {
    /// One aggregator verifying up to eight reports side by side: `Verifier` in eight lanes, in memory that is
    /// allocated once and erased at its end.
    ///
    /// A lane whose report is refused, or that has none, computes on with what its memory holds; nothing of it is
    /// used. A lane whose XOF gave an integer that is not below the modulus is given up: drawing again would shift
    /// all that follows, so that report is left to `Verifier`.
    package final class LaneVerifier {
        /// The fewest reports that are worth it.
        let smallestGroup: Int

        private let vdaf: Prio3VDAF
        private let aggregator: Int
        private let kernels: prio_field_kernels
        private let query: FullyLinearProof<Circuit>.LaneQuery
        private let sponge: LaneSponge
        private let headers: LaneHeaders
        private let verifyKey: [UInt8]
        /// Bytes of each lane, one lane after another.
        private var seeds, blinds, nonces, parts: [UInt8]
        private let ownParts: LaneMemory
        private let corrected: LaneMemory
        private var verifiers: [Field]
        private var folded: [Field]

        /// Reports in the lanes.
        private var count = 0
        /// Why a lane's report is refused.
        private(set) var refusals: [VDAFError?]
        /// The lanes, as bits, that are given up.
        private(set) var givenUp: UInt8 = 0
        /// Lanes to give up besides: for tests, as such integers are too rare.
        package var alsoGivenUp: UInt8 = 0

        /// Nil when the VDAF has no lanes.
        ///
        /// - Parameters:
        ///   - verifyKey: 32 bytes that the aggregators share and clients don't know.
        ///   - context: the application's context string.
        ///   - aggregator: 0 for the leader, 1 for the helper.
        package init?(_ vdaf: Prio3VDAF, verifyKey: [UInt8], context: [UInt8], aggregator: Int) {
            precondition(verifyKey.count == seedSize && (0..<vdaf.shares).contains(aggregator))
            guard let setup = vdaf.lanes else { return nil }
            smallestGroup = setup.level.smallestGroup
            self.vdaf = vdaf
            self.aggregator = aggregator
            self.verifyKey = verifyKey
            kernels = setup.level.fieldKernels(Field.self)
            query = FullyLinearProof<Circuit>.LaneQuery(
                vdaf.proof, circuit: setup.circuit, constants: setup.constants, level: setup.level,
                inverseShares: vdaf.inverseShares)
            sponge = LaneSponge(setup.level)
            headers = LaneHeaders { vdaf.domainSeparation($0, context) }
            let lanes = LaneMemory.lanes
            seeds = Array(repeating: 0, count: lanes * seedSize)
            blinds = seeds
            nonces = Array(repeating: 0, count: lanes * nonceSize)
            parts = Array(repeating: 0, count: lanes * 2 * seedSize)
            ownParts = LaneMemory(rows: seedSize / 8)
            corrected = LaneMemory(rows: seedSize / 8)
            verifiers = Array(repeating: .zero, count: vdaf.proof.verifierLength)
            folded = Array(repeating: .zero, count: vdaf.circuit.measurementLength)
            refusals = Array(repeating: nil, count: lanes)
        }

        deinit {
            seeds.erase()
            blinds.erase()
            verifiers.erase()
            folded.erase()
        }

        /// The lanes, as bits, whose reports are neither refused nor given up.
        package var active: UInt8 {
            (0..<count).reduce(0) { $0 | (refusals[$1] == nil ? 1 << UInt8($1) : 0) } & ~givenUp
        }

        /// The active lanes, as bits, by the buckets of their reports.
        func active(in reports: ArraySlice<VerificationInput>) -> [(bucket: UInt64, lanes: UInt8)] {
            var buckets = [(bucket: UInt64, lanes: UInt8)]()
            for lane in 0..<count where isActive(lane) {
                let bucket = reports[reports.startIndex + lane].bucket
                if let index = buckets.firstIndex(where: { $0.bucket == bucket }) {
                    buckets[index].lanes |= 1 << UInt8(lane)
                } else {
                    buckets.append((bucket, 1 << UInt8(lane)))
                }
            }
            return buckets
        }

        /// The outcome of every report; nil where its lane was given up.
        func outcomes<Output>(_ success: (Int) -> Output) -> [Result<Output, VDAFError>?] {
            (0..<count).map { lane in
                if let refusal = refusals[lane] { return .failure(refusal) }
                return isActive(lane) ? .success(success(lane)) : nil
            }
        }

        private func isActive(_ lane: Int) -> Bool { refusals[lane] == nil && givenUp >> UInt8(lane) & 1 == 0 }

        private func refuse(_ lane: Int, _ code: VDAFError.Code, _ reason: String) {
            if refusals[lane] == nil { refusals[lane] = VDAFError(code, reason) }
        }

        /// Starts verifying reports (VDAF §7.2.2, `verify_init`), the first in lane 0. Their measurement shares stay in
        /// memory for `addOutputShares`.
        package func start(_ reports: ArraySlice<VerificationInput>) {
            precondition(reports.count <= LaneMemory.lanes)
            count = reports.count
            givenUp = alsoGivenUp
            for (lane, report) in reports.enumerated() {
                refusals[lane] = nil
                place(report, in: lane)
            }
            if aggregator > 0 { expandShares() } else { loadShares(reports) }
            if vdaf.usesJointRand { deriveJointRand() }
            sponge.begin(headers.queryRandomness, verifyKey)
            sponge.absorb([UInt8(vdaf.proofs)])
            sponge.absorb(nonces, stride: nonceSize, count: nonceSize)
            squeeze(into: query.queryRand, count: vdaf.proof.queryRandLength)
            let refused = query.run()
            for lane in 0..<count where refused >> UInt8(lane) & 1 == 1 && isActive(lane) {
                refuse(lane, .verificationFailed, "the test point is a root of unity")
            }
        }

        /// The encoded verifier share of a lane.
        package func verifierShare(of lane: Int) -> [UInt8] {
            let words = vdaf.proof.verifierLength * kernels.element_words
            let partWords = vdaf.usesJointRand ? ownParts.rows : 0
            return [UInt8](unsafeUninitializedCapacity: (words + partWords) * 8) { bytes, count in
                count = bytes.count
                guard let base = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
                LaneMemory.gather(query.verifier + lane, count: words, to: base)
                LaneMemory.gather(ownParts.words + lane, count: partWords, to: base + words * 8)
            }
        }

        /// The corrected joint randomness seed of a lane; empty without joint randomness.
        package func jointRandSeed(of lane: Int) -> [UInt8] {
            var seed = [UInt8]()
            if vdaf.usesJointRand {
                seed.reserveCapacity(seedSize)
                corrected.appendWords(of: lane, to: &seed)
            }
            return seed
        }

        /// Combines the leader's verifier shares with the helper's own and decides (VDAF §7.2.2,
        /// `verifier_shares_to_message` and `verify_next`). The verifier message is the joint randomness seed.
        package func combine(_ reports: ArraySlice<VerificationInput>) {
            precondition(aggregator == 1 && reports.count == count)
            let elementsSize = verifiers.count * Field.encodedSize
            for lane in 0..<count where isActive(lane) {
                let inbound = reports[reports.startIndex + lane].inbound
                guard let share = PingPongMessage.item(of: 0, in: inbound) else {
                    refuse(lane, .malformedMessage, "the leader's first message initializes")
                    continue
                }
                guard share.count == elementsSize + (vdaf.usesJointRand ? seedSize : 0),
                    add(inbound[share].prefix(elementsSize), to: lane)
                else {
                    refuse(lane, .malformedMessage, "a verifier share does not decode")
                    continue
                }
                guard verifiers.withUnsafeBufferPointer({ vdaf.proof.decide($0) }) else {
                    refuse(lane, .verificationFailed, "the proof is wrong")
                    continue
                }
                if vdaf.usesJointRand {
                    parts.copy(inbound[share].suffix(seedSize), to: lane * 2 * seedSize)
                    ownParts.copyWords(of: lane, to: lane * 2 * seedSize + seedSize, in: &parts)
                }
            }
            guard vdaf.usesJointRand else { return }
            deriveJointRandSeed()
            for lane in 0..<count where isActive(lane) {
                let difference = (0..<seedSize / 8).reduce(0) { $0 | (sponge.word($1, lane) ^ corrected.row($1)[lane]) }
                if difference != 0 { refuse(lane, .verificationFailed, "the joint randomness is wrong") }
            }
        }

        /// Adds the output shares of some of the reports last started to an aggregate share of `outputLength` elements.
        ///
        /// Output shares are linear in measurement shares, so those are added up over the lanes first.
        package func addOutputShares(of lanes: UInt8, to aggregate: UnsafeMutableBufferPointer<Field>) {
            folded.withUnsafeMutableBytes { bytes in
                let words = bytes.bindMemory(to: UInt64.self)
                if let base = words.baseAddress {
                    kernels.fold(query.measurement, vdaf.circuit.measurementLength, lanes, base)
                }
            }
            folded.withUnsafeBufferPointer { vdaf.circuit.addOutputShare(of: $0, to: aggregate) }
        }

        // MARK: - Steps of `start`

        private func place(_ report: VerificationInput, in lane: Int) {
            guard report.nonce.count == nonceSize else {
                return refuse(lane, .malformedMessage, "a nonce has 16 bytes")
            }
            guard report.inputShare.count == vdaf.inputShareSize(aggregator: aggregator) else {
                return refuse(lane, .malformedInputShare, "the input share has the wrong length")
            }
            nonces.copy(report.nonce[...], to: lane * nonceSize)
            if aggregator > 0 { seeds.copy(report.inputShare.prefix(seedSize), to: lane * seedSize) }
            guard vdaf.usesJointRand else {
                // A leader's elements are checked first.
                if !report.publicShare.isEmpty, aggregator > 0 {
                    refuse(lane, .malformedMessage, "the public share has the wrong length")
                }
                return
            }
            blinds.copy(report.inputShare.suffix(seedSize), to: lane * seedSize)
            if report.publicShare.count == 2 * seedSize {
                parts.copy(report.publicShare[...], to: lane * 2 * seedSize)
            } else if aggregator > 0 {
                refuse(lane, .malformedMessage, "the public share has the wrong length")
            }
        }

        private func expandShares() {
            sponge.begin(headers.measurementShare, seeds)
            sponge.absorb([UInt8(aggregator)])
            squeeze(into: query.measurement, count: vdaf.circuit.measurementLength)
            sponge.begin(headers.proofShare, seeds)
            sponge.absorb([UInt8(vdaf.proofs), UInt8(aggregator)])
            squeeze(into: query.proof, count: vdaf.proof.proofLength)
        }

        private func loadShares(_ reports: ArraySlice<VerificationInput>) {
            let measurementLength = vdaf.circuit.measurementLength
            for (lane, report) in reports.enumerated() where refusals[lane] == nil {
                report.inputShare.withUnsafeBytes { bytes in
                    guard let base = bytes.baseAddress else { return }
                    let words = kernels.element_words
                    LaneMemory.spread(base, count: measurementLength * words, to: query.measurement + lane)
                    LaneMemory.spread(
                        base + measurementLength * Field.encodedSize, count: vdaf.proof.proofLength * words,
                        to: query.proof + lane)
                }
            }
            let rejected =
                kernels.rejected(query.measurement, measurementLength)
                | kernels.rejected(query.proof, vdaf.proof.proofLength)
            for (lane, report) in reports.enumerated() {
                if rejected >> UInt8(lane) & 1 == 1 {
                    refuse(lane, .malformedInputShare, "an element is not below the modulus")
                }
                if report.publicShare.count != (vdaf.usesJointRand ? 2 * seedSize : 0) {
                    refuse(lane, .malformedMessage, "the public share has the wrong length")
                }
            }
        }

        private func deriveJointRand() {
            sponge.begin(headers.jointRandPart, blinds)
            sponge.absorb([UInt8(aggregator)])
            sponge.absorb(nonces, stride: nonceSize, count: nonceSize)
            sponge.absorb(
                rows: query.measurement, count: vdaf.circuit.measurementLength * kernels.element_words)
            sponge.finish()
            sponge.squeeze(into: ownParts.words, count: seedSize / 8)
            for lane in 0..<LaneMemory.lanes {
                // The part computed here takes the place of the one the client claims.
                ownParts.copyWords(of: lane, to: (2 * lane + aggregator) * seedSize, in: &parts)
            }
            deriveJointRandSeed()
            sponge.copyState(to: corrected.words, rows: seedSize / 8)
            sponge.begin(headers.jointRandomness)
            sponge.absorb(rows: corrected.words, count: seedSize / 8)
            sponge.absorb([UInt8(vdaf.proofs)])
            squeeze(into: query.jointRand, count: vdaf.circuit.jointRandLength)
        }

        /// From the parts of each lane its seed, which is left in the sponge.
        private func deriveJointRandSeed() {
            sponge.begin(headers.jointRandSeed, [UInt8](repeating: 0, count: seedSize))
            sponge.absorb(parts, stride: 2 * seedSize, count: 2 * seedSize)
            sponge.finish()
            sponge.permuteOnce()
        }

        private func squeeze(into elements: UnsafeMutablePointer<UInt64>, count: Int) {
            sponge.finish()
            sponge.squeeze(into: elements, count: count * kernels.element_words)
            givenUp |= kernels.rejected(elements, count)
        }

        /// The sum of a lane's verifier share and an encoded one; false when that does not decode.
        private func add(_ encoded: ArraySlice<UInt8>, to lane: Int) -> Bool {
            let step = kernels.element_words * LaneMemory.lanes
            return encoded.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return false }
                for index in 0..<verifiers.count {
                    guard let other = Field.load(base + index * Field.encodedSize) else { return false }
                    verifiers[index] = other + Field.load(lane: query.verifier + index * step + lane)
                }
                return true
            }
        }
    }
}
