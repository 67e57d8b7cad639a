import DAPMessages
import Foundation
import HPKE
import Testing

/// What a test runner is told when something is wrong.
@Suite(.serialized) struct InteropErrorTests {
    @Test func aCommandThatMakesNoSenseIsAnErrorWithAReason() async throws {
        try await InteropDeployment.run { deployment in
            let commands = [
                (deployment.client, ["upload"]),
                (deployment.leader, ["add_task"]),
                (deployment.collector, ["add_task", "collection_start", "collection_poll"]),
            ]
            for (party, names) in commands {
                #expect(try await party.send(.post, "internal/test/unknown", body: Array("{}".utf8)).status == 404)
                #expect(try await party.send(.get, "internal/test/ready").status == 404)
                for name in names {
                    for body in ["", "nonsense", "[]", "{}", "{\"task_id\":7}", "{\"handle\":null}"] {
                        let answer = try await party.post(name, body: Array(body.utf8))
                        #expect(answer["status"] == "error", "\(name) \(body): \(answer)")
                        #expect(answer["error"]?.text?.isEmpty == false)
                    }
                }
            }
            #expect(try await deployment.client.send(.post, "internal/test/add_task").status == 404)

            let task = InteropTask(deployment, vdaf: ["type": "Prio3Sum", "max_measurement": "10"], batchMode: 1)
            for (field, value) in [
                ("measurement", "11"), ("measurement", ["1"]), ("measurement", true), ("vdaf", ["type": "Prio9"]),
                ("vdaf", ["type": "Prio3Sum"]), ("leader", "/"), ("time_precision", 0), ("batch_mode", 3),
                ("task_id", "AAAA"),
            ] as [(String, InteropJSON)] {
                var fields = task.shared.merging(["measurement": "1"]) { _, new in new }
                fields[field] = value
                let answer = try await deployment.client.post("upload", fields)
                #expect(answer["status"] == "error", "\(field) \(value): \(answer)")
            }
        }
    }

    @Test func aTaskIsKnownToThoseWhoWereToldOfIt() async throws {
        try await InteropDeployment.run { deployment in
            var task = InteropTask(deployment, vdaf: ["type": "Prio3Count"], batchMode: 1)
            let stranger = try await task.upload("1")
            #expect(stranger["error"]?.text?.contains("unrecognizedTask") == true, "\(stranger)")
            #expect(try await task.start()["status"] == "error")
            try await task.add()
            // Once more is the same; with another parameter it is another task.
            try await task.add()
            task.minBatchSize = 4
            for (party, role) in [(deployment.leader, "leader"), (deployment.helper, "helper")] {
                let config = HpkeConfig(
                    id: 1, kemID: 32, kdfID: 1, aeadID: 1, publicKey: Array(repeating: 9, count: 32))
                let fields = task.aggregatorFields(
                    role: role, hpkeConfig: .string(Base64URL.encode(try config.encoded())))
                #expect(try await party.post("add_task", fields)["status"] == "error")
            }
            let list = try await deployment.leader.send(.get, "hpke_config")
            #expect(list.status == 200)
            let suites = try HpkeConfigList(decoding: list.body).configs.map(\.ciphersuite)
            #expect(suites.contains(.x25519AES128GCM), "the suite that every party must know")
        }
    }

    @Test func aCollectorWithAnotherTokenIsRefused() async throws {
        try await InteropDeployment.run { deployment in
            let task = InteropTask(deployment, vdaf: ["type": "Prio3Count"], batchMode: 1)
            var fields = task.shared
            fields["collector_authentication_token"] = "another-token"
            let added = try await deployment.collector.post("add_task", fields)
            let config = try #require(added["collector_hpke_config"])
            for (party, role) in [(deployment.leader, "leader"), (deployment.helper, "helper")] {
                let answer = try await party.post("add_task", task.aggregatorFields(role: role, hpkeConfig: config))
                #expect(answer["status"] == "success", "\(answer)")
            }
            try await task.uploadAll(["1", "1", "1"])
            let refused = try await task.start()
            #expect(refused["status"] == "error", "\(refused)")
            #expect(refused["error"]?.text?.contains("401") == true, "\(refused)")
            #expect(refused["handle"] == nil)
        }
    }

    @Test func aCollectionThatCannotBeIsAnError() async throws {
        try await InteropDeployment.run { deployment in
            let task = InteropTask(deployment, vdaf: ["type": "Prio3Count"], batchMode: 1)
            try await task.add()
            try await task.uploadAll(["1", "1"])
            for query in [
                ["type": 2], ["type": 1], [:],
                [
                    "type": 1, "batch_interval_start": .number(InteropTask.lastHour + 1),
                    "batch_interval_duration": 3600,
                ],
                ["type": 1, "batch_interval_start": .number(InteropTask.lastHour), "batch_interval_duration": 0],
            ] as [InteropJSON] {
                let answer = try await task.start(query)
                #expect(answer["status"] == "error", "\(query): \(answer)")
            }
            let parameter = try await deployment.collector.post(
                "collection_start", ["task_id": .string(task.id), "agg_param": "AAAA", "query": ["type": 1]])
            #expect(parameter["status"] == "error")
            let few = try await task.start()
            let failed = few["status"] == "error" ? few : try await task.poll(few)
            #expect(failed["error"]?.text?.contains("invalidBatchSize") == true, "two of three reports: \(failed)")
        }
    }
}
