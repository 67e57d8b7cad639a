import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// Clients, both aggregators and the collector together, in memory.
@Suite struct ExactTotalsTests {
    private static let vdafs: [Prio3Parameters] = [
        .count, .sum(maxMeasurement: 1000), .sumVec(length: 5, maxMeasurement: 9, chunkLength: 4),
        .histogram(length: 7, chunkLength: 3), .multihotCountVec(length: 6, chunkLength: 2, maxWeight: 3),
    ]

    @Test("Every VDAF's totals are exact, window by window", arguments: [UInt64(1), 2, 3])
    func windows(seed: UInt64) async throws {
        let deployment = try TestDeployment(Self.vdafs, settings: TestDeployment.Settings(seed: seed, minBatchSize: 3))
        var random = RandomSource.seeded(seed &+ 1000)
        // [task][window]
        var totals = deployment.tasks.map { _ in [[Int128]](repeating: [], count: 3) }
        var counts = deployment.tasks.map { _ in [UInt64](repeating: 0, count: 3) }
        for (index, task) in deployment.tasks.enumerated() {
            let uploader = deployment.uploader(task)
            for window in 0..<3 {
                let values = (0..<Int.random(in: 3...12, using: &random)).map { _ in
                    Self.value(task.client.vdaf.parameters, using: &random)
                }
                let measurements = values.map { value in
                    deployment.measurement(Self.measurement(value, task), unitsAhead: -Int64(window))
                }
                let summary = try await uploader.upload(measurements)
                #expect(summary == UploadSummary(accepted: values.count, rejected: [:]), "seed \(seed)")
                totals[index][window] = Self.total(values, task)
                counts[index][window] = UInt64(values.count)
            }
        }
        for (index, task) in deployment.tasks.enumerated() {
            for window in 0..<3 {
                let start = Time(deployment.window().start.value - UInt64(window))
                let result = try await deployment.collect(Interval(start: start, duration: Duration(1)), task: task)
                #expect(result.reportCount == counts[index][window], "seed \(seed), task \(index)")
                #expect(result.result.numbers == totals[index][window], "seed \(seed), task \(index)")
            }
        }
    }

    @Test("Clients that cheat are left out, whatever they do; the others' totals stay exact")
    func cheaters() async throws {
        let store = MemoryStore()
        let deployment = try TestDeployment([.histogram(length: 5, chunkLength: 2)], leaderStore: store)
        let forge = ReportForge(deployment)
        let cheats: [(inout ReportForge.Shape) -> Void] = [
            { $0.inputShare[.leader] = { $0.withFirstBitFlipped } },
            { $0.inputShare[.helper] = { $0.withFirstBitFlipped } },
            // 2⁶⁴ more in a bucket.
            { $0.inputShare[.leader] = { share in share[..<8] + [share[8] ^ 1] + share[9...] } },
            { $0.publicShare = { $0.withFirstBitFlipped } },
            { $0.publicShare = { $0.withLastBitFlipped } },
            { $0.publicShare = { _ in [] } },
            { $0.envelope[.helper] = { $0.with(payload: \.withLastBitFlipped) } },
            { $0.envelope[.helper] = { $0.with(configID: 99) } },
            { $0.privateExtensions[.helper] = [1] },
        ]
        var expected = [Int128](repeating: 0, count: 5)
        for (bucket, cheat) in cheats.enumerated() {
            let good = try forge.report(.integer(UInt64(bucket % 5)))
            let bad = try forge.report(.integer(1), cheat)
            expected[bucket % 5] += 1
            let errors = try await deployment.upload.upload(
                task: deployment.task.id, body: try UploadRequest(reports: [good.report, bad.report]).encoded())
            #expect(errors.statuses.isEmpty)
        }
        let result = try await deployment.collect(deployment.window())
        #expect(result.result.numbers == expected && result.reportCount == UInt64(cheats.count))
        #expect(await store.rejections(task: deployment.task.id).count == cheats.count)
        #expect(await store.reportsWithShares == 0)
    }

    @Test("A window with several jobs' worth of reports adds up")
    func manyJobs() async throws {
        var settings = TestDeployment.Settings()
        settings.pace.minimumJobSize = 3
        let deployment = try TestDeployment(settings: settings)
        let uploader = deployment.uploader()
        for round in 0..<12 {
            _ = try await uploader.upload((0..<5).map { deployment.measurement(.integer(UInt64(($0 + round) % 2))) })
            if round.isMultiple(of: 3) { try await deployment.step() }
        }
        let result = try await deployment.collect(deployment.window())
        #expect(result.reportCount == 60 && result.result == .integer(30))
    }

    @Test("A job that is verified in several slices adds up")
    func manySlices() async throws {
        let deployment = try TestDeployment()
        let values = (0..<150).map { UInt64($0 % 3 == 0 ? 1 : 0) }
        let measurements = values.enumerated().map { position, value in
            deployment.measurement(.integer(value), unitsAhead: -Int64(position % 2))
        }
        _ = try await deployment.uploader().upload(measurements)
        let both = Interval(start: Time(deployment.window().start.value - 1), duration: Duration(2))
        let result = try await deployment.collect(both)
        #expect(result.reportCount == 150 && result.result == .integer(50))
        #expect(deployment.transport.requests.count { $0.mediaType == .aggregationJobInitReq } == 1)
    }

    @Test("Windows of any length can be collected, as long as they do not overlap")
    func windowLengths() async throws {
        let deployment = try TestDeployment()
        for unit in 0..<Int64(6) {
            _ = try await deployment.uploader().upload([deployment.measurement(unitsAhead: -unit)])
        }
        let now = deployment.window().start.value
        let wide = try await deployment.collect(Interval(start: Time(now - 5), duration: Duration(4)))
        #expect(wide.reportCount == 4 && wide.interval == Interval(start: Time(now - 5), duration: Duration(4)))
        #expect(try await deployment.collect(Interval(start: Time(now), duration: Duration(1))).reportCount == 1)
        #expect(try await deployment.collect(Interval(start: Time(now - 1), duration: Duration(1))).reportCount == 1)
    }

    private static func value(_ parameters: Prio3Parameters, using random: inout RandomSource) -> [UInt64] {
        switch parameters {
        case .count: return [.random(in: 0...1, using: &random)]
        case .sum(let maximum): return [.random(in: 0...maximum, using: &random)]
        case .sumVec(let length, let maximum, _):
            return (0..<length).map { _ in .random(in: 0...maximum, using: &random) }
        case .histogram(let length, _): return [.random(in: 0..<UInt64(length), using: &random)]
        case .multihotCountVec(let length, _, let weight):
            let chosen = (0..<Int(length)).shuffled(using: &random).prefix(
                Int.random(in: 0...Int(weight), using: &random))
            return (0..<Int(length)).map { chosen.contains($0) ? 1 : 0 }
        }
    }

    private static func measurement(_ value: [UInt64], _ task: TestTask) -> Prio3Measurement {
        switch task.client.vdaf.parameters {
        case .count, .sum, .histogram: .integer(value[0])
        case .sumVec, .multihotCountVec: .vector(value)
        }
    }

    private static func total(_ values: [[UInt64]], _ task: TestTask) -> [Int128] {
        guard case .histogram(let length, _) = task.client.vdaf.parameters else {
            return values[0].indices.map { index in values.map { Int128($0[index]) }.reduce(0, +) }
        }
        return (0..<UInt64(length)).map { bucket in Int128(values.count { $0[0] == bucket }) }
    }
}
