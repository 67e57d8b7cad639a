import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import VDAF

/// What is the same for every input: ten tasks, everybody's keys, and honest messages.
struct FuzzWorld: Sendable {
    static let shared = Result { try FuzzWorld() }

    /// One of each kind, small.
    static let parameters: [Prio3Parameters] = [
        .count, .sum(maxMeasurement: 1000), .sumVec(length: 3, maxMeasurement: 7, chunkLength: 2),
        .histogram(length: 4, chunkLength: 2), .multihotCountVec(length: 4, chunkLength: 2, maxWeight: 2),
    ]
    /// Fewer reports than that are never released.
    static let minBatchSize: UInt64 = 2
    /// The honest reports of each task.
    static let honestReports: UInt64 = 3
    /// The seed of keys and honest messages. A change makes every corpus worthless.
    static let seed: UInt64 = 18

    let keys: TestKeys
    /// The five kinds in time-interval mode, then in leader-selected mode with a `task_interval`.
    let tasks: [TestTask]
    let leaderKeyring: HpkeKeyring
    let helperKeyring: HpkeKeyring
    /// What seals to an aggregator's key, by the configuration's ID, which is unique in both.
    let inputShareSenders: [HpkeConfigID: HPKESender]
    /// What seals an aggregator's aggregate share to the collector.
    let aggregateShareSenders: [AggregatorRole: HPKESender]
    /// An encoded `UploadRequest` of honest reports for each task.
    private(set) var uploads: [TaskID: [UInt8]] = [:]
    let vdafs: [FuzzedVDAF]

    private init() throws {
        let random = RandomSource.seeded(Self.seed)
        let clock = VirtualClock()
        let keys = TestKeys(random: random)
        self.keys = keys
        var settings = TestDeployment.Settings(minBatchSize: Self.minBatchSize)
        let now = clock.now() / settings.timePrecision
        var tasks: [TestTask] = []
        for mode in BatchMode.allCases {
            settings.batchMode = mode
            settings.taskInterval =
                mode == .leaderSelected ? Interval(start: Time(now - 100), duration: Duration(200)) : nil
            tasks += try Self.parameters.map { [settings] in
                try TestTask($0, settings: settings, info: "fuzzed", keys: keys)
            }
        }
        self.tasks = tasks
        leaderKeyring = try HpkeKeyring(keys.leader, role: .leader)
        helperKeyring = try HpkeKeyring(keys.helper, role: .helper)
        var senders: [HpkeConfigID: HPKESender] = [:]
        for (configs, receiver) in [(keys.leader, Role.leader), (keys.helper, .helper)] {
            for config in configs.map(\.config) {
                senders[config.id] = try HPKESender(
                    publicKey: config.publicKey, ciphersuite: config.ciphersuite,
                    info: DomainSeparation.inputShareInfo(receiver: receiver))
            }
        }
        inputShareSenders = senders
        let collector = keys.collector.config
        func aggregateShareSender(_ sender: Role) throws -> HPKESender {
            try HPKESender(
                publicKey: collector.publicKey, ciphersuite: collector.ciphersuite,
                info: DomainSeparation.aggregateShareInfo(sender: sender))
        }
        aggregateShareSenders = [
            .leader: try aggregateShareSender(.leader), .helper: try aggregateShareSender(.helper),
        ]
        vdafs = try Self.parameters.map { try FuzzedVDAF($0, random: random) }
        for task in tasks {
            let factory = try ReportFactory(
                task: task.client, leaderConfigs: leaderKeyring.configList, helperConfigs: helperKeyring.configList)
            let measurements = task.client.vdaf.parameters.examples.map {
                TimedMeasurement($0, posixSeconds: clock.now())
            }
            uploads[task.id] = try UploadRequest(reports: factory.reports(for: measurements, random: random)).encoded()
        }
    }

    /// The unit of time that honest reports are from.
    func window(_ task: TestTask) -> Interval {
        let now = Time(posixSeconds: VirtualClock().now(), precision: task.client.configuration.timePrecision)
        return Interval(start: now, duration: Duration(1))
    }

    /// The query for the honest reports.
    func query(_ task: TestTask) -> Query {
        switch task.leader.batchMode {
        case .timeInterval: .timeInterval(TimeIntervalQueryConfig(batchInterval: window(task)))
        case .leaderSelected: .leaderSelected
        }
    }
}

extension Prio3Parameters {
    /// What the clients of the honest reports measure.
    var examples: [Prio3Measurement] {
        switch self {
        case .count: [.integer(1), .integer(0), .integer(1)]
        case .sum(let maximum): [.integer(3), .integer(0), .integer(maximum)]
        case .sumVec: [.vector([1, 7, 0]), .vector([0, 0, 0]), .vector([7, 7, 7])]
        case .histogram: [.integer(0), .integer(2), .integer(3)]
        case .multihotCountVec: [.vector([1, 0, 1, 0]), .vector([0, 0, 0, 0]), .vector([0, 1, 0, 0])]
        }
    }
}
