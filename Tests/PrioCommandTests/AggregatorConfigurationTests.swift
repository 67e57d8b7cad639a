import PrioCommand
import Testing

@Suite("The aggregator's configuration")
struct AggregatorConfigurationTests {
    private static let digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

    private static let leader = """
        role: leader
        listen: {host: 127.0.0.1, port: 8787}
        catalog: ../metrics.yaml
        database: store.sqlite
        hpke_keys: /keys/hpke.yaml
        verify_key_secret: secret
        collector_token_sha256: [\(digest)]
        helper_token: token
        aggregation: {minimum_job_size: 10, maximum_wait: 0, concurrent_jobs: 1,
          batch_target_size: 7, batch_maximum_age: 0}
        log_level: debug
        """

    private static let helper = """
        role: helper
        listen: {host: "::", port: 1}
        catalog: c
        database: d
        hpke_keys: h
        verify_key_secret: v
        leader_token_sha256: [\(digest), \(digest)]
        """

    @Test("A leader's file is read, and its paths are relative to it")
    func leader() throws {
        let directory = try TemporaryDirectory()
        let configuration = try AggregatorConfiguration.load(directory.write(Self.leader, to: "aggregator.yaml"))
        #expect(configuration.role == .leader)
        #expect(configuration.listen == .init(host: "127.0.0.1", port: 8787))
        #expect(configuration.catalog == directory.path + "/../metrics.yaml")
        #expect(configuration.hpkeKeys == "/keys/hpke.yaml")
        #expect(configuration.helperToken == directory.file("token"))
        #expect(configuration.aggregation?.maximumWait == 0)
        #expect(configuration.aggregation?.batchTargetSize == 7 && configuration.aggregation?.batchMaximumAge == 0)
        #expect(configuration.level == .debug)
        #expect(try configuration.tokenDigests().map(\.count) == [32])
    }

    @Test("A helper's file is read")
    func helper() throws {
        let configuration = try AggregatorConfiguration(yaml: Self.helper)
        #expect(configuration.role == .helper)
        #expect(try configuration.tokenDigests().count == 2)
        #expect(configuration.level == .info)
        #expect(configuration.answers == nil)
    }

    @Test("A helper's answers come at once or later, and in no other way")
    func answers() throws {
        for (text, answers) in [("at_once", AggregatorConfiguration.Answers.atOnce), ("later", .later)] {
            let configuration = try AggregatorConfiguration(yaml: Self.helper + "\nanswers: \(text)")
            #expect(configuration.answers == answers)
        }
        for text in ["now", "Later", "''", "1", "[later]"] {
            let flaw = try #require(throws: ConfigurationFlaw.self, "\(text)") {
                try AggregatorConfiguration(yaml: Self.helper + "\nanswers: \(text)")
            }
            #expect(flaw.reason.contains("answers"), "\(text)")
        }
    }

    @Test("The sizes and ages of batches are read up to their bounds")
    func batchBounds() throws {
        for (size, age) in [(1, 0), (1_000_000_000, 2_678_400)] {
            let text = Self.leader.replacing("batch_target_size: 7", with: "batch_target_size: \(size)")
                .replacing("batch_maximum_age: 0", with: "batch_maximum_age: \(age)")
            let aggregation = try AggregatorConfiguration(yaml: text).aggregation
            #expect(aggregation?.batchTargetSize == size && aggregation?.batchMaximumAge == age)
        }
    }

    @Test("What is written reads back the same", arguments: [AggregatorConfiguration.Role.leader, .helper])
    func writing(role: AggregatorConfiguration.Role) throws {
        var configuration = AggregatorConfiguration(
            role: role, listen: .init(host: "127.0.0.1", port: 80), catalog: "../metrics.yaml",
            tokenDigests: [Self.digest])
        configuration.logLevel = "info"
        if role == .helper { configuration.answers = .later }
        #expect(try AggregatorConfiguration(yaml: configuration.yaml()) == configuration)
    }

    @Test(
        "Anything else is refused, and the reason names it",
        arguments: [
            ("log_level: debug", "log_level: loud", "log_level"), ("port: 8787", "port: 0", "listen.port"),
            ("port: 8787", "port: 65536", "listen.port"), ("port: 8787", "port: x", "listen.port"),
            ("port: 8787", "port: 1, tls: yes", "tls"), ("host: 127.0.0.1", "host: ''", "listen.host"),
            ("catalog: ../metrics.yaml\n", "", "catalog"), ("log_level: debug", "log: debug", "log"),
            ("role: leader", "role: follower", "role"), ("role: leader", "role: helper", "leader_token_sha256"),
            ("helper_token: token\n", "", "helper_token"), (digest, "", "collector_token_sha256"),
            (digest, "abc", "collector_token_sha256"), ("concurrent_jobs: 1", "concurrent_jobs: 0", "concurrent_jobs"),
            ("concurrent_jobs: 1", "jobs: 1", "jobs"), ("database: store.sqlite", "database: ''", "database"),
            ("log_level: debug", "leader_token_sha256: [\(digest)]", "leader_token_sha256"),
            ("log_level: debug", "answers: later", "answers"),
            ("batch_target_size: 7", "batch_target_size: 0", "batch_target_size"),
            ("batch_target_size: 7", "batch_target_size: 1000000001", "batch_target_size"),
            ("batch_maximum_age: 0", "batch_maximum_age: -1", "batch_maximum_age"),
            ("batch_maximum_age: 0", "batch_maximum_age: 2678401", "batch_maximum_age"),
            ("role: leader", "role: [", "YAML"), ("role: leader", "role: leader\nrole: leader", "twice"),
        ])
    func refusal(old: String, new: String, named: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(Self.leader.replacing(old, with: new), to: "aggregator.yaml")
        let failure = try #require(throws: CommandFailure.self) { try AggregatorConfiguration.load(path) }
        #expect(failure.status == .badConfiguration)
        #expect(failure.message.hasPrefix(path))
        #expect(failure.message.contains(named))
    }

    @Test("An empty file, or one of another kind, is refused", arguments: ["", "a", "- a", "1", "null"])
    func noConfiguration(text: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "a")
        #expect { try AggregatorConfiguration.load(path) } throws: { CommandFailure($0).status == .badConfiguration }
    }
}
