extension Prio3VDAF: TwoPartyVDAF {
    /// Reports that are verified side by side before the next are looked at.
    static var groupSize: Int { 8 }

    func checkInputShare(_ inputShare: [UInt8], role: AggregatorRole) throws {
        let verifier = Verifier(self, verifyKey: [UInt8](repeating: 0, count: Self.seedSize), context: [], aggregator: role.rawValue)
        try verifier.load(inputShare)
    }

    func leaderInitialize(_ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]) -> [Result<LeaderContinuation, VDAFError>] {
        let verifier = Verifier(self, verifyKey: verifyKey, context: context, aggregator: 0)
        return inGroups(of: reports) { report in
            let initial = try verifier.start(nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShare)
            return LeaderContinuation(
                outbound: PingPongMessage.initialize(verifierShare: initial.verifierShare).encoded,
                jointRandSeed: initial.jointRandSeed)
        }
    }

    func leaderFinish(_ reports: [LeaderFinishInput], context: [UInt8]) -> BatchOutcome<Void> {
        // The output share follows from the input share alone, so it was not kept since the first step.
        let verifier = Verifier(self, verifyKey: [UInt8](repeating: 0, count: Self.seedSize), context: context, aggregator: 0)
        var buckets = BucketSums<Field>(length: circuit.outputLength)
        let outcomes: [Result<Void, VDAFError>] = inGroups(of: reports) { report in
            guard case .finish(let message) = try PingPongMessage(decoding: report.inbound) else {
                throw VDAFError(.malformedMessage, "Prio3 ends after one round")
            }
            try finish(jointRandSeed: report.jointRandSeed, message: message)
            try verifier.load(report.inputShare, measurementOnly: true)
            buckets.add(to: report.bucket) { verifier.addOutputShare(to: $0) }
        }
        return BatchOutcome(outcomes: outcomes, aggregateShares: buckets.encoded())
    }

    func helperInitialize(_ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]) -> BatchOutcome<[UInt8]> {
        let verifier = Verifier(self, verifyKey: verifyKey, context: context, aggregator: 1)
        var buckets = BucketSums<Field>(length: circuit.outputLength)
        let outcomes: [Result<[UInt8], VDAFError>] = inGroups(of: reports) { report in
            let initial = try verifier.start(nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShare)
            guard case .initialize(let leaderShare) = try PingPongMessage(decoding: report.inbound) else {
                throw VDAFError(.malformedMessage, "the leader's first message initializes")
            }
            let message = try verifierMessage(combining: [leaderShare, initial.verifierShare], context: context)
            try finish(jointRandSeed: initial.jointRandSeed, message: message)
            buckets.add(to: report.bucket) { verifier.addOutputShare(to: $0) }
            return PingPongMessage.finish(verifierMessage: message).encoded
        }
        return BatchOutcome(outcomes: outcomes, aggregateShares: buckets.encoded())
    }

    /// Runs a step for every report, group after group; only one group's vectors are in memory at a time.
    private func inGroups<Input, Output>(of reports: [Input], _ step: (Input) throws -> Output) -> [Result<Output, VDAFError>] {
        var outcomes = [Result<Output, VDAFError>]()
        outcomes.reserveCapacity(reports.count)
        for start in stride(from: 0, to: reports.count, by: Self.groupSize) {
            for report in reports[start..<min(start + Self.groupSize, reports.count)] {
                do {
                    outcomes.append(.success(try step(report)))
                } catch let error as VDAFError {
                    outcomes.append(.failure(error))
                } catch {
                    outcomes.append(.failure(VDAFError(.verificationFailed, "verification failed")))
                }
            }
        }
        return outcomes
    }
}

/// Aggregate shares by bucket, added up report by report.
private struct BucketSums<Field: NTTField> {
    let length: Int
    private var sums: [UInt64: [Field]] = [:]

    init(length: Int) { self.length = length }

    mutating func add(to bucket: UInt64, _ addOutputShare: (UnsafeMutableBufferPointer<Field>) -> Void) {
        sums[bucket, default: [Field](repeating: .zero, count: length)].withUnsafeMutableBufferPointer { addOutputShare($0) }
    }

    mutating func encoded() -> [UInt64: [UInt8]] {
        defer { for bucket in sums.keys { sums[bucket]?.erase() } }
        return sums.mapValues { FieldVector.encode($0) }
    }
}
