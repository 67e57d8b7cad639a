import VDAF

/// A client's report, in parts that a test may spoil.
struct SplitReport: Sendable {
    var nonce: [UInt8]
    var publicShare: [UInt8]
    var leaderShare: [UInt8]
    var helperShare: [UInt8]
    var bucket: UInt64
}

/// A leader and a helper that verify reports through the batch interface.
struct TwoParties: Sendable {
    let prio3: Prio3
    let verifyKey: [UInt8]
    let context: [UInt8] = Array("some application".utf8)

    init(_ parameters: Prio3Parameters, level: KernelLevel = .selected, random: inout SplitMix64) throws {
        prio3 = try Prio3(parameters, level: level)
        verifyKey = random.bytes(Prio3.verifyKeySize)
    }

    func report(_ measurement: Prio3Measurement, bucket: UInt64, random: inout SplitMix64) throws -> SplitReport {
        let nonce = random.bytes(Prio3.nonceSize)
        let shares = try prio3.shard(
            measurement, context: context, nonce: nonce, random: random.bytes(prio3.randomSize))
        return SplitReport(
            nonce: nonce, publicShare: shares.publicShare, leaderShare: shares.inputShares[0],
            helperShare: shares.inputShares[1], bucket: bucket)
    }

    func leaderInitialize(_ reports: [SplitReport]) -> [Result<LeaderContinuation, VDAFError>] {
        let inputs = reports.map {
            VerificationInput(
                nonce: $0.nonce, publicShare: $0.publicShare, inputShare: $0.leaderShare, bucket: $0.bucket)
        }
        return prio3.leaderInitialize(inputs, verifyKey: verifyKey, context: context)
    }

    func helperInitialize(_ reports: [SplitReport], inbound: [[UInt8]]) -> BatchOutcome<[UInt8]> {
        let inputs = zip(reports, inbound).map {
            VerificationInput(
                nonce: $0.nonce, publicShare: $0.publicShare, inputShare: $0.helperShare, inbound: $1,
                bucket: $0.bucket)
        }
        return prio3.helperInitialize(inputs, verifyKey: verifyKey, context: context)
    }

    func leaderFinish(_ reports: [SplitReport], seeds: [[UInt8]], inbound: [[UInt8]]) -> BatchOutcome<Void> {
        let inputs = reports.indices.map {
            LeaderFinishInput(
                inputShare: reports[$0].leaderShare, jointRandSeed: seeds[$0], inbound: inbound[$0],
                bucket: reports[$0].bucket)
        }
        return prio3.leaderFinish(inputs, context: context)
    }

    /// All three steps for valid reports.
    ///
    /// - Returns: both parties' aggregate shares, the leader's first.
    func aggregate(_ reports: [SplitReport]) throws -> [[UInt64: [UInt8]]] {
        let continuations = try leaderInitialize(reports).map { try $0.get() }
        let helper = helperInitialize(reports, inbound: continuations.map(\.outbound))
        let leader = leaderFinish(
            reports, seeds: continuations.map(\.jointRandSeed), inbound: try helper.outcomes.map { try $0.get() })
        for outcome in leader.outcomes { try outcome.get() }
        return [leader.aggregateShares, helper.aggregateShares]
    }
}

extension Result where Failure == VDAFError {
    /// The error's code, nil for success.
    var code: VDAFError.Code? {
        switch self {
        case .success: nil
        case .failure(let error): error.code
        }
    }
}
