import DAPHTTPServer
import DAPMessages
import DAPRoles
import HPKE
import Logging
import PrioCommand
import Synchronization

/// An aggregator of the test API: the leader of some tasks and the helper of others, over one store and one set of keys.
final class AggregatorParty: Sendable {
    /// Tasks that can be added.
    private static let mostTasks = 10_000

    /// DAP's resources for both roles.
    let server: AggregatorServer
    /// What works on its jobs.
    let drivers: [@Sendable () async -> Void]
    private let leaderTasks = TaskRegistry()
    private let helperTasks = TaskRegistry()
    private let added: AddedTasks

    /// - Parameters:
    ///   - keys: what clients seal to, the preferred one first.
    ///   - answering: when the helper's tasks answer.
    /// - Throws: `HPKEError` when a key cannot be used.
    init(
        keys: [HpkeKey], store: any LeaderStore & HelperStore, answering: HelperHandler.Answering,
        transport: any Transport,
        clock: any WallClock, random: RandomSource, logger: Logger
    ) throws {
        let added = AddedTasks()
        let pairs = keys.map { (config: $0.config, keyPair: $0.keyPair) }
        let leaderKeys = try HpkeKeyring(pairs, role: .leader)
        let upload = UploadHandler(
            tasks: leaderTasks, keyring: leaderKeys, batcher: UploadBatcher(store: store), clock: clock)
        let collection = CollectionHandler(tasks: leaderTasks, store: store, clock: clock, random: random)
        let helper = HelperHandler(
            tasks: helperTasks, keyring: try HpkeKeyring(pairs, role: .helper), store: store, clock: clock,
            random: random, answering: answering)
        server = AggregatorServer(
            configuration: .init(host: "", port: 0),
            roles: [
                .leader(upload: upload, collection: collection, collectors: added), .helper(helper, leaders: added),
            ],
            hpkeConfigs: leaderKeys.configList, readiness: { true }, logger: logger)
        let leaderDriver = LeaderDriver(
            tasks: leaderTasks, store: store, transport: transport,
            helperToken: { added.task($0)?.leaderToken }, clock: clock, random: random, pace: Self.pace,
            logger: logger)
        let helperDriver = HelperDriver(handler: helper, logger: logger)
        drivers = [{ await leaderDriver.run() }, { await helperDriver.run() }]
        self.added = added
    }

    /// At once: whatever waits makes a job, and a batch is full with the fewest reports it may have.
    private static var pace: LeaderDriver.Pace {
        var pace = LeaderDriver.Pace()
        pace.minimumJobSize = 1
        pace.maximumWait = 0
        pace.idlePause = 50
        pace.batchTargetSize = 0
        return pace
    }

    /// `endpoint_for_task`: all tasks have the same.
    func endpoint(_ fields: RequestFields) throws -> TestAPI.Answer { ["status": "success", "endpoint": "/"] }

    /// `add_task`: as `AddedTask` reads it. The task is there when the answer is.
    func addTask(_ fields: RequestFields) throws -> TestAPI.Answer {
        let task = try AddedTask(fields)
        let aggregatorTask = try task.aggregatorTask()
        switch added.add(task, limit: Self.mostTasks) {
        case .another: throw RequestFlaw("there is another task of this ID")
        case .full: throw RequestFlaw("there are \(Self.mostTasks) tasks already")
        case .same: break
        case .new: (task.role == .leader ? leaderTasks : helperTasks).add(aggregatorTask)
        }
        return TestAPI.success
    }
}

/// The tasks of an aggregator, with the tokens of those it works with.
final class AddedTasks: PeerTokens, Sendable {
    enum Addition { case new, same, another, full }

    private let byID = Mutex<[TaskID: AddedTask]>([:])

    /// Adds a task, unless there is one of its ID.
    func add(_ task: AddedTask, limit: Int) -> Addition {
        byID.withLock { byID in
            if let present = byID[task.description.id] { return present == task ? .same : .another }
            guard byID.count < limit else { return .full }
            byID[task.description.id] = task
            return .new
        }
    }

    func task(_ id: TaskID) -> AddedTask? { byID.withLock { $0[id] } }

    /// Whether it is the collector's token where this is the leader, or the leader's where it is the helper. Of a task that
    /// is not known nobody can have a token; whoever asks learns that it is not.
    func accept(_ token: String, task id: TaskID) -> Bool {
        guard let task = task(id) else { return true }
        return task.peerToken == SecretBytes(Array(token.utf8))
    }
}
