public import DAPMessages
public import DAPRoles
public import HPKE
public import VDAF

/// One task as its four parties know it.
public struct TestTask: Sendable {
    /// The task's ID.
    public let id: TaskID
    /// For clients.
    public let client: ClientTask
    /// For the leader.
    public var leader: AggregatorTask
    /// For the helper.
    public var helper: AggregatorTask
    /// For the collector.
    public let collector: CollectorTask

    /// A task of the settings' batch mode.
    public init(_ parameters: Prio3Parameters, settings: TestDeployment.Settings, info: String, keys: TestKeys) throws {
        let configuration = TaskConfiguration(
            taskInfo: Array(info.utf8), leaderAggregatorEndpoint: try Url(TestDeployment.leaderURL),
            helperAggregatorEndpoint: try Url(TestDeployment.helperURL),
            timePrecision: try TimePrecision(seconds: settings.timePrecision), minBatchSize: settings.minBatchSize,
            batchMode: settings.batchMode, parameters: parameters,
            extensions: settings.taskInterval.map { [.taskInterval($0)] } ?? [])
        let privacy = try settings.privacy.map {
            try TaskPrivacy(metric: settings.account ?? info, policy: $0, parameters: parameters)
        }
        func aggregator(_ role: AggregatorRole) throws -> AggregatorTask {
            var task = try AggregatorTask(
                configuration: configuration, role: role, sharedSecret: keys.sharedSecret,
                collectorHpkeConfig: keys.collector.config)
            task.privacy = privacy
            return task
        }
        client = try ClientTask(configuration: configuration)
        leader = try aggregator(.leader)
        helper = try aggregator(.helper)
        var collector = try CollectorTask(
            configuration: configuration, hpkeConfig: keys.collector.config, keyPair: keys.collector.keyPair)
        collector.privacy = privacy
        self.collector = collector
        id = client.id
    }
}

/// The secrets of a deployment.
public struct TestKeys: Sendable {
    /// A public configuration with its private key.
    public typealias Key = (config: HpkeConfig, keyPair: HPKEKeyPair)

    /// The leader's keys: both ciphersuites.
    public let leader: [Key]
    /// The helper's keys: both ciphersuites.
    public let helper: [Key]
    /// The collector's key.
    public let collector: Key
    /// What the aggregators share.
    public let sharedSecret: SecretBytes
    /// The token that the helper knows the leader by.
    public let leaderToken = SecretBytes(Array("token of the leader".utf8))
    /// The token that the leader knows the collector by.
    public let collectorToken = SecretBytes(Array("token of the collector".utf8))

    /// Keys from a random source.
    public init(random: RandomSource) {
        var random = random
        leader = [Self.key(11, .x25519ChaCha20Poly1305, &random), Self.key(12, .x25519AES128GCM, &random)]
        helper = [Self.key(21, .x25519ChaCha20Poly1305, &random), Self.key(22, .x25519AES128GCM, &random)]
        collector = Self.key(31, .x25519ChaCha20Poly1305, &random)
        sharedSecret = SecretBytes.random(count: 32, using: &random)
    }

    /// A fresh key.
    public static func key(_ id: HpkeConfigID, _ suite: HPKECiphersuite, _ random: inout RandomSource) -> Key {
        let pair = HPKEKeyPair.generate(using: &random)
        let config = HpkeConfig(
            id: id, kemID: suite.kem, kdfID: suite.kdf, aeadID: suite.aead, publicKey: pair.publicKey)
        return (config, pair)
    }
}
