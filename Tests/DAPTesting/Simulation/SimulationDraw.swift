import DAPRoles

/// Draws a run from a seed: its settings and its steps.
struct SimulationDraw {
    private var random: RandomSource
    private(set) var settings: SimulationSettings
    private var nextReport = 0

    init(seed: UInt64) {
        random = .seeded(seed &* 0xd134_2543_de82_ef95 ^ 0x51d7)
        settings = SimulationSettings(seed: seed)
        drawSettings()
        settings.privacy = Self.privacy(seed)
    }

    private mutating func drawSettings() {
        settings.conduct = pick([.honest, .honest, .honest, .honest, .honest, .badLeader, .badHelper, .badNetwork])
        settings.isLeaderSelected = chance(1, of: 3)
        settings.minBatchSize = UInt64(pick([1, 2, 3, 5]))
        settings.timePrecision = UInt64(pick([60, 300, 300, 3600]))
        settings.reportCount = pick([8, 16, 24, 40])
        settings.minimumJobSize = pick([1, 4, 256, 256])
        settings.maximumJobSize = pick([nil, nil, nil, 1, 3])
        settings.batchTargetSize = UInt64(pick([0, 0, 4, 9]))
        settings.batchMaximumAge = UInt64(pick([0, 30, 300]))
        settings.isDeferred = chance(1, of: 3)
    }

    /// From numbers of its own, so that a seed's steps are the same with and without a promise.
    private static func privacy(_ seed: UInt64) -> SimulatedPrivacy? {
        var random = RandomSource.seeded(seed &* 0x9fb2_1c65_1e98_df25 ^ 0xd9)
        func pick<Choice>(_ choices: [Choice]) -> Choice { choices[Int(random.next() % UInt64(choices.count))] }
        guard pick([true, false]) else { return nil }
        let noise = pick([SimulatedPrivacy.Noise.laplace, .laplace, .gaussian])
        // A batch of some windows costs their square in ρ.
        let lifetime: UInt64 = noise == .laplace ? pick([2, 2, 3, 3, 5, 12]) : pick([2, 3, 4, 9, 40])
        let windows: UInt64 = pick([1, 3, 6, 20])
        let limits: [SimulatedPrivacy.CatalogLimit?] = [
            nil, nil, .rho(windows), noise == .laplace ? .epsilon(windows) : .rho(windows),
        ]
        return SimulatedPrivacy(noise: noise, lifetime: lifetime, catalog: pick(limits))
    }

    mutating func steps() -> [SimulationStep] {
        let count = 10 + below(30)
        return (0..<count).map { _ in step(depth: 0) }
    }

    // MARK: - Steps

    private mutating func step(depth: Int) -> SimulationStep {
        let operation = operation(depth: depth)
        // Half of the steps go well, so that there is something to lose.
        guard depth == 0, chance(1, of: 2) else { return SimulationStep(operation) }
        if case .collect = operation, chance(1, of: 2) { return SimulationStep(operation, faults: badLine()) }
        return SimulationStep(operation, faults: (0...below(3)).map { _ in fault(depth: depth) })
    }

    /// Most messages of a step get lost in one way or another.
    private mutating func badLine() -> [SimulationFault] {
        (0..<12).compactMap { place in
            chance(1, of: 2) ? .message(at: place, messageTrouble(depth: 1)) : nil
        }
    }

    private mutating func operation(depth: Int) -> SimulationOperation {
        // In the middle of things, reports that come in are what disturbs most.
        if depth > 0, chance(1, of: 2) { return upload() }
        switch below(100) {
        case ..<28: return upload()
        case ..<44: return .work(seconds: 1 + below(6))
        case ..<47: return .createJobs
        case ..<51: return .aggregate(1 + below(3))
        case ..<54: return .stepCollection
        case ..<57: return .answerDeferred
        case ..<70: return .collect(first: below(5) - 2, units: 1 + below(3), patience: below(40))
        case ..<74: return .deleteCollection(below(3))
        case ..<79: return .deliverLate(below(3))
        case ..<83: return .pass(seconds: pick([1, 10, 50, 50, 130, 400]))
        case ..<87: return .kill(aggregator(), seconds: pick([0, 0, 5, 60]))
        case ..<90: return clock()
        case ..<92: return .rotateKey(aggregator(), keepingOld: chance(2, of: 3))
        case ..<94: return .outage(aggregator(), chance(1, of: 2) ? .busy : .full, seconds: pick([2, 20, 90]))
        case ..<95: return .answerLater(chance(1, of: 2))
        case ..<96: return .collectGarbage(aggregator())
        default:
            return settings.conduct == .badLeader ? .misbehave(misconduct()) : .work(seconds: 1)
        }
    }

