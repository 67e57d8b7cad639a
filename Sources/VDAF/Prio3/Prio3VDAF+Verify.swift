import CSodium

extension Prio3VDAF {
    /// One aggregator verifying reports one after another, in memory that it allocates once and erases at its end.
    package final class Verifier {
        private let vdaf: Prio3VDAF
        private let verifyKey: [UInt8]
        private let context: [UInt8]
        private let aggregator: Int
        private let measurementShare: UnsafeMutableBufferPointer<Field>
        private let proofsShare: UnsafeMutableBufferPointer<Field>
        private let queryScratch: FullyLinearProof<Circuit>.QueryScratch

        /// - Parameters:
        ///   - verifyKey: 32 bytes that the aggregators share and clients don't know.
        ///   - context: the application's context string.
        ///   - aggregator: 0 for the leader, 1 ... for helpers.
        package init(_ vdaf: Prio3VDAF, verifyKey: [UInt8], context: [UInt8], aggregator: Int) {
            precondition(verifyKey.count == seedSize && (0..<vdaf.shares).contains(aggregator))
            self.vdaf = vdaf
            self.verifyKey = verifyKey
            self.context = context
            self.aggregator = aggregator
            measurementShare = .allocate(capacity: vdaf.circuit.measurementLength)
            measurementShare.initialize(repeating: .zero)
            proofsShare = .allocate(capacity: vdaf.proof.proofLength * vdaf.proofs)
            proofsShare.initialize(repeating: .zero)
            queryScratch = FullyLinearProof<Circuit>.QueryScratch(vdaf.proof)
        }

        deinit {
            for buffer in [measurementShare, proofsShare] {
                sodium_memzero(buffer.baseAddress, buffer.count * MemoryLayout<Field>.stride)
                buffer.deallocate()
            }
        }

        /// What verifying one report yields at first.
        package struct Initial {
            /// The encoded verifier share, for the others.
            package let verifierShare: [UInt8]
            /// The corrected joint randomness seed to compare with the others' result; empty without joint randomness.
            package let jointRandSeed: [UInt8]
        }

        /// Starts verifying a report (VDAF §7.2.2, `verify_init`). Its measurement share stays in memory for
        /// `addOutputShare`.
        ///
        /// - Throws: `VDAFError.malformedInputShare`, `.malformedMessage` for the public share, `.verificationFailed`.
        package func start(nonce: [UInt8], publicShare: [UInt8], inputShare: [UInt8]) throws -> Initial {
            guard nonce.count == nonceSize else { throw VDAFError(.malformedMessage, "a nonce has 16 bytes") }
            let blind = try load(inputShare)
            var parts = publicShare
            guard parts.count == (vdaf.usesJointRand ? vdaf.shares * seedSize : 0) else {
                throw VDAFError(.malformedMessage, "the public share has the wrong length")
            }
            let measurement = UnsafeBufferPointer(measurementShare)
            var ownPart = [UInt8]()
            var seed = [UInt8]()
            var jointRands = [Field]()
            if vdaf.usesJointRand {
                ownPart = vdaf.jointRandPart(
                    blind: blind, aggregator: aggregator, nonce: nonce, measurementShare: measurement, context: context)
                // The part computed here takes the place of the one the client claims.
                parts.replaceSubrange(aggregator * seedSize..<(aggregator + 1) * seedSize, with: ownPart)
                seed = vdaf.jointRandSeed(parts: parts, context: context)
                jointRands = vdaf.jointRands(seed: seed, context: context)
            }
            var xof = XofTurboShake128(
                seed: verifyKey, domainSeparation: vdaf.domainSeparation(.queryRandomness, context),
                binder: [UInt8(vdaf.proofs)] + nonce)
            let queryRands: [Field] = xof.next(vdaf.proof.queryRandLength * vdaf.proofs)
            var verifiers = [Field](repeating: .zero, count: vdaf.proof.verifierLength * vdaf.proofs)
            try queryRands.withUnsafeBufferPointer { queryRands in
                try verifiers.withUnsafeMutableBufferPointer { verifiers in
                    try query(measurement, queryRands: queryRands, jointRands: jointRands, into: verifiers)
                }
            }
            return Initial(verifierShare: FieldVector.encode(verifiers) + ownPart, jointRandSeed: seed)
        }

        /// Adds the output share of the report last started to an aggregate share of `outputLength` elements.
        package func addOutputShare(to aggregate: UnsafeMutableBufferPointer<Field>) {
            vdaf.circuit.addOutputShare(of: UnsafeBufferPointer(measurementShare), to: aggregate)
        }

        /// Loads an input share; only its measurement share is needed to aggregate a report that was verified before.
        ///
        /// - Returns: the blind, empty without joint randomness.
        /// - Throws: `VDAFError.malformedInputShare`.
        @discardableResult
        package func load(_ inputShare: [UInt8], measurementOnly: Bool = false) throws -> [UInt8] {
            guard inputShare.count == vdaf.inputShareSize(aggregator: aggregator) else {
                throw VDAFError(.malformedInputShare, "the input share has the wrong length")
            }
            if aggregator > 0 {
                let seed = Array(inputShare[0..<seedSize])
                var xof = vdaf.helperMeasurementShare(seed, aggregator: aggregator, context: context)
                xof.next(into: measurementShare)
                if !measurementOnly {
                    var proofXof = vdaf.helperProofShare(seed, aggregator: aggregator, context: context)
                    proofXof.next(into: proofsShare)
                }
                return Array(inputShare[seedSize...])
            }
            let measurementSize = measurementShare.count * Field.encodedSize
            let proofsSize = proofsShare.count * Field.encodedSize
            let isValid = inputShare.withUnsafeBytes { bytes in
                FieldVector.decode(UnsafeRawBufferPointer(rebasing: bytes[0..<measurementSize]), into: measurementShare)
                    && FieldVector.decode(
                        UnsafeRawBufferPointer(rebasing: bytes[measurementSize..<measurementSize + proofsSize]),
                        into: proofsShare)
            }
            guard isValid else { throw VDAFError(.malformedInputShare, "an element is not below the modulus") }
            return Array(inputShare[(measurementSize + proofsSize)...])
        }

        private func query(
            _ measurement: UnsafeBufferPointer<Field>, queryRands: UnsafeBufferPointer<Field>, jointRands: [Field],
            into verifiers: UnsafeMutableBufferPointer<Field>
        ) throws {
            let proof = vdaf.proof
            for index in 0..<vdaf.proofs {
                try proof.query(
                    measurement: measurement,
                    proof: UnsafeBufferPointer(
                        proofsShare.part(index * proof.proofLength..<(index + 1) * proof.proofLength)),
                    queryRand: queryRands.part(index * proof.queryRandLength..<(index + 1) * proof.queryRandLength),
                    jointRand: part(jointRands, index, of: vdaf.proofs), inverseShares: vdaf.inverseShares,
                    scratch: queryScratch,
                    into: verifiers.part(index * proof.verifierLength..<(index + 1) * proof.verifierLength))
            }
        }
    }

