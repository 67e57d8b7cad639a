import DAPHTTPClient
import DAPMessages
import Foundation
import Testing

/// The four parties, as a test runner starts them.
final class InteropDeployment {
    let client: InteropParty
    let leader: InteropParty
    let helper: InteropParty
    let collector: InteropParty

    /// Starts the four parties, gives them to `body`, and stops them.
    static func run(
        helperArguments: [String] = [], _ body: (InteropDeployment) async throws -> Void
    ) async throws {
        let transport = HTTPTransport()
        let outcome: Result<Void, any Error>
        do {
            let deployment = try await InteropDeployment(helperArguments, transport)
            do {
                outcome = .success(try await body(deployment))
            } catch {
                outcome = .failure(error)
                Issue.record("\(error)\n\(deployment.logs)")
            }
            await deployment.stop()
        } catch {
            outcome = .failure(error)
        }
        try? await transport.shutdown()
        try outcome.get()
    }

    private init(_ helperArguments: [String], _ transport: HTTPTransport) async throws {
        var started: [InteropParty] = []
        do {
            for (role, arguments) in [
                ("client", []), ("aggregator", []), ("aggregator", helperArguments), ("collector", []),
            ] {
                started.append(try await .start(role, arguments, transport: transport))
            }
        } catch {
            for party in started { await party.stop() }
            throw error
        }
        client = started[0]
        leader = started[1]
        helper = started[2]
        collector = started[3]
    }

    private var parties: [InteropParty] { [client, leader, helper, collector] }

    var logs: String { parties.map(\.log).joined(separator: "\n") }

    private func stop() async {
        for party in parties {
            #expect(await party.stop() == 0, "\(party.log)")
            #expect(party.temporaryFiles.isEmpty)
            party.remove()
        }
    }
}

/// A task as a test runner describes it.
struct InteropTask {
    let vdaf: InteropJSON
    let batchMode: Int
    var minBatchSize = 3
    var isReversed = false
    /// Fields for everybody.
    var more: InteropParty.Object = [:]
    let id = random(32)
    let leaderToken = random(16)
    let collectorToken = random(16)
    let verifyKey = random(32)
    let deployment: InteropDeployment

    static let precision = 3600
    /// The beginning of the hour before this one.
    static var lastHour: Int { Int(Windows.start(hoursAgo: 1).timeIntervalSince1970) }

    init(_ deployment: InteropDeployment, vdaf: InteropJSON, batchMode: Int) {
        self.deployment = deployment
        self.vdaf = vdaf
        self.batchMode = batchMode
    }

    /// Which aggregator leads.
    var leader: InteropParty { isReversed ? deployment.helper : deployment.leader }
    var helper: InteropParty { isReversed ? deployment.leader : deployment.helper }

    private static func random(_ count: Int) -> String {
        Base64URL.encode((0..<count).map { _ in UInt8.random(in: 0...255) })
    }

    /// What every party is told.
    var shared: InteropParty.Object {
        [
            "task_id": .string(id), "leader": .string(leader.url), "helper": .string(helper.url), "vdaf": vdaf,
            "batch_mode": .number(batchMode), "min_batch_size": .number(minBatchSize),
            "time_precision": .number(Self.precision), "something_new": ["ignored": true],
        ].merging(more) { _, new in new }
    }

    func aggregatorFields(role: String, hpkeConfig: InteropJSON) -> InteropParty.Object {
        var fields = shared
        fields["role"] = .string(role)
        fields["leader_authentication_token"] = .string(leaderToken)
        fields["collector_authentication_token"] = role == "leader" ? .string(collectorToken) : .null
        fields["vdaf_verify_key"] = .string(verifyKey)
        fields["collector_hpke_config"] = hpkeConfig
        return fields
    }

    /// Tells it to all who keep it, in the runner's order.
    func add() async throws {
        var fields = shared
        fields["collector_authentication_token"] = .string(collectorToken)
        let added = try await deployment.collector.post("add_task", fields)
        #expect(added["status"] == "success", "\(added)")
        let hpkeConfig = try #require(added["collector_hpke_config"])
        for (role, party) in [("leader", leader), ("helper", helper)] {
            let endpoint = try await party.post(
                "endpoint_for_task", ["task_id": .string(id), "role": .string(role), "hostname": "localhost"])
            #expect(endpoint["endpoint"] == "/", "\(endpoint)")
            let added = try await party.post("add_task", aggregatorFields(role: role, hpkeConfig: hpkeConfig))
            #expect(added["status"] == "success", "\(added)")
        }
    }

    /// Uploads one measurement, made a while ago in the last hour.
    func upload(_ measurement: InteropJSON, time: Int? = lastHour + 1234, with other: InteropParty.Object = [:])
        async throws -> InteropParty.Object
    {
        var fields = shared.merging(other) { _, new in new }
        fields["measurement"] = measurement
        fields["time"] = time.map { .number($0) }
        return try await deployment.client.post("upload", fields)
    }

    func uploadAll(_ measurements: [InteropJSON]) async throws {
        for measurement in measurements {
            let answer = try await upload(measurement)
            #expect(answer["status"] == "success", "\(answer)")
        }
    }

    func start(_ query: InteropJSON? = nil) async throws -> InteropParty.Object {
        let interval: InteropJSON = [
            "type": 1, "batch_interval_start": .number(Self.lastHour), "batch_interval_duration": 7200,
        ]
        return try await deployment.collector.post(
            "collection_start",
            [
                "task_id": .string(id), "agg_param": "",
                "query": query ?? (batchMode == 1 ? interval : ["type": 2, "subtype": 1]),
            ])
    }

    /// Polls until it is decided, for a minute at most.
    func poll(_ started: InteropParty.Object) async throws -> InteropParty.Object {
        #expect(started["status"] == "success", "\(started)")
        let handle = try #require(started["handle"])
        for _ in 0..<600 {
            let answer = try await deployment.collector.post("collection_poll", ["handle": handle])
            if answer["status"] != "in progress" { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
        return ["status": "never decided"]
    }

    func collect() async throws -> InteropParty.Object { try await poll(start()) }
}
