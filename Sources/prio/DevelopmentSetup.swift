import ArgumentParser
import DAPMessages
import DAPRoles
import Foundation
import HPKE
import MetricCatalog
import PrioCommand

/// What `prio dev up` works with: the catalog as it stands in the directory, and where the aggregators listen.
struct DevelopmentState {
    let catalog: Catalog
    let ports: AggregatorPorts
}

/// Where the aggregators listen on 127.0.0.1.
struct AggregatorPorts: Equatable {
    let leader: Int
    let helper: Int

    static let host = "127.0.0.1"

    static func url(port: Int) -> String { "http://\(host):\(port)/" }
}

/// Writes what is missing in the directory of `prio dev up`, and leaves alone what is there. The catalog is written
/// last: while it is missing, ports are free to choose.
struct DevelopmentSetup {
    let directory: DevelopmentDirectory
    let source: Catalog
    private var random = RandomSource.system

    init(directory: DevelopmentDirectory, source: Catalog) {
        self.directory = directory
        self.source = source
    }

    /// Makes the directory complete.
    ///
    /// - Throws: `ValidationError` when other ports are asked for than the directory has; `CommandFailure`, also when a
    ///   port is in use.
    mutating func prepare(wantedPorts: Ports) throws -> DevelopmentState {
        let existing =
            FileManager.default.fileExists(atPath: directory.catalog) ? try Catalog.load(directory.catalog) : nil
        let ports =
            try existing.map { try Self.ports(in: $0, wanted: wantedPorts, path: directory.catalog) }
            ?? Self.freePorts(wanted: wantedPorts)
        try Self.check(ports, isNew: existing == nil)
        // Others know the keys that belong to a catalog: new ones would not fit.
        if existing != nil, let missing = files.first(where: { !Self.isThere($0) }) {
            throw FileError(
                missing, "is missing", purpose: .configuration,
                hint: "put it back, or use another directory")
        }
        for path in [directory.leader.directory, directory.helper.directory, directory.collector.directory] {
            try SecretFile.createDirectory(path)
        }
        let collectorConfig = try collectorKey()
        if let config = existing?.collectorHpkeConfig, config != collectorConfig {
            throw FileError(
                directory.collector.key, "is not the private key of the catalog's collector_hpke_config",
                purpose: .configuration)
        }
        try secrets()
        if existing == nil { try configurations(ports) }
        let catalog = source.filled(
            leaderURL: AggregatorPorts.url(port: ports.leader), helperURL: AggregatorPorts.url(port: ports.helper),
            collectorHpkeConfig: collectorConfig)
        if catalog != existing { try FileContent.replace(directory.catalog, with: catalog.yaml(), mode: 0o644) }
        return DevelopmentState(catalog: catalog, ports: ports)
    }

    /// What is written once, the first time.
    private var files: [String] {
        [directory.leader, directory.helper].flatMap { [$0.configuration, $0.hpkeKeys, $0.verifyKeySecret] }
            + [directory.leader.helperToken, directory.collector.key, directory.collector.token]
    }

    private mutating func collectorKey() throws -> HpkeConfig {
        let path = directory.collector.key
        guard Self.isThere(path) else {
            return try CollectorKey.create(path, suite: .x25519ChaCha20Poly1305, using: &random)
        }
        guard let key = try HpkeKeyFile.load(path).keys.first else {
            throw FileError(path, "has no key", purpose: .configuration)
        }
        return key.config
    }

    private mutating func secrets() throws {
        for (files, name) in [(directory.leader, "leader"), (directory.helper, "helper")]
        where !Self.isThere(files.hpkeKeys) {
            try HpkeKeyFile.generate(suites: HpkeKeyFile.aggregatorSuites, using: &random)
                .create(
                    files.hpkeKeys, comment: ["The \(name)'s private HPKE keys, to which clients seal their shares."])
        }
        for path in [directory.collector.token, directory.leader.helperToken] where !Self.isThere(path) {
            try SecretFile.create(path, SecretText.generate(using: &random))
        }
        try sharedSecret()
    }

    /// The two aggregators' copies of one secret; after a crash only one may be there.
    private mutating func sharedSecret() throws {
        let paths = [directory.leader.verifyKeySecret, directory.helper.verifyKeySecret]
        let secret =
            try paths.first(where: Self.isThere).map { try SecretFile.read($0) } ?? SecretText.generate(using: &random)
        for path in paths where !Self.isThere(path) { try SecretFile.create(path, secret) }
    }

    private func configurations(_ ports: AggregatorPorts) throws {
        func digest(_ path: String) throws -> String { SecretText.digest(ofToken: try SecretFile.readLine(path)) }
        let leader = AggregatorConfiguration(
            role: .leader, listen: .init(host: AggregatorPorts.host, port: ports.leader), catalog: "../metrics.yaml",
            tokenDigests: [try digest(directory.collector.token)])
        let helper = AggregatorConfiguration(
            role: .helper, listen: .init(host: AggregatorPorts.host, port: ports.helper), catalog: "../metrics.yaml",
            tokenDigests: [try digest(directory.leader.helperToken)])
        try FileContent.replace(directory.leader.configuration, with: leader.yaml(), mode: SecretFile.mode)
        try FileContent.replace(directory.helper.configuration, with: helper.yaml(), mode: SecretFile.mode)
    }

    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}

extension DevelopmentSetup {
    /// The ports that clients know from the catalog.
    ///
    /// - Throws: `ValidationError` when others are asked for; `CommandFailure` when the catalog's URLs are not ours.
    private static func ports(in catalog: Catalog, wanted: Ports, path: String) throws -> AggregatorPorts {
        func port(of url: String?, role: String, wanted: Int?) throws -> Int {
            let prefix = "http://\(AggregatorPorts.host):"
            guard let url, url.hasPrefix(prefix), let port = Int(url.dropFirst(prefix.count).prefix { $0 != "/" }),
                url == AggregatorPorts.url(port: port)
            else {
                throw CommandFailure(
                    .badConfiguration, "\(path): the \(role)'s URL is not one that `prio dev up` wrote")
            }
            guard wanted == nil || wanted == port else {
                throw ValidationError(
                    "In this directory the \(role) has port \(port), which is part of every task; use another directory"
                )
            }
            return port
        }
        return AggregatorPorts(
            leader: try port(of: catalog.leaderURL, role: "leader", wanted: wanted.leader),
            helper: try port(of: catalog.helperURL, role: "helper", wanted: wanted.helper))
    }

    private static let usualPorts = (leader: 8787, helper: 8788)

    /// Checks that nobody else has the ports, before the catalog names them.
    private static func check(_ ports: AggregatorPorts, isNew: Bool) throws(CommandFailure) {
        for port in [ports.leader, ports.helper] where !LoopbackPort.isFree(port) {
            throw CommandFailure(
                .badConfiguration, "port \(port) is in use",
                hint: isNew
                    ? "choose others with --leader-port and --helper-port"
                    : "the directory's catalog names it, so stop what uses it")
        }
    }

    private static func freePorts(wanted: Ports) throws -> AggregatorPorts {
        let leader = try wanted.leader ?? LoopbackPort.free(preferred: usualPorts.leader, except: wanted.helper)
        let helper = try wanted.helper ?? LoopbackPort.free(preferred: usualPorts.helper, except: leader)
        return AggregatorPorts(leader: leader, helper: helper)
    }
}
