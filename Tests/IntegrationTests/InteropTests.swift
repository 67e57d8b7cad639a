import DAPMessages
import Foundation
import Testing

/// The four parties of `prio-interop`, told what to do by the test API.
@Suite(.serialized) struct InteropTests {
    struct Case: Sendable {
        let vdaf: InteropJSON
        let measurements: [InteropJSON]
        let result: InteropJSON
    }

    static let cases = [
        Case(vdaf: ["type": "Prio3Count"], measurements: ["1", "0", "1"], result: "2"),
        Case(
            vdaf: ["type": "Prio3Sum", "max_measurement": "255"], measurements: ["10", "200", 7], result: "217"),
        Case(
            vdaf: ["type": "Prio3SumVec", "max_measurement": "4096", "length": "4", "chunk_length": "18"],
            measurements: [["1", "2", "3", "4"], ["4096", "0", "0", "0"], [1, 1, 1, 1]],
            result: ["4098", "3", "4", "5"]),
        Case(
            vdaf: ["type": "Prio3Histogram", "length": "6", "chunk_length": "2"], measurements: ["0", "5", "5"],
            result: ["1", "0", "0", "0", "0", "2"]),
        Case(
            vdaf: ["type": "Prio3MultihotCountVec", "length": "4", "chunk_length": "2", "max_weight": "2"],
            measurements: [["1", "0", "1", "0"], [true, false, false, false], ["0", "1", "1", "0"]],
            result: ["2", "1", "2", "0"]),
    ]

    @Test func everyVDAFGivesItsResultInBothBatchModes() async throws {
        try await InteropDeployment.run { deployment in
            for party in [deployment.client, deployment.leader, deployment.helper, deployment.collector] {
                #expect(try await party.post("ready", body: [])["status"] != "error")
            }
            for test in Self.cases {
                let timed = InteropTask(deployment, vdaf: test.vdaf, batchMode: 1)
                try await timed.add()
                try await timed.uploadAll(test.measurements)
                let started = try await timed.start()
                let collected = try await timed.poll(started)
                #expect(collected["status"] == "complete", "\(test.vdaf) \(collected)")
                #expect(collected["result"] == test.result)
                #expect(collected["report_count"] == 3)
                #expect(collected["interval_start"] == .number(InteropTask.lastHour))
                #expect(collected["interval_duration"] == 3600)
                #expect(try await timed.poll(started) == collected, "it stays under its handle")
                #expect(try await timed.collect()["result"] == test.result, "and can be asked for again")

                let selected = InteropTask(deployment, vdaf: test.vdaf, batchMode: 2)
                try await selected.add()
                for _ in 0..<2 {
                    try await selected.uploadAll(test.measurements)
                    let collected = try await selected.collect()
                    #expect(collected["status"] == "complete", "\(test.vdaf) \(collected)")
                    #expect(collected["result"] == test.result)
                    #expect(collected["report_count"] == 3)
                }
            }
        }
    }

    @Test func twoCollectionsOfALeaderSelectedTaskAtOnceGetABatchEach() async throws {
        try await InteropDeployment.run { deployment in
            let task = InteropTask(deployment, vdaf: ["type": "Prio3Sum", "bits": "8"], batchMode: 2)
            try await task.add()
            let handles = [try await task.start(), try await task.start()]
            #expect(handles[0]["handle"] != handles[1]["handle"])
            // The largest number of eight bits is another way to say the same.
            for value in 1...6 {
                let answer = try await task.upload(
                    .string("\(value)"), time: nil, with: ["vdaf": ["type": "Prio3Sum", "max_measurement": 255]])
                #expect(answer["status"] == "success", "\(answer)")
            }
            var sum = 0
            for handle in handles {
                let collected = try await task.poll(handle)
                #expect(collected["report_count"] == 3, "\(collected)")
                sum += try #require(collected["result"]?.text.flatMap { Int($0) })
            }
            #expect(sum == 21)
        }
    }

    @Test func oneAggregatorLeadsOneTaskAndHelpsWithAnother() async throws {
        try await InteropDeployment.run { deployment in
            let task = InteropTask(deployment, vdaf: ["type": "Prio3Count"], batchMode: 1)
            var reversed = InteropTask(deployment, vdaf: ["type": "Prio3Count"], batchMode: 2)
            reversed.isReversed = true
            try await task.add()
            try await reversed.add()
            try await task.uploadAll(["1", "1", "0"])
            try await reversed.uploadAll(["0", "1", "0"])
            #expect(try await task.collect()["result"] == "2")
            #expect(try await reversed.collect()["result"] == "1")
        }
    }

    @Test func aHelperMayAnswerLater() async throws {
        try await InteropDeployment.run(helperArguments: ["--answer-later"]) { deployment in
            for batchMode in 1...2 {
                let task = InteropTask(
                    deployment, vdaf: ["type": "Prio3Histogram", "length": "4", "chunk_length": "2"],
                    batchMode: batchMode)
                try await task.add()
                try await task.uploadAll(["1", "1", "3"])
                #expect(try await task.collect()["result"] == ["0", "2", "0", "1"])
            }
        }
    }

    @Test func reportsOutsideTheTaskIntervalAreRejected() async throws {
        try await InteropDeployment.run { deployment in
            var task = InteropTask(deployment, vdaf: ["type": "Prio3Count"], batchMode: 1)
            let start = InteropTask.lastHour
            // Not at multiples of the precision: the interval is as long as it has to be.
            task.more = ["task_start": .number(start + 10), "task_end": .number(start + 3600 + 10)]
            try await task.add()
            try await task.uploadAll(["1", "1", "1"])
            let early = try await task.upload("1", time: start - 1)
            #expect(early["status"] == "error", "\(early)")
            #expect(early["error"]?.text?.isEmpty == false)
            let unaware = try await task.upload("1", with: ["task_start": .null, "task_end": .null])
            #expect(unaware["status"] == "error", "the interval is authenticated with every report: \(unaware)")
            let halfTold = try await task.upload("1", with: ["task_end": .null])
            #expect(halfTold["status"] == "error", "\(halfTold)")
            let collected = try await task.collect()
            #expect(collected["result"] == "3", "\(collected)")
        }
    }
}
