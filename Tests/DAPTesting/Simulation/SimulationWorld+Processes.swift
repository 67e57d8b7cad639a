import DAPMessages
import DAPRoles
import HPKE

/// An aggregator's process: what it keeps in memory is gone when it is killed.
struct AggregatorProcess {
    /// Everything that is made anew when the process starts.
    struct Memory {
        let server: LoopbackServer
        let upload: UploadHandler?
        let leader: LeaderDriver?
        let helper: HelperDriver?
        let store: any SimulatedStore
    }

    var keys: [TestKeys.Key]
    var answersLater: Bool
    /// How often it was started.
    var generation = 0
    /// Nil while it is down.
    var memory: Memory?
    /// True milliseconds.
    var upAgainAt: UInt64 = 0
    var outage: (kind: StoreOutage, until: UInt64)?

    init(keys: [TestKeys.Key], answersLater: Bool) {
        self.keys = keys
        self.answersLater = answersLater
    }
}

extension SimulationWorld {
    /// Starts an aggregator's process over its store.
    func boot(_ party: SimulationParty) throws {
        guard var process = aggregators[party], let base = bases[party] else { return }
        process.generation += 1
        let generation = process.generation
        let witnessed = WitnessedStore(base, of: party, world: self, defect: defect)
        let store = FaultyStore(witnessed) { [weak self] call, _ in
            guard let self else { throw ProcessKilled() }
            return try await intercept(call, party: party, generation: generation)
        }
        let random = random(UInt64(generation) << 8 | (party == .leader ? 1 : 2))
        let keyring = try HpkeKeyring(process.keys, role: party == .leader ? .leader : .helper)
        process.memory =
            party == .leader
            ? leader(store, keyring: keyring, random: random, generation: generation)
            : helper(store, keyring: keyring, random: random, answersLater: process.answersLater)
        aggregators[party] = process
    }

    private func leader(
        _ store: any SimulatedStore, keyring: HpkeKeyring, random: RandomSource, generation: Int
    ) -> AggregatorProcess.Memory {
        var task = self.task.leader
        task.reportRetention = settings.retention
        let tasks = TaskRegistry([task])
        let clock = clock(.leader)
        let upload = UploadHandler(tasks: tasks, keyring: keyring, batcher: UploadBatcher(store: store), clock: clock)
        let collection = CollectionHandler(tasks: tasks, store: store, clock: clock, random: random)
        var pace = LeaderDriver.Pace()
        pace.minimumJobSize = settings.minimumJobSize
        pace.batchTargetSize = settings.batchTargetSize
        pace.batchMaximumAge = settings.batchMaximumAge
        let driver = LeaderDriver(
            tasks: tasks, store: store, transport: SimulatedNetwork(world: self, sender: .leader),
            helperToken: { [token = keys.leaderToken] _ in token }, clock: clock, random: random, pace: pace,
            logger: logger)
        let server = LoopbackServer(
            .leader(upload: upload, collection: collection), hpkeConfigs: keyring.configList, peer: keys.collectorToken)
        return AggregatorProcess.Memory(server: server, upload: upload, leader: driver, helper: nil, store: store)
    }

    private func helper(
        _ store: any SimulatedStore, keyring: HpkeKeyring, random: RandomSource, answersLater: Bool
    ) -> AggregatorProcess.Memory {
        var task = self.task.helper
        task.reportRetention = settings.retention
        let handler = HelperHandler(
            tasks: TaskRegistry([task]), keyring: keyring, store: store, clock: clock(.helper), random: random,
            answering: answersLater ? .later : .atOnce)
        let server = LoopbackServer(.helper(handler), hpkeConfigs: keyring.configList, peer: keys.leaderToken)
        return AggregatorProcess.Memory(
            server: server, upload: nil, leader: nil, helper: HelperDriver(handler: handler, logger: logger),
            store: store)
    }

    /// What an aggregator has in memory; nil while its process is down.
    func running(_ party: SimulationParty) -> AggregatorProcess.Memory? {
        guard let process = aggregators[party] else { return nil }
        if process.memory == nil, process.upAgainAt <= time.milliseconds {
            check { try boot(party) }
        }
        return aggregators[party]?.memory
    }

    func kill(_ party: SimulationParty, seconds: Int) {
        guard aggregators[party]?.memory != nil else { return }
        record("kill", party.rawValue)
        injectedFaults += 1
        aggregators[party]?.memory = nil
        aggregators[party]?.generation += 1
        aggregators[party]?.upAgainAt = time.milliseconds + UInt64(max(0, seconds)) * 1000
        defectState.killed(party)
    }

    func isRunning(_ party: SimulationParty, generation: Int) -> Bool {
        aggregators[party].map { $0.generation == generation && $0.memory != nil } ?? false
    }

    /// Comes before every call that a process makes to its store.
    func intercept(_ call: StoreCall, party: SimulationParty, generation: Int) async throws -> StoreFault? {
        guard isRunning(party, generation: generation), violation == nil else { throw ProcessKilled() }
        record(party.rawValue, call.rawValue)
        await applyDefect(before: call, party: party)
        if let outage = aggregators[party]?.outage, time.milliseconds < outage.until,
            outage.kind == .busy || call.writes
        {
            injectedFaults += 1
            throw InjectedFault(call: call, fault: .notPersisted)
        }
        guard !frames.isEmpty else { return nil }
        let trouble = frames[frames.count - 1].storeTrouble(party)
        guard frames[frames.count - 1].storeCalls[party, default: 0] < Self.callsPerStep else {
            fail(.progress, "a step makes more than \(Self.callsPerStep) calls")
            throw ProcessKilled()
        }
        switch trouble {
        case nil: return nil
        case .failed?:
            injectedFaults += 1
            throw InjectedFault(call: call, fault: .notPersisted)
        case .failedAfterCommit?:
            injectedFaults += 1
            return .persisted
        case .killedInside(let seconds)?:
            kill(party, seconds: seconds)
            throw ProcessKilled()
        case .killedAfter(let seconds)?:
            kill(party, seconds: seconds)
            return .persisted
        case .meanwhile(let steps)?:
            // An upload that comes in while another is written waits for it.
            guard call != .insertReports else { return nil }
            for step in steps { await perform(step) }
            guard isRunning(party, generation: generation) else { throw ProcessKilled() }
            return nil
        }
    }
}

extension StoreCall {
    /// Whether the call may change the store.
    fileprivate var writes: Bool {
        switch self {
        case .collectionJob, .batchProgress, .buckets, .aggregationJob, .commitErrors, .aggregateShare,
            .privacySpending, .privacyDebits:
            false
        default: true
        }
    }
}