    private mutating func upload() -> SimulationOperation {
        let count = min(1 + below(6), settings.reportCount - nextReport)
        guard count > 0 else { return .work(seconds: 2) }
        let age = pick([0, 0, 0, 100, 700])
        let reports = (0..<count).map { _ in
            nextReport += 1
            return SimulatedReport(number: nextReport - 1, age: age, flaw: chance(1, of: 8) ? flaw() : nil)
        }
        return .upload(reports)
    }

    private mutating func flaw() -> ReportFlaw {
        switch below(13) {
        case 0: .replayedID(of: below(max(1, nextReport)))
        case 1: .early
        case 2: .expired
        case 3: .leaderShare
        case 4: .helperShare
        case 5: .publicShare
        case 6: .shortShare(aggregator())
        case 7: .garbledPlaintext(aggregator())
        case 8: .garbledEnvelope(aggregator())
        case 9: .unknownKey(aggregator())
        case 10: .publicExtension
        case 11: .privateExtension(aggregator())
        default: .helperShare
        }
    }

    /// Clocks of aggregators are at most two minutes apart, or far apart for less than the hour that early reports rest.
    private mutating func clock() -> SimulationOperation {
        switch below(4) {
        case 0: .setClock(.client, ahead: below(900_000) - 600_000, gain: below(2001) - 1000)
        case 1: .setClock(.collector, ahead: below(600_000) - 300_000, gain: 0)
        case 2: .setClock(aggregator(), ahead: pick([-1_200_000, 900_000]), gain: 0)
        default: .setClock(aggregator(), ahead: below(100_000) - 50_000, gain: below(2001) - 1000)
        }
    }

    private mutating func misconduct() -> LeaderMisconduct {
        let index = below(4)
        switch below(5) {
        case 0: return .rewind(index)
        case 1: return .changeJob(index, pick(JobChange.allCases))
        case 2: return .askForShare(first: below(4) - 2, units: 1 + below(2), countError: pick([0, 0, -1, 1]))
        case 3: return .changeShareRequest(index, countError: pick([0, -1, 1]), unitsMore: pick([0, 1, 1]))
        default: return .continueJob(index, step: UInt16(below(3)))
        }
    }

    // MARK: - Faults

    private mutating func fault(depth: Int) -> SimulationFault {
        switch below(20) {
        case 0: .noConfigurations
        case ..<10: .store(aggregator(), at: below(pick([3, 8, 30])), storeTrouble(depth: depth))
        default: .message(at: below(pick([1, 2, 6])), messageTrouble(depth: depth))
        }
    }

    private mutating func storeTrouble(depth: Int) -> StoreTrouble {
        switch below(6) {
        case 0: .failed
        case 1: .failedAfterCommit
        case 2: .killedInside(seconds: pick([0, 3, 60]))
        case 3: .killedAfter(seconds: pick([0, 3, 60]))
        default: .meanwhile((0...below(2)).map { _ in step(depth: depth + 1) })
        }
    }

    private mutating func messageTrouble(depth: Int) -> MessageTrouble {
        if settings.conduct == .badHelper, chance(1, of: 2) { return .lie(pick(HelperLie.allCases)) }
        if settings.conduct == .badNetwork, chance(1, of: 2) {
            let place = UInt8(below(256))
            return .tampered(
                pick([.flippedRequest(place), .flippedResponse(place), .cutRequest(place), .cutResponse(place)]))
        }
        switch below(12) {
        case ..<2: return .loseRequest
        case ..<4: return .loseResponse
        case 4: return .duplicate
        case 5: return .late
        case 6: return .lateCopy
        case 7, 8: return .status(pick([500, 502, 503, 429, 408, 401, 403, 404]))
        case 9, 10: return .before((0...below(2)).map { _ in step(depth: depth + 1) })
        default: return .after((0...below(2)).map { _ in step(depth: depth + 1) })
        }
    }

    // MARK: - Numbers

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    private mutating func chance(_ wins: Int, of all: Int) -> Bool { below(all) < wins }
    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }
    private mutating func aggregator() -> SimulationParty { chance(1, of: 2) ? .leader : .helper }
}
