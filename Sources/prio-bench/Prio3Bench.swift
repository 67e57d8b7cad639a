import VDAF

/// The reports of one VDAF, ready for every step.
struct Prio3Bench {
    /// Different reports; a larger batch repeats them, as many large shares would not fit the memory.
    private static let mostDifferent = 16
    /// Measurements that are split at a time: the shares of all of them would not fit the memory either.
    private static let mostSplit = 64
    /// As long as DAP's context string.
    private static let context = [UInt8](repeating: 1, count: 38)

    private let prio3: Prio3
    private let verifyKey = randomBytes(Prio3.verifyKeySize)
    private let measurements: [Prio3Measurement]
    private let nonces: [[UInt8]]
    private let randoms: [[UInt8]]
    private let leaderInputs: [VerificationInput]
    private let helperInputs: [VerificationInput]
    private let finishInputs: [LeaderFinishInput]

    init(_ parameters: Prio3Parameters, _ measurement: Prio3Measurement, batch: Int) throws {
        let prio3 = try Prio3(parameters)
        self.prio3 = prio3
        let different = min(batch, Self.mostDifferent)
        let ownNonces = (0..<different).map { _ in randomBytes(Prio3.nonceSize) }
        let ownRandoms = (0..<different).map { _ in randomBytes(prio3.randomSize) }
        let shares = try zip(ownNonces, ownRandoms).map {
            try prio3.shard(measurement, context: Self.context, nonce: $0, random: $1)
        }
        func input(_ index: Int, _ aggregator: Int, inbound: [UInt8] = []) -> VerificationInput {
            VerificationInput(
                nonce: ownNonces[index], publicShare: shares[index].publicShare,
                inputShare: shares[index].inputShares[aggregator], inbound: inbound, bucket: 0)
        }
        let leader = (0..<different).map { input($0, 0) }
        let continuations = try prio3.leaderInitialize(leader, verifyKey: verifyKey, context: Self.context).map {
            try $0.get()
        }
        let helper = (0..<different).map { input($0, 1, inbound: continuations[$0].outbound) }
        let answers = try prio3.helperInitialize(helper, verifyKey: verifyKey, context: Self.context).outcomes.map {
            try $0.get()
        }
        let finish = (0..<different).map {
            LeaderFinishInput(
                inputShare: shares[$0].inputShares[0], jointRandSeed: continuations[$0].jointRandSeed,
                inbound: answers[$0], bucket: 0)
        }
        func repeated<Element>(_ elements: [Element]) -> [Element] { (0..<batch).map { elements[$0 % different] } }
        measurements = Array(repeating: measurement, count: batch)
        nonces = repeated(ownNonces)
        randoms = repeated(ownRandoms)
        leaderInputs = repeated(leader)
        helperInputs = repeated(helper)
        finishInputs = repeated(finish)
    }

    func measure(_ operation: BenchOperation, with stopwatch: Stopwatch) throws -> Stopwatch.Times {
        try stopwatch.time(reports: nonces.count) {
            switch operation {
            case .shard:
                for start in stride(from: 0, to: nonces.count, by: Self.mostSplit) {
                    let range = start..<min(start + Self.mostSplit, nonces.count)
                    let shares = prio3.shard(
                        Array(measurements[range]), context: Self.context, nonces: Array(nonces[range]),
                        randoms: Array(randoms[range]))
                    for share in shares { _ = try share.get() }
                }
            case .leader:
                let first = prio3.leaderInitialize(leaderInputs, verifyKey: verifyKey, context: Self.context)
                for outcome in first { _ = try outcome.get() }
                for outcome in prio3.leaderFinish(finishInputs, context: Self.context).outcomes { try outcome.get() }
            case .helper:
                let batch = prio3.helperInitialize(helperInputs, verifyKey: verifyKey, context: Self.context)
                for outcome in batch.outcomes { _ = try outcome.get() }
            case .open: preconditionFailure("no VDAF opens envelopes")
            }
        }
    }
}

/// Bytes for keys, nonces and randomness of reports that nobody will ever send.
func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
