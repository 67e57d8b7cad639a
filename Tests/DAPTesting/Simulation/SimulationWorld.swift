import DAPMessages
import DAPRoles
import HPKE
import Logging
import VDAF

/// Leader, helper, clients and collector of one task, each with a clock of its own and in processes that can be killed,
/// over stores and a network that fail as the steps say. It checks all the while what must hold.
///
/// Nothing in it runs at the same time as anything else, and nothing waits: sleeping moves the time on.
actor SimulationWorld {
    /// Calls to stores in one step, beyond which something goes round in circles.
    static let callsPerStep = 200_000
    /// Requests of the leader's in one step, beyond which it does.
    static let requestsPerStep = 1000

    let settings: SimulationSettings
    let defect: SimulationDefect?
    let time: SimulatedTime
    let task: TestTask
    let keys: TestKeys
    let bases: [SimulationParty: any SimulatedStore]
    let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

    /// Where the IDs of leader-selected batches come from when the driver does not choose them.
    let batchIDs: RandomSource

    var clocks: [SimulationParty: SimulationClock] = [:]
    var aggregators: [SimulationParty: AggregatorProcess] = [:]
    var uploaders: [Int: SimulatedClient] = [:]
    var ledger: ReportLedger
    var witness: HelperWitness
    var collections = CollectionRecord()
    /// What the two aggregators' accounts must say.
    var accounts: [SimulationParty: AccountWitness]
    var budgetRefusals: [BudgetRefusal] = []
    let jobURLs = JobURLs()
    var lateMessages: [LateMessage] = []
    /// Every upload that was sent, and how many uploads there were.
    var uploadBodies: [[UInt8]] = []
    var uploadCount = 0
    var frames: [Frame] = []
    var violation: SimulationViolation?
    /// Somebody changed messages or used the leader's token, so accepted reports may be missing and counts differ.
    var isTampered = false
    /// Faults that were injected so far: an error without one is a bug.
    var injectedFaults = 0
    /// What happened, as a number: two runs of the same steps have the same.
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    var defectState = DefectState()

    init(
        _ settings: SimulationSettings, defect: SimulationDefect?,
        makeStore: @Sendable (SimulationParty) throws -> any SimulatedStore
    ) throws {
        self.settings = settings
        self.defect = defect
        // On the border of a unit of time, so that intervals are named from it.
        let start: UInt64 = 1_750_000_000
        time = SimulatedTime(start: start - start % settings.timePrecision)
        let random = RandomSource.seeded(settings.seed)
        keys = TestKeys(random: random)
        var deployment = TestDeployment.Settings(seed: settings.seed, minBatchSize: settings.minBatchSize)
        deployment.timePrecision = settings.timePrecision
        deployment.batchMode = settings.isLeaderSelected ? .leaderSelected : .timeInterval
        deployment.privacy = settings.privacy?.policy
        deployment.account = SimulatedPrivacy.metric
        batchIDs = RandomSource.seeded(settings.seed &+ 0xba7c)
        let buckets = settings.reportCount + 1
        task = try TestTask(
            .histogram(length: UInt32(buckets), chunkLength: 6), settings: deployment, info: "simulation", keys: keys)
        bases = [.leader: try makeStore(.leader), .helper: try makeStore(.helper)]
        ledger = ReportLedger(buckets: buckets)
        witness = HelperWitness(minimum: settings.minBatchSize)
        let account = AccountWitness(privacy: settings.privacy)
        accounts = [.leader: account, .helper: account]
    }

    /// Starts everybody; once, before the first step.
    func start() throws {
        for party in SimulationParty.allCases {
            clocks[party] = SimulationClock(time) { [weak self] in
                if party == .collector { await self?.workOnce() }
            }
        }
        for party in [SimulationParty.leader, .helper] {
            let initial = party == .leader ? keys.leader : keys.helper
            aggregators[party] = AggregatorProcess(keys: initial, answersLater: settings.isDeferred)
            try boot(party)
        }
    }

    func clock(_ party: SimulationParty) -> SimulationClock {
        guard let clock = clocks[party] else { preconditionFailure("the world has been started") }
        return clock
    }

    /// The unit of time in which the run began.
    var firstUnit: UInt64 { time.start / settings.timePrecision }

    func interval(first: Int, units: Int) -> Interval {
        Interval(start: Time(firstUnit &+ UInt64(bitPattern: Int64(first))), duration: Duration(UInt64(max(1, units))))
    }

    /// Random numbers for one purpose, whatever was drawn for others.
    nonisolated func random(_ purpose: UInt64) -> RandomSource {
        RandomSource.seeded(settings.seed &* 0x9e37_79b9_7f4a_7c15 ^ purpose)
    }

    // MARK: - Steps

    /// Does one step. What it breaks is kept in `violation`.
    func perform(_ step: SimulationStep) async {
        guard violation == nil, frames.count < 4 else { return }
        frames.append(Frame(faults: step.faults))
        await perform(step.operation)
        frames.removeLast()
    }

    func fail(_ law: SimulationViolation.Law, _ detail: String) {
        if violation == nil { violation = SimulationViolation(law: law, detail: detail) }
    }

    /// Runs checks that throw violations.
    func check(_ body: () throws -> Void) {
        do {
            try body()
        } catch let broken as SimulationViolation {
            if violation == nil { violation = broken }
        } catch {
            fail(.noOtherError, "\(error)")
        }
    }

    /// Runs what may fail for the injected faults and for nothing else.
    func attempt(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is InjectedFault {
        } catch is ProcessKilled {
        } catch {
            fail(.noOtherError, "\(what): \(error)")
        }
    }

    func record(_ words: String...) {
        for word in words {
            for byte in word.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
    }
}

/// A store that both kinds of aggregator can use.
typealias SimulatedStore = LeaderStore & HelperStore

/// The faults of a step that is being done, and how far it has come.
struct Frame {
    let faults: [SimulationFault]
    var storeCalls: [SimulationParty: Int] = [:]
    var messages = 0
    var leaderRequests = 0

    init(faults: [SimulationFault]) { self.faults = faults }

    mutating func storeTrouble(_ party: SimulationParty) -> StoreTrouble? {
        let place = storeCalls[party, default: 0]
        storeCalls[party] = place + 1
        for case .store(party, at: place, let trouble) in faults { return trouble }
        return nil
    }

    mutating func messageTrouble() -> MessageTrouble? {
        let place = messages
        messages += 1
        for case .message(at: place, let trouble) in faults { return trouble }
        return nil
    }
}

/// The process that called was killed: whatever it does has no effect.
struct ProcessKilled: Error {}

/// A request that arrives when nobody waits for its answer.
struct LateMessage {
    let request: TransportRequest
    let receiver: SimulationParty
}
