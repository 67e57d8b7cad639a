import Testing
import VDAF

/// Replays every operation of a vector, then once more through the two-party batch interface.
struct VectorReplay<Circuit: ValidityCircuit> {
    let vdaf: Prio3VDAF<Circuit>
    let vector: TestVector
    private var outputShares: [Int: [[UInt8]]] = [:]

    init(_ vdaf: Prio3VDAF<Circuit>, _ vector: TestVector) {
        self.vdaf = vdaf
        self.vector = vector
    }

    mutating func run() throws {
        #expect(!vector.operations.isEmpty)
        for operation in vector.operations {
            var failure: (any Error)?
            do { try perform(operation) } catch let error as VDAFError { failure = error }
            #expect((failure == nil) == operation.success, "\(vector.name): \(operation)")
        }
    }

    private func report(_ operation: TestVector.Operation) throws -> TestVector.Report {
        vector.reports[try #require(operation.report)]
    }

    private func started(
        _ report: TestVector.Report, _ aggregator: Int
    ) throws -> (Prio3VDAF<Circuit>.Verifier, Prio3VDAF<Circuit>.Verifier.Initial) {
        let verifier = Prio3VDAF<Circuit>.Verifier(
            vdaf, verifyKey: vector.verifyKey, context: vector.context, aggregator: aggregator)
        let initial = try verifier.start(
            nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShares[aggregator])
        return (verifier, initial)
    }

    private mutating func perform(_ operation: TestVector.Operation) throws {
        switch operation.kind {
        case "shard":
            let report = try report(operation)
            let shares = try vdaf.shard(
                try #require(report.measurement), context: vector.context, nonce: report.nonce, random: report.random)
            #expect(shares.publicShare == report.publicShare)
            #expect(shares.inputShares == report.inputShares)
        case "verify_init":
            let report = try report(operation)
            let aggregator = try #require(operation.aggregator)
            let (_, initial) = try started(report, aggregator)
            #expect(initial.verifierShare == report.verifierShares[0][aggregator])
        case "verifier_shares_to_message":
            let report = try report(operation)
            let message = try vdaf.verifierMessage(combining: report.verifierShares[0], context: vector.context)
            #expect(message == report.verifierMessages.first)
        case "verify_next":
            let report = try report(operation)
            let aggregator = try #require(operation.aggregator)
            let (verifier, initial) = try started(report, aggregator)
            try vdaf.finish(jointRandSeed: initial.jointRandSeed, message: report.verifierMessages[0])
            var share = [Circuit.Field](repeating: .zero, count: vdaf.proof.circuit.outputLength)
            share.withUnsafeMutableBufferPointer { verifier.addOutputShare(to: $0) }
            let encoded = FieldVector.encode(share)
            #expect(report.outputShares.indices.contains(aggregator) && encoded == report.outputShares[aggregator])
            outputShares[aggregator, default: []].append(encoded)
        case "aggregate":
            let aggregator = try #require(operation.aggregator)
            let sum = try vdaf.merge(try #require(outputShares[aggregator]))
            #expect(sum == vector.aggregateShares[aggregator])
        case "unshard":
            #expect(try vdaf.unshard(vector.aggregateShares) == vector.aggregateResult)
        default:
            throw TestVector.Misunderstood(description: "\(vector.name): operation \(operation.kind)")
        }
    }
}

/// Runs a whole two-party vector through the public batch interface, all reports at once.
func replayAsBatch(_ prio3: Prio3, _ vector: TestVector) throws {
    let reports = vector.reports
    let leader = reports.map {
        VerificationInput(nonce: $0.nonce, publicShare: $0.publicShare, inputShare: $0.inputShares[0], bucket: 7)
    }
    let continuations = try prio3.leaderInitialize(leader, verifyKey: vector.verifyKey, context: vector.context).map {
        try $0.get()
    }
    let helper = zip(reports, continuations).map {
        VerificationInput(
            nonce: $0.nonce, publicShare: $0.publicShare, inputShare: $0.inputShares[1], inbound: $1.outbound,
            bucket: 7)
    }
    let helped = prio3.helperInitialize(helper, verifyKey: vector.verifyKey, context: vector.context)
    let finishing = try zip(zip(reports, continuations), helped.outcomes).map {
        LeaderFinishInput(
            inputShare: $0.0.inputShares[0], jointRandSeed: $0.1.jointRandSeed, inbound: try $1.get(), bucket: 7)
    }
    let led = prio3.leaderFinish(finishing, context: vector.context)
    for outcome in led.outcomes { try outcome.get() }
    #expect(led.aggregateShares == [7: vector.aggregateShares[0]])
    #expect(helped.aggregateShares == [7: vector.aggregateShares[1]])
}

/// Runs a two-party vector in eight lanes: every report eight times over, through the batch interface.
func replayInLanes(_ parameters: Prio3Parameters, level: KernelLevel, _ vector: TestVector) throws {
    let prio3 = try Prio3(parameters, level: level)
    for report in vector.reports {
        func eight<Element>(_ element: Element) -> [Element] { Array(repeating: element, count: 8) }
        let note: Comment = "\(vector.name), \(level)"
        let shares = prio3.shard(
            eight(try #require(report.measurement)), context: vector.context, nonces: eight(report.nonce),
            randoms: eight(report.random))
        for share in shares {
            #expect(try share.get().publicShare == report.publicShare, note)
            #expect(try share.get().inputShares == report.inputShares, note)
        }
        func input(_ party: Int, inbound: [UInt8] = []) -> VerificationInput {
            VerificationInput(
                nonce: report.nonce, publicShare: report.publicShare, inputShare: report.inputShares[party],
                inbound: inbound, bucket: 3)
        }
        let outbound = PingPongMessage.initialize(verifierShare: report.verifierShares[0][0]).encoded
        for continuation in prio3.leaderInitialize(
            eight(input(0)), verifyKey: vector.verifyKey, context: vector.context)
        {
            #expect(try continuation.get().outbound == outbound, note)
        }
        let helped = prio3.helperInitialize(
            eight(input(1, inbound: outbound)), verifyKey: vector.verifyKey, context: vector.context)
        let answer = PingPongMessage.finish(verifierMessage: report.verifierMessages[0]).encoded
        for outcome in helped.outcomes { #expect(try outcome.get() == answer, note) }
        #expect(helped.aggregateShares == [3: try prio3.merge(eight(report.outputShares[1]))], note)
    }
}
