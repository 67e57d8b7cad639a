import DAPMessages
import DAPRoles
import Foundation
import HPKE
import MetricCatalog
import PrioCommand

/// The files of both aggregators and the collector, as `prio dev up` writes them; only that clients, leader and collector
/// know the proxies' addresses, and that each database is in a directory of its own.
struct ChaosDirectory: Sendable {
    /// Reports that wait before a job is made, and jobs at the same time: more than usual, so that more is under way when
    /// a process is killed.
    private static let aggregation = "aggregation:\n  minimum_job_size: 32\n  concurrent_jobs: 4\n"

    let files: DevelopmentDirectory
    /// The catalog with the proxies as the aggregators.
    let catalog: Catalog

    /// The ports on 127.0.0.1 at which the aggregators listen, and those of the proxies before them.
    struct Ports {
        let leader: Int
        let helper: Int
        let leaderProxy: Int
        let helperProxy: Int
    }

    /// Writes everything into an existing empty directory.
    init(_ path: String, ports: Ports) throws {
        files = DevelopmentDirectory(path)
        var random = RandomSource.system
        for directory in [files.leader.directory, files.helper.directory, files.collector.directory] {
            try SecretFile.createDirectory(directory)
        }
        let collectorConfig = try CollectorKey.create(
            files.collector.key, suite: .x25519ChaCha20Poly1305, using: &random)
        let secret = SecretText.generate(using: &random)
        for files in [files.leader, files.helper] {
            try SecretFile.createDirectory(Self.databaseDirectory(files))
            try HpkeKeyFile.generate(suites: HpkeKeyFile.aggregatorSuites, using: &random)
                .create(files.hpkeKeys, comment: [])
            try SecretFile.create(files.verifyKeySecret, secret)
        }
        for path in [files.collector.token, files.leader.helperToken] {
            try SecretFile.create(path, SecretText.generate(using: &random))
        }
        catalog = try Catalog(yaml: ChaosMetric.catalog).filled(
            leaderURL: "http://127.0.0.1:\(ports.leaderProxy)/", helperURL: "http://127.0.0.1:\(ports.helperProxy)/",
            collectorHpkeConfig: collectorConfig)
        try FileContent.replace(files.catalog, with: catalog.yaml(), mode: 0o644)
        try writeConfigurations(ports)
    }

    /// The configurations that an aggregator is started with, one or the other.
    var leaderConfigurations: [String] { [files.leader.configuration] }
    var helperConfigurations: [String] { [files.helper.configuration, Self.deferring(files.helper)] }

    /// Where an aggregator's database is, alone.
    static func databaseDirectory(_ files: DevelopmentDirectory.AggregatorFiles) -> String {
        files.directory + "/store"
    }

    private static func deferring(_ files: DevelopmentDirectory.AggregatorFiles) -> String {
        files.directory + "/aggregator-later.yaml"
    }

    private func writeConfigurations(_ ports: Ports) throws {
        func configuration(_ role: AggregatorConfiguration.Role, port: Int, token: String) throws
            -> AggregatorConfiguration
        {
            var configuration = AggregatorConfiguration(
                role: role, listen: .init(host: "127.0.0.1", port: port), catalog: "../metrics.yaml",
                tokenDigests: [SecretText.digest(ofToken: try SecretFile.readLine(token))])
            configuration.database = "store/store.sqlite"
            return configuration
        }
        let leader = try configuration(.leader, port: ports.leader, token: files.collector.token)
        try FileContent.replace(
            files.leader.configuration, with: leader.yaml() + Self.aggregation, mode: SecretFile.mode)
        var helper = try configuration(.helper, port: ports.helper, token: files.leader.helperToken)
        try FileContent.replace(files.helper.configuration, with: helper.yaml(), mode: SecretFile.mode)
        helper.answers = .later
        try FileContent.replace(Self.deferring(files.helper), with: helper.yaml(), mode: SecretFile.mode)
    }
}
