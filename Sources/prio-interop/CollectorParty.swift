import DAPMessages
import DAPRoles
import HPKE
import Logging
import PrioCommand

/// A collector of the test API: tasks with a key pair each, and collections by handle.
actor CollectorParty {
    /// Tasks, and collections that are remembered.
    private static let mostTasks = 10_000
    private static let mostCollections = 100_000
    /// Seconds until a batch that is not ready is given up.
    private static let patience: UInt64 = 3600
    /// Random bytes of a handle.
    private static let handleLength = 16

    private struct KnownTask {
        let description: TaskDescription
        let token: SecretBytes
        let hpkeConfig: HpkeConfig
        let collector: Collector
    }

    private let transport: any Transport
    private let clock: any WallClock
    private let logger: Logger
    private var random: RandomSource
    private var tasks: [TaskID: KnownTask] = [:]
    private var collections: [String: CollectionProgress] = [:]
    /// The last collection of a leader-selected task that is under way.
    private var latest: [TaskID: (handle: String, work: Task<Void, Never>)] = [:]

    init(transport: any Transport, clock: any WallClock, random: RandomSource, logger: Logger) {
        self.transport = transport
        self.clock = clock
        self.random = random
        self.logger = logger
    }

    /// `add_task`: the task's description and `collector_authentication_token`; answers the public key to seal aggregate
    /// shares to. The same task again has the same key.
    func addTask(_ fields: RequestFields) throws -> TestAPI.Answer {
        let description = try TaskDescription(fields)
        let token = try PeerToken.read(fields, "collector_authentication_token")
        let known = try tasks[description.id] ?? newTask(description, token)
        guard known.description == description, known.token == token else {
            throw RequestFlaw("there is another task of this ID")
        }
        tasks[description.id] = known
        return [
            "status": "success", "collector_hpke_config": .string(Base64URL.encode(try known.hpkeConfig.encoded())),
        ]
    }

    private func newTask(_ description: TaskDescription, _ token: SecretBytes) throws -> KnownTask {
        guard tasks.count < Self.mostTasks else { throw RequestFlaw("there are \(Self.mostTasks) tasks already") }
        // The suite that every DAP party must know (DAP §6).
        let key = HpkeKey.generate(id: random.next(), suite: .x25519AES128GCM, using: &random)
        let task = try CollectorTask(
            id: description.id, configuration: description.configuration, hpkeConfig: key.config, keyPair: key.keyPair)
        return KnownTask(
            description: description, token: token, hpkeConfig: key.config,
            collector: Collector(task: task, token: token, transport: transport, clock: clock))
    }

    /// `collection_start`: `task_id`, `query`, and `agg_param`, which is empty for Prio3; answers a `handle` once the
    /// leader has taken the collection job.
    ///
    /// Of a leader-selected task, each collection gets a batch of its own: they take turns, and one that has to wait for
    /// its turn answers at once.
    func start(_ fields: RequestFields) async throws -> TestAPI.Answer {
        guard let id = try? TaskID(base64URL: fields.text("task_id")), let known = tasks[id] else {
            throw RequestFlaw("\"task_id\" names no task that was added here")
        }
        let query = try Query(fields.object("query"), of: known.description)
        if fields.optional("agg_param") != nil, try !fields.bytes("agg_param").isEmpty {
            throw RequestFlaw("\"agg_param\" must be empty: Prio3 has no aggregation parameter")
        }
        guard collections.count < Self.mostCollections else {
            throw RequestFlaw("there are \(Self.mostCollections) collections already")
        }
        let handle = Base64URL.encode(random.bytes(Self.handleLength))
        collections[handle] = .waiting
        let previous = query == .leaderSelected ? latest[id]?.work : nil
        let (created, continuation) = AsyncStream.makeStream(of: Void.self)
        let work = Task {
            await previous?.value
            await collect(query, of: known, handle: handle) { continuation.yield() }
            continuation.finish()
        }
        if query == .leaderSelected { latest[id] = (handle, work) }
        if previous == nil { for await _ in created { break } }
        if case .failed(let reason) = collections[handle] {
            collections[handle] = nil
            throw RequestFlaw(reason)
        }
        return ["status": "success", "handle": .string(handle)]
    }

    private func collect(
        _ query: Query, of known: KnownTask, handle: String, created: @escaping @Sendable () -> Void
    ) async {
        let id = known.description.id
        do {
            let batch = try await known.collector.collect(query, patience: Self.patience) { _ in created() }
            // The same request would find this job again; without it, the next one gets the next batch.
            if query == .leaderSelected, let jobURL = batch.jobURL { await delete(jobURL, of: known) }
            collections[handle] = .complete(batch.result, precision: known.description.configuration.timePrecision)
        } catch {
            let reason = TestAPI.reason(of: error)
            logger.notice("a collection failed", metadata: ["task": "\(id)", "reason": "\(reason)"])
            collections[handle] = .failed(reason)
        }
        if latest[id]?.handle == handle { latest[id] = nil }
    }

    private func delete(_ jobURL: String, of known: KnownTask) async {
        do {
            try await known.collector.delete(jobURL: jobURL)
        } catch {
            logger.warning(
                "a collection job could not be deleted",
                metadata: ["task": "\(known.description.id)", "reason": "\(TestAPI.reason(of: error))"])
        }
    }

    /// `collection_poll`: `handle`; answers how far the collection is, and its result, however often.
    func poll(_ fields: RequestFields) throws -> TestAPI.Answer {
        guard let progress = collections[try fields.text("handle")] else {
            throw RequestFlaw("\"handle\" names no collection")
        }
        return try progress.answer()
    }
}
