import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import Logging
import VDAF

/// A leader and a helper over SQLite files that can be stopped, set back and started. Clients, the collector, keys, clock
/// and transport are those of a `TestDeployment`.
final class RestoreRig {
    /// One of the two aggregators.
    enum Side: String, CaseIterable { case leader, helper }

    /// What runs between a start and a stop.
    struct Parties: Sendable {
        let leaderStore: SQLiteStore
        let helperStore: SQLiteStore
        let driver: LeaderDriver
        let helperDriver: HelperDriver

        /// Does what is due.
        func step() async throws {
            _ = try await driver.createAggregationJobs()
            while try await driver.stepAggregationJob() {}
            while try await driver.stepCollectionJob() {}
            while try await helperDriver.stepDeferredRequest() {}
        }

        func store(_ side: Side) -> SQLiteStore { side == .leader ? leaderStore : helperStore }
    }

    let deployment: TestDeployment
    private let settings: TestDeployment.Settings
    private let directories = [Side.leader: try? TemporaryDirectory(), .helper: try? TemporaryDirectory()]
    private(set) var parties: Parties

    init(_ settings: TestDeployment.Settings = .init(seed: 1, minBatchSize: 2)) async throws {
        self.settings = settings
        deployment = try TestDeployment(settings: settings)
        parties = try await Self.start(directories, deployment, settings)
    }

    /// Where a side's database is.
    func path(_ side: Side) -> String { directories[side].flatMap(\.?.storePath) ?? "" }

    func store(_ side: Side) -> SQLiteStore { parties.store(side) }

    /// Stops both, does something to their files, and starts both.
    func restart(_ change: () throws -> Void = {}) async throws {
        for side in Side.allCases { try store(side).close() }
        try change()
        parties = try await Self.start(directories, deployment, settings)
    }

    /// Copies a side's database file, and with it perhaps the file beside it, while both are stopped.
    func copy(_ side: Side, withFile: Bool) async throws -> [(name: String, content: Data)] {
        var copies: [(String, Data)] = []
        try await restart {
            for suffix in withFile ? ["", ".releases"] : [""] {
                copies.append((suffix, try Data(contentsOf: URL(filePath: path(side) + suffix))))
            }
        }
        return copies
    }

    /// Puts copies back, to be called while both are stopped.
    func putBack(_ side: Side, _ copies: [(name: String, content: Data)]) throws {
        for companion in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path(side) + companion) }
        for copy in copies { try copy.content.write(to: URL(filePath: path(side) + copy.name)) }
    }

    /// Uploads reports of the present unit of time and lets them be aggregated.
    func upload(_ measurements: [UInt64]) async throws {
        for measurement in measurements {
            let timed = TimedMeasurement(.integer(measurement), posixSeconds: deployment.clock.now())
            _ = try await deployment.uploader().upload([timed])
        }
        try await settle()
    }

    /// Lets some seconds pass.
    func settle() async throws {
        for _ in 0..<4 {
            deployment.clock.advance(seconds: 1)
            try await parties.step()
        }
    }

    /// Goes on to the next unit of time.
    func nextWindow() async throws {
        deployment.clock.advance(seconds: settings.timePrecision)
        try await parties.step()
    }

    func collect(_ interval: Interval) async throws -> CollectionResult {
        try await collect(.timeInterval(TimeIntervalQueryConfig(batchInterval: interval)))
    }

    func collect(_ query: Query) async throws -> CollectionResult {
        let parties = parties
        deployment.clock.whileSleeping { try await parties.step() }
        defer { deployment.clock.whileSleeping(nil) }
        return try await deployment.collector().collect(query, patience: 60).result
    }

    /// The type of the problem that collecting a batch ends with, or its result.
    func outcome(_ interval: Interval) async throws -> String {
        do {
            return "\(try await collect(interval).result)"
        } catch CollectionFailure.refused(let problem, _) {
            return ProblemType(urn: problem.type)?.rawValue ?? problem.type
        }
    }

    private static func start(
        _ directories: [Side: TemporaryDirectory?], _ deployment: TestDeployment, _ settings: TestDeployment.Settings
    ) async throws -> Parties {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (clock, random, keys, transport) =
            (deployment.clock, deployment.random, deployment.keys, deployment.transport)
        func open(_ side: Side) throws -> SQLiteStore {
            try SQLiteStore(path: (directories[side] ?? nil)?.storePath ?? "", now: clock.now())
        }
        func watch(_ store: SQLiteStore, _ tasks: TaskRegistry, _ role: AggregatorRole) async throws -> ReleaseWatch {
            let watch = ReleaseWatch(store: store, tasks: tasks, role: role, clock: clock, logger: logger)
            try await watch.start()
            return watch
        }
        let (leaderStore, helperStore) = (try open(.leader), try open(.helper))
        let leaderTasks = TaskRegistry(deployment.tasks.map(\.leader))
        let helperTasks = TaskRegistry(deployment.tasks.map(\.helper))
        let leaderKeys = try HpkeKeyring(keys.leader, role: .leader)
        let helperKeys = try HpkeKeyring(keys.helper, role: .helper)
        let upload = UploadHandler(
            tasks: leaderTasks, keyring: leaderKeys, batcher: UploadBatcher(store: leaderStore), clock: clock)
        let collection = CollectionHandler(tasks: leaderTasks, store: leaderStore, clock: clock, random: random)
        let helper = HelperHandler(
            tasks: helperTasks, keyring: helperKeys, store: helperStore, clock: clock, random: random,
            answering: settings.helperAnswering, releases: try await watch(helperStore, helperTasks, .helper))
        let driver = LeaderDriver(
            tasks: leaderTasks, store: leaderStore, transport: transport,
            helperToken: { [token = keys.leaderToken] _ in token }, clock: clock, random: random, pace: settings.pace,
            logger: logger, releases: try await watch(leaderStore, leaderTasks, .leader))
        transport.serve(
            TestDeployment.leaderURL,
            by: LoopbackServer(
                .leader(upload: upload, collection: collection), hpkeConfigs: leaderKeys.configList,
                peer: keys.collectorToken))
        transport.serve(
            TestDeployment.helperURL,
            by: LoopbackServer(.helper(helper), hpkeConfigs: helperKeys.configList, peer: keys.leaderToken))
        return Parties(
            leaderStore: leaderStore, helperStore: helperStore, driver: driver,
            helperDriver: HelperDriver(handler: helper, logger: logger))
    }
}
