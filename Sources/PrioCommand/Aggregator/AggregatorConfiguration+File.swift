import DAPMessages
public import Logging
import Yams

extension AggregatorConfiguration {
    /// Bytes of the largest configuration file.
    public static let fileLimit = 64 << 10

    /// Reads a configuration file and makes its paths independent of where it is.
    ///
    /// - Throws: `CommandFailure` `badConfiguration` that names the file.
    public static func load(_ path: String) throws -> AggregatorConfiguration {
        let text = try FileContent.text(path, limit: fileLimit, purpose: .configuration)
        do throws(ConfigurationFlaw) {
            var configuration = try AggregatorConfiguration(yaml: text)
            configuration.resolvePaths(in: PathText.directory(of: path))
            return configuration
        } catch {
            throw CommandFailure(.badConfiguration, "\(path): \(error.reason)")
        }
    }

    /// Reads the text of a configuration file.
    ///
    /// - Throws: `ConfigurationFlaw`.
    package init(yaml: String) throws(ConfigurationFlaw) {
        do {
            let root = try Yams.compose(yaml: yaml)
            try Self.refuseUnknownKeys(in: root)
            self = try YAMLDecoder().decode(Self.self, from: yaml)
        } catch let error as DecodingError {
            throw ConfigurationFlaw(decoding: error)
        } catch let flaw as ConfigurationFlaw {
            throw flaw
        } catch {
            throw ConfigurationFlaw("not YAML, or a key is given twice")
        }
        try check()
    }

    /// The configuration as a file.
    public func yaml() -> String {
        var lines = [
            "role: \(role.rawValue)", "listen:", "  host: \"\(listen.host)\"", "  port: \(listen.port)",
            "catalog: \"\(catalog)\"", "database: \"\(database)\"", "hpke_keys: \"\(hpkeKeys)\"",
            "verify_key_secret: \"\(verifyKeySecret)\"",
        ]
        for (key, digests) in [
            ("collector_token_sha256", collectorTokenSHA256), ("leader_token_sha256", leaderTokenSHA256),
        ] {
            guard let digests else { continue }
            lines += ["\(key):"] + digests.map { "  - \"\($0)\"" }
        }
        helperToken.map { lines.append("helper_token: \"\($0)\"") }
        answers.map { lines.append("answers: \($0.rawValue)") }
        lines.append("log_level: \(logLevel ?? "info")")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The least level of what is logged.
    public var level: Logger.Level { logLevel.flatMap(Logger.Level.init(rawValue:)) ?? .info }

    private mutating func resolvePaths(in directory: String) {
        for path in [\Self.catalog, \.database, \.hpkeKeys, \.verifyKeySecret] {
            self[keyPath: path] = PathText.resolve(self[keyPath: path], in: directory)
        }
        helperToken = helperToken.map { PathText.resolve($0, in: directory) }
    }

    private static func refuseUnknownKeys(in root: Node?) throws(ConfigurationFlaw) {
        func check<Key: CodingKey & CaseIterable>(_ node: Node?, _ keys: Key.Type) throws(ConfigurationFlaw) {
            guard case .mapping(let mapping)? = node else { return }
            for (key, _) in mapping {
                let name = key.scalar?.string ?? ""
                guard keys.allCases.contains(where: { $0.stringValue == name }) else {
                    let line = key.mark.map { "line \($0.line): " } ?? ""
                    throw ConfigurationFlaw("\(line)unknown key `\(name.prefix(40))`")
                }
            }
        }
        try check(root, CodingKeys.self)
        try check(root?["listen"], Listen.CodingKeys.self)
        try check(root?["aggregation"], Aggregation.CodingKeys.self)
    }
}

/// What the types alone do not say.
extension AggregatorConfiguration {
    private func check() throws(ConfigurationFlaw) {
        guard (1...65_535).contains(listen.port) else { throw ConfigurationFlaw("`listen.port` must be 1 to 65535") }
        guard !listen.host.isEmpty else { throw ConfigurationFlaw("`listen.host` is empty") }
        for (key, path) in [
            ("catalog", catalog), ("database", database), ("hpke_keys", hpkeKeys),
            ("verify_key_secret", verifyKeySecret), ("helper_token", helperToken ?? "unused"),
        ] where path.isEmpty { throw ConfigurationFlaw("`\(key)` is empty") }
        if let logLevel, Logger.Level(rawValue: logLevel) == nil {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationFlaw("`log_level` must be one of \(levels)")
        }
        switch role {
        case .leader:
            try needs("collector_token_sha256", collectorTokenSHA256)
            guard helperToken != nil else { throw ConfigurationFlaw("a leader needs `helper_token`") }
            guard leaderTokenSHA256 == nil, answers == nil else {
                throw ConfigurationFlaw("`leader_token_sha256` and `answers` are for a helper")
            }
        case .helper:
            try needs("leader_token_sha256", leaderTokenSHA256)
            guard collectorTokenSHA256 == nil, helperToken == nil, aggregation == nil else {
                throw ConfigurationFlaw("`collector_token_sha256`, `helper_token` and `aggregation` are for a leader")
            }
        }
        try checkPace()
    }

    private func needs(_ key: String, _ digests: [String]?) throws(ConfigurationFlaw) {
        guard let digests, (1...Self.mostTokens).contains(digests.count) else {
            throw ConfigurationFlaw("a \(role.rawValue) needs `\(key)`, a list of 1 to \(Self.mostTokens) digests")
        }
        guard digests.allSatisfy({ (try? Base64URL.decode($0))?.count == 32 }) else {
            throw ConfigurationFlaw("`\(key)` must list SHA-256 digests in base64url without padding (43 characters)")
        }
    }

    private func checkPace() throws(ConfigurationFlaw) {
        guard let aggregation else { return }
        for (key, number, range) in [
            ("minimum_job_size", aggregation.minimumJobSize, Aggregation.minimumJobSizes),
            ("maximum_wait", aggregation.maximumWait, Aggregation.maximumWaits),
            ("concurrent_jobs", aggregation.concurrentJobs, Aggregation.concurrencies),
            ("batch_target_size", aggregation.batchTargetSize, Aggregation.batchTargetSizes),
            ("batch_maximum_age", aggregation.batchMaximumAge, Aggregation.batchMaximumAges),
        ] {
            guard let number, !range.contains(number) else { continue }
            throw ConfigurationFlaw("`aggregation.\(key)` must be \(range.lowerBound) to \(range.upperBound)")
        }
    }
}

/// Why a configuration cannot be used: a sentence without the file's name.
package struct ConfigurationFlaw: Error, Equatable {
    package let reason: String

    init(_ reason: String) { self.reason = reason }

    init(decoding error: DecodingError) {
        func name(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, let context):
            reason = "the key `\(name(context.codingPath + [key]))` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let key = name(context.codingPath)
            reason = key.isEmpty ? "not keys and values" : "`\(key)` has a value of the wrong kind"
        @unknown default:
            reason = "not a configuration"
        }
    }
}