    /// Combines all verifier shares and decides (VDAF §7.2.2, `verifier_shares_to_message`).
    ///
    /// - Returns: the encoded verifier message: the joint randomness seed, or nothing.
    /// - Throws: `VDAFError.malformedMessage`, or `.verificationFailed` when a proof is wrong.
    package func verifierMessage(combining verifierShares: [[UInt8]], context: [UInt8]) throws -> [UInt8] {
        precondition(verifierShares.count == shares, "every aggregator gives a verifier share")
        let count = proof.verifierLength * proofs
        let elementsSize = count * Field.encodedSize
        var verifiers = [Field](repeating: .zero, count: count)
        var parts = [UInt8]()
        for share in verifierShares {
            guard share.count == elementsSize + (usesJointRand ? Self.seedSize : 0),
                let elements = FieldVector.decode(share[0..<elementsSize], count: count, as: Field.self)
            else { throw VDAFError(.malformedMessage, "a verifier share does not decode") }
            for index in 0..<count { verifiers[index] += elements[index] }
            parts += share[elementsSize...]
        }
        let isValid = verifiers.withUnsafeBufferPointer { verifiers in
            (0..<proofs).allSatisfy {
                proof.decide(verifiers.part($0 * proof.verifierLength..<($0 + 1) * proof.verifierLength))
            }
        }
        guard isValid else { throw VDAFError(.verificationFailed, "the proof is wrong") }
        return usesJointRand ? jointRandSeed(parts: parts, context: context) : []
    }

    /// Compares the verifier message with an aggregator's own seed (VDAF §7.2.2, `verify_next`).
    ///
    /// - Throws: `VDAFError.verificationFailed` when the client used other joint randomness.
    package func finish(jointRandSeed: [UInt8], message: [UInt8]) throws {
        guard jointRandSeed == message else { throw VDAFError(.verificationFailed, "the joint randomness is wrong") }
    }
}
