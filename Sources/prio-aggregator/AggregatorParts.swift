import DAPHTTPClient
import DAPHTTPServer
import DAPRoles
import DAPStoreSQLite
import HPKE
import Logging
import MetricCatalog
import PrioCommand
import ServiceLifecycle
import VDAF

/// An aggregator put together from its configuration: a room each for the store, the protocol and the network.
struct AggregatorParts {
    let configuration: AggregatorConfiguration
    /// The catalog's tasks in its order.
    let tasks: [MetricTask]
    let store: SQLiteStore
    /// Notices when the store was restored from a backup; to be started before the services.
    let releases: ReleaseWatch
    /// What runs until shutdown.
    let services: [any Service]

    /// - Throws: `CommandFailure` that names the file that cannot be used.
    init(_ configuration: AggregatorConfiguration, transport: HTTPTransport, logger: Logger) throws {
        self.configuration = configuration
        let catalog = try Catalog.load(configuration.catalog, purpose: .configuration)
        tasks = try catalog.metrics.map { try catalog.task(of: $0, path: configuration.catalog) }
        let registry = TaskRegistry(try Self.aggregatorTasks(tasks, configuration))
        let keyring = try HpkeKeyring(
            HpkeKeyFile.load(configuration.hpkeKeys).keys.map { ($0.config, $0.keyPair) },
            role: configuration.role.aggregatorRole)
        let helperToken = try configuration.helperToken.map { try SecretFile.readLine($0) }
        let peers = TokenDigests(sha256: try configuration.tokenDigests())
        store = try Self.openStore(configuration.database)
        let clock = SystemClock()
        releases = ReleaseWatch(
            store: store, tasks: registry, role: configuration.role.aggregatorRole, clock: clock, logger: logger)
        let role: AggregatorServer.Role
        var services: [any Service] = []
        switch (configuration.role, helperToken) {
        case (.leader, let helperToken?):
            let batcher = UploadBatcher(store: store)
            role = .leader(
                upload: UploadHandler(tasks: registry, keyring: keyring, batcher: batcher, clock: clock),
                collection: CollectionHandler(tasks: registry, store: store, clock: clock, random: .system),
                collectors: peers)
            services.append(
                DriverService(
                    driver: LeaderDriver(
                        tasks: registry, store: store, transport: transport, helperToken: { _ in helperToken },
                        clock: clock, random: .system, pace: configuration.pace, logger: logger, releases: releases)))
        default:
            let handler = HelperHandler(
                tasks: registry, keyring: keyring, store: store, clock: clock, random: .system,
                answering: configuration.answering, releases: releases)
            role = .helper(handler, leaders: peers)
            // Also where answers come at once: there may be requests from a time when they came later.
            services.append(HelperDriverService(driver: HelperDriver(handler: handler, logger: logger)))
        }
        services.append(
            GarbageCollectorService(
                collector: GarbageCollector(tasks: registry, store: store, clock: clock, logger: logger)))
        let server = AggregatorServer(
            configuration: .init(
                host: configuration.listen.host, port: configuration.listen.port,
                pathPrefix: Self.path(of: configuration.role == .leader ? catalog.leaderURL : catalog.helperURL)),
            roles: [role], hpkeConfigs: keyring.configList,
            readiness: { [store] in (try? await store.ping()) != nil }, logger: logger)
        // Services stop in the opposite order: first no more requests, then no more jobs.
        self.services = services + [ServerService(server: server, listen: configuration.listen)]
    }

    private static func aggregatorTasks(
        _ tasks: [MetricTask], _ configuration: AggregatorConfiguration
    ) throws -> [AggregatorTask] {
        let secret = try SecretText.load(configuration.verifyKeySecret)
        return try tasks.map { task in
            do {
                var aggregatorTask = try AggregatorTask(
                    configuration: task.configuration, role: configuration.role.aggregatorRole, sharedSecret: secret,
                    collectorHpkeConfig: task.collectorHpkeConfig)
                aggregatorTask.reportRetention = task.metric.reportRetention
                aggregatorTask.privacy = try task.metric.privacy.map {
                    try TaskPrivacy(metric: task.metric.name, policy: $0, parameters: task.parameters)
                }
                return aggregatorTask
            } catch {
                throw CommandFailure(
                    .badData, "\(configuration.catalog): metric \(task.metric.name): \(CommandFailure(error).message)")
            }
        }
    }

    /// - Throws: `CommandFailure` that names the file.
    static func openStore(_ path: String) throws -> SQLiteStore {
        do {
            return try SQLiteStore(path: path)
        } catch {
            throw CommandFailure(.badConfiguration, "\(path): cannot use it as the database: \(error)")
        }
    }

    /// The path of a URL, without a slash at its end; empty if there is none.
    private static func path(of url: String?) -> String {
        guard let url, let scheme = url.ranges(of: "://").first,
            let slash = url[scheme.upperBound...].firstIndex(of: "/")
        else { return "" }
        let path = url[slash...]
        return String(path.hasSuffix("/") ? path.dropLast() : path)
    }
}

/// Errors can name a service with all that it holds.
extension AggregatorParts: CustomStringConvertible {
    var description: String { "the \(configuration.role.rawValue)'s parts" }
}

extension AggregatorConfiguration.Role {
    fileprivate var aggregatorRole: AggregatorRole {
        switch self {
        case .leader: .leader
        case .helper: .helper
        }
    }
}

extension AggregatorConfiguration {
    fileprivate var answering: HelperHandler.Answering {
        switch answers ?? .atOnce {
        case .atOnce: .atOnce
        case .later: .later
        }
    }

    fileprivate var pace: LeaderDriver.Pace {
        var pace = LeaderDriver.Pace()
        aggregation?.minimumJobSize.map { pace.minimumJobSize = $0 }
        aggregation?.maximumWait.map { pace.maximumWait = UInt64($0) }
        aggregation?.concurrentJobs.map { pace.concurrentJobs = $0 }
        aggregation?.batchTargetSize.map { pace.batchTargetSize = UInt64($0) }
        aggregation?.batchMaximumAge.map { pace.batchMaximumAge = UInt64($0) }
        return pace
    }
}
