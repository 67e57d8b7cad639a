public import DAPMessages
public import DAPRoles
public import DifferentialPrivacy
public import Logging
public import VDAF

/// Clients, leader, helper and collector of some tasks, wired together without processes, network, disk or time. Whoever
/// holds it steps it; the same seed gives the same keys, shares and report IDs.
public struct TestDeployment: Sendable {
    /// What its tasks have in common.
    public struct Settings: Sendable {
        /// The seed.
        public var seed: UInt64 = 1
        /// The fewest reports of which an aggregate is released.
        public var minBatchSize: UInt64 = 1
        /// The unit of time in seconds.
        public var timePrecision: UInt64 = 3600
        /// How reports are put into batches.
        public var batchMode = BatchMode.timeInterval
        /// The tasks' extension of that name, if they have it.
        public var taskInterval: Interval?
        /// When the helper answers.
        public var helperAnswering = HelperHandler.Answering.atOnce
        /// The leader's pace.
        public var pace = LeaderDriver.Pace()
        /// What is promised about every task's releases.
        public var privacy: PrivacyPolicy?
        /// The tasks' account; nil for one each.
        public var account: String?

        /// The usual settings.
        public init(seed: UInt64 = 1, minBatchSize: UInt64 = 1) {
            self.seed = seed
            self.minBatchSize = minBatchSize
        }
    }

    /// The leader's URL: with a path, and a slash at the end.
    public static let leaderURL = "http://leader.example:8080/api/dap/"
    /// The helper's URL: without both.
    public static let helperURL = "http://helper.example"

    /// The tasks, in the order of their VDAFs.
    public let tasks: [TestTask]
    /// The tasks that the leader has.
    public let leaderTasks: TaskRegistry
    /// The tasks that the helper has.
    public let helperTasks: TaskRegistry
    /// Everybody's keys and tokens.
    public let keys: TestKeys
    /// Everybody's clock but perhaps the helper's.
    public let clock: VirtualClock
    /// Everybody's random source.
    public let random: RandomSource
    /// What they talk over.
    public let transport: LoopbackTransport
    /// The leader's store.
    public let leaderStore: any LeaderStore
    /// The leader's upload handler.
    public let upload: UploadHandler
    /// The leader's handler for the collector.
    public let collection: CollectionHandler
    /// The helper.
    public let helper: HelperHandler
    /// The leader's driver.
    public let driver: LeaderDriver
    /// The helper's driver, which has work when the helper answers later.
    public let helperDriver: HelperDriver

