extension Prio3VDAF {
    func checkInputShare(_ inputShare: [UInt8], role: AggregatorRole) throws {
        guard inputShare.count == inputShareSize(aggregator: role.rawValue) else {
            throw VDAFError(.malformedInputShare, "the input share has the wrong length")
        }
        // A helper's share is seeds, and all bytes are seeds.
        guard role == .leader else { return }
        let elementsSize = inputShare.count - (usesJointRand ? Self.seedSize : 0)
        let isValid = inputShare.withUnsafeBytes {
            FieldVector.isValid(UnsafeRawBufferPointer(rebasing: $0[0..<elementsSize]), as: Field.self)
        }
        guard isValid else { throw VDAFError(.malformedInputShare, "an element is not below the modulus") }
    }

    func leaderInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> [Result<LeaderContinuation, VDAFError>] {
        let scalar = LazyVerifier(self, verifyKey: verifyKey, context: context, aggregator: 0)
        let lanes = laneVerifier(for: reports.count, verifyKey: verifyKey, context: context, aggregator: 0)
        return inGroups(
            of: reports, lanes: lanes,
            sideBySide: { lanes, group in
                lanes.start(group)
                return lanes.outcomes { lane in
                    LeaderContinuation(
                        outbound: PingPongMessage.initialize(verifierShare: lanes.verifierShare(of: lane)).encoded,
                        jointRandSeed: lanes.jointRandSeed(of: lane))
                }
            },
            oneByOne: { report in
                let initial = try scalar.verifier.start(
                    nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShare)
                return LeaderContinuation(
                    outbound: PingPongMessage.initialize(verifierShare: initial.verifierShare).encoded,
                    jointRandSeed: initial.jointRandSeed)
            })
    }

    func leaderFinish(_ reports: [LeaderFinishInput], context: [UInt8]) -> BatchOutcome<Void> {
        // The output share follows from the input share alone, so it was not kept since the first step. It needs
        // neither XOF nor products, and so no lanes.
        let verifier = Verifier(
            self, verifyKey: [UInt8](repeating: 0, count: Self.seedSize), context: context, aggregator: 0)
        var buckets = BucketSums<Field>(length: circuit.outputLength)
        let outcomes = reports.map { report in
            Self.outcome {
                guard case .finish(let message) = try PingPongMessage(decoding: report.inbound) else {
                    throw VDAFError(.malformedMessage, "Prio3 ends after one round")
                }
                try finish(jointRandSeed: report.jointRandSeed, message: message)
                try verifier.load(report.inputShare, measurementOnly: true)
                buckets.add(to: report.bucket) { verifier.addOutputShare(to: $0) }
            }
        }
        return BatchOutcome(outcomes: outcomes, aggregateShares: buckets.encoded())
    }

    func helperInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> BatchOutcome<[UInt8]> {
        let scalar = LazyVerifier(self, verifyKey: verifyKey, context: context, aggregator: 1)
        let lanes = laneVerifier(for: reports.count, verifyKey: verifyKey, context: context, aggregator: 1)
        var buckets = BucketSums<Field>(length: circuit.outputLength)
        let outcomes: [Result<[UInt8], VDAFError>] = inGroups(
            of: reports, lanes: lanes,
            sideBySide: { lanes, group in
                lanes.start(group)
                lanes.combine(group)
                for (bucket, members) in lanes.active(in: group) {
                    buckets.add(to: bucket) { lanes.addOutputShares(of: members, to: $0) }
                }
                return lanes.outcomes { lane in
                    PingPongMessage.finish(verifierMessage: lanes.jointRandSeed(of: lane)).encoded
                }
            },
            oneByOne: { report in
                let verifier = scalar.verifier
                let initial = try verifier.start(
                    nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShare)
                guard case .initialize(let leaderShare) = try PingPongMessage(decoding: report.inbound) else {
                    throw VDAFError(.malformedMessage, "the leader's first message initializes")
                }
                let message = try verifierMessage(combining: [leaderShare, initial.verifierShare], context: context)
                try finish(jointRandSeed: initial.jointRandSeed, message: message)
                buckets.add(to: report.bucket) { verifier.addOutputShare(to: $0) }
                return PingPongMessage.finish(verifierMessage: message).encoded
            })
        return BatchOutcome(outcomes: outcomes, aggregateShares: buckets.encoded())
    }

    private func laneVerifier(
        for count: Int, verifyKey: [UInt8], context: [UInt8], aggregator: Int
    ) -> LaneVerifier? {
        guard let lanes, count >= lanes.level.smallestGroup else { return nil }
        return LaneVerifier(self, verifyKey: verifyKey, context: context, aggregator: aggregator)
    }

    /// Runs a step for every report, group after group; only one group's vectors are in memory at a time.
    ///
    /// - Parameters:
    ///   - lanes: for groups large enough; nil for none.
    ///   - sideBySide: takes a group and leaves out those reports that have to be done one by one.
    private func inGroups<Input, Output>(
        of reports: [Input], lanes: LaneVerifier?,
        sideBySide: (LaneVerifier, ArraySlice<Input>) -> [Result<Output, VDAFError>?],
        oneByOne: (Input) throws -> Output
    ) -> [Result<Output, VDAFError>] {
        var outcomes = [Result<Output, VDAFError>]()
        outcomes.reserveCapacity(reports.count)
        for start in stride(from: 0, to: reports.count, by: LaneMemory.lanes) {
            let group = reports[start..<min(start + LaneMemory.lanes, reports.count)]
            guard let lanes, group.count >= lanes.smallestGroup else {
                for report in group { outcomes.append(Self.outcome { try oneByOne(report) }) }
                continue
            }
            for (lane, outcome) in sideBySide(lanes, group).enumerated() {
                outcomes.append(outcome ?? Self.outcome { try oneByOne(reports[start + lane]) })
            }
        }
        return outcomes
    }

    static func outcome<Output>(_ step: () throws -> Output) -> Result<Output, VDAFError> {
        do {
            return .success(try step())
        } catch let error as VDAFError {
            return .failure(error)
        } catch {
            return .failure(VDAFError(.verificationFailed, "verification failed"))
        }
    }

    /// A verifier that is made when it is first needed.
    private final class LazyVerifier {
        private let make: () -> Verifier
        lazy var verifier = make()

        init(_ vdaf: Prio3VDAF, verifyKey: [UInt8], context: [UInt8], aggregator: Int) {
            make = { Verifier(vdaf, verifyKey: verifyKey, context: context, aggregator: aggregator) }
        }
    }
}