    /// - Parameters:
    ///   - vdafs: one task for each.
    ///   - helperClock: the helper's clock, when it is not everybody's.
    public init(
        _ vdafs: [Prio3Parameters] = [.count], settings: Settings = Settings(),
        leaderStore: any LeaderStore = MemoryStore(), helperStore: any HelperStore = MemoryStore(),
        helperClock: (any WallClock)? = nil, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws {
        let clock = VirtualClock()
        let random = RandomSource.seeded(settings.seed)
        let keys = TestKeys(random: random)
        let transport = LoopbackTransport()
        tasks = try vdafs.enumerated().map { index, parameters in
            try TestTask(parameters, settings: settings, info: "metric \(index)", keys: keys)
        }
        leaderTasks = TaskRegistry(tasks.map(\.leader))
        helperTasks = TaskRegistry(tasks.map(\.helper))
        let leaderKeys = try HpkeKeyring(keys.leader, role: .leader)
        let helperKeys = try HpkeKeyring(keys.helper, role: .helper)
        upload = UploadHandler(
            tasks: leaderTasks, keyring: leaderKeys, batcher: UploadBatcher(store: leaderStore), clock: clock)
        collection = CollectionHandler(tasks: leaderTasks, store: leaderStore, clock: clock, random: random)
        helper = HelperHandler(
            tasks: helperTasks, keyring: helperKeys, store: helperStore,
            clock: helperClock ?? clock, random: random, answering: settings.helperAnswering)
        helperDriver = HelperDriver(handler: helper, logger: logger)
        driver = LeaderDriver(
            tasks: leaderTasks, store: leaderStore, transport: transport,
            helperToken: { [token = keys.leaderToken] _ in token }, clock: clock, random: random, pace: settings.pace,
            logger: logger)
        transport.serve(
            Self.leaderURL,
            by: LoopbackServer(
                .leader(upload: upload, collection: collection), hpkeConfigs: leaderKeys.configList,
                peer: keys.collectorToken))
        transport.serve(
            Self.helperURL,
            by: LoopbackServer(.helper(helper), hpkeConfigs: helperKeys.configList, peer: keys.leaderToken))
        (self.clock, self.random, self.keys, self.transport) = (clock, random, keys, transport)
        self.leaderStore = leaderStore
    }

    /// The first task.
    public var task: TestTask { tasks[0] }

    /// A client of a task.
    public func uploader(_ task: TestTask? = nil) -> Uploader {
        Uploader(task: (task ?? self.task).client, transport: transport, clock: clock, random: random)
    }

    /// The collector of a task.
    public func collector(_ task: TestTask? = nil) -> Collector {
        Collector(
            task: (task ?? self.task).collector, token: keys.collectorToken, transport: transport, clock: clock)
    }

    /// Makes reports without uploading them.
    public func reportFactory(_ task: TestTask? = nil) throws -> ReportFactory {
        try ReportFactory(
            task: (task ?? self.task).client, leaderConfigs: HpkeConfigList(keys.leader.map(\.config)),
            helperConfigs: HpkeConfigList(keys.helper.map(\.config)))
    }

    /// A report made now, or some seconds later.
    public func report(
        _ measurement: Prio3Measurement = .integer(1), task: TestTask? = nil, secondsAhead: UInt64 = 0
    ) throws -> Report {
        let timed = TimedMeasurement(measurement, posixSeconds: clock.now() + secondsAhead)
        return try reportFactory(task).reports(for: [timed], random: random)[0]
    }

    /// Does what is due at the leader, and at a helper that answers later.
    ///
    /// - Returns: whether there was something to do.
    @discardableResult
    public func step() async throws -> Bool {
        var worked = try await driver.createAggregationJobs()
        while try await driver.stepAggregationJob() { worked = true }
        while try await driver.stepCollectionJob() { worked = true }
        while try await helperDriver.stepDeferredRequest() { worked = true }
        return worked
    }

    /// Lets time pass at the leader, second by second.
    public func pass(seconds: Int) async throws {
        for _ in 0..<seconds {
            try await step()
            clock.advance(seconds: 1)
        }
        try await step()
    }

    /// Collects a batch while the leader works whenever the collector waits.
    public func collect(
        _ interval: Interval, task: TestTask? = nil, patience: UInt64 = 3600
    ) async throws -> CollectionResult {
        let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: interval))
        return try await collect(query, task: task, patience: patience).result
    }

    /// Collects a batch of either mode.
    public func collect(_ query: Query, task: TestTask? = nil, patience: UInt64 = 3600) async throws -> CollectedBatch {
        clock.whileSleeping { _ = try await step() }
        defer { clock.whileSleeping(nil) }
        return try await collector(task).collect(query, patience: patience)
    }

    /// Takes the next leader-selected batch: collects it and deletes its job.
    public func takeBatch(task: TestTask? = nil, patience: UInt64 = 3600) async throws -> CollectionResult {
        let batch = try await collect(.leaderSelected, task: task, patience: patience)
        if let jobURL = batch.jobURL { try await collector(task).delete(jobURL: jobURL) }
        return batch.result
    }

    /// The unit of time that is so many units after the present one, as an interval.
    public func window(_ offset: UInt64 = 0, duration: UInt64 = 1, task: TestTask? = nil) -> Interval {
        let precision = (task ?? self.task).client.configuration.timePrecision
        let now = Time(posixSeconds: clock.now(), precision: precision)
        return Interval(start: Time(now.value + offset), duration: Duration(duration))
    }
}
