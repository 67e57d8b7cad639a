import DAPMessages
import DAPRoles
import DAPTesting
import Synchronization
import Testing
import VDAF

/// The whole path with one thing going wrong, at every place in turn: the total is exact all the same.
@Suite struct FaultTests {
    private static let values: [UInt64] = [3, 1, 4, 1, 5]

    private struct Story {
        var leaderStore: any LeaderStore = MemoryStore()
        var helperStore: any HelperStore = MemoryStore()
        var weather: LoopbackTransport.Weather?

        /// Uploads, aggregates and collects.
        ///
        /// - Returns: the deployment, for what was sent and done.
        @discardableResult
        func tell(_ place: String) async throws -> TestDeployment {
            let deployment = try TestDeployment(
                [.sum(maxMeasurement: 10)], settings: TestDeployment.Settings(minBatchSize: 5),
                leaderStore: leaderStore,
                helperStore: helperStore)
            deployment.transport.setWeather(weather)
            let uploader = deployment.uploader()
            let parts = [FaultTests.values.prefix(2), FaultTests.values.dropFirst(2)]
            for part in parts {
                let summary = try await uploader.upload(part.map { deployment.measurement(.integer($0)) })
                #expect(summary == UploadSummary(accepted: part.count, rejected: [:]), "\(place)")
            }
            // The driver goes on after a store that failed, as it does when it runs by itself.
            defer { deployment.clock.whileSleeping(nil) }
            deployment.clock.whileSleeping {
                do { try await deployment.step() } catch is InjectedFault {}
                deployment.clock.advance(seconds: 1)
            }
            let result = try await deployment.collector()
                .collect(.interval(deployment.window()), patience: 3600).result
            #expect(result.result == .integer(14), "\(place)")
            #expect(result.reportCount == 5, "\(place)")
            return deployment
        }
    }

    @Test("A message that gets lost, whose answer gets lost, is cut off, or that comes twice")
    func messages() async throws {
        let messages = try await Story().tell("no fault").transport.requests.count
        #expect(messages > 6)
        let faults: [LoopbackTransport.Fault] = [
            .loseRequest, .loseResponse, .duplicate, .cut(0), .answer(TransportResponse(status: 500)),
            .answer(TransportResponse(status: 429, retryAfter: 3)),
            .answer(TransportResponse(status: 302, location: "/x")),
        ]
        for message in 0..<messages {
            for fault in faults {
                // Of what goes on before the uploads are acknowledged: an empty upload answer means that all is well, an
                // empty configuration list ends the upload, and a client that did not repeat itself is told of a replay.
                switch fault {
                case .cut, .duplicate: if message < 4 { continue }
                default: break
                }
                var story = Story()
                story.weather = { _, ordinal in ordinal == message ? fault : nil }
                try await story.tell("message \(message), \(fault)")
            }
        }
    }

    @Test("The leader's answers from the helper get lost several times in a row")
    func repeatedLosses() async throws {
        for mediaType in [MediaType.aggregationJobInitReq, .aggregateShareReq] {
            let losses = Mutex(4)
            var story = Story()
            story.weather = { request, _ in
                guard request.mediaType == mediaType else { return nil }
                return losses.withLock { losses in
                    losses -= 1
                    return losses >= 0 ? .loseResponse : nil
                }
            }
            let requests = try await story.tell("\(mediaType)").transport.requests
            let bodies = requests.filter { $0.mediaType == mediaType }.map(\.body)
            #expect(bodies.count == 5 && Set(bodies).count == 1, "the same bytes each time")
        }
    }

    @Test("Any call to the leader's store fails, with or without having taken effect", arguments: StoreFault.allCases)
    func leaderStore(fault: StoreFault) async throws {
        let calls = FaultyStore(MemoryStore(), script: [])
        try await Story(leaderStore: calls).tell("no fault")
        for call in 0..<calls.calls.count {
            let store = FaultyStore(MemoryStore()) { _, ordinal in ordinal == call ? fault : nil }
            try await Story(leaderStore: store).tell("call \(call), \(calls.calls[call]), \(fault)")
        }
    }

    @Test("Any call to the helper's store fails, with or without having taken effect", arguments: StoreFault.allCases)
    func helperStore(fault: StoreFault) async throws {
        let calls = FaultyStore(MemoryStore(), script: [])
        try await Story(helperStore: calls).tell("no fault")
        for call in 0..<calls.calls.count {
            let store = FaultyStore(MemoryStore()) { _, ordinal in ordinal == call ? fault : nil }
            try await Story(helperStore: store).tell("call \(call), \(calls.calls[call]), \(fault)")
        }
    }

    @Test("Messages and both stores fail at random", arguments: [UInt64](1...8))
    func atRandom(seed: UInt64) async throws {
        var random = RandomSource.seeded(seed)
        let salts = (0..<3).map { _ in random.next() }
        // Depends on the place alone, so that a seed repeats its story.
        let isBad: @Sendable (Int, Int) -> Bool = { ordinal, salt in
            var local = RandomSource.seeded(salts[salt] &+ UInt64(ordinal))
            return ordinal < 60 && local.next() % 5 == 0
        }
        let fault: @Sendable (Int) -> StoreFault = { $0.isMultiple(of: 2) ? .persisted : .notPersisted }
        var story = Story()
        story.leaderStore = FaultyStore(MemoryStore()) { _, ordinal in isBad(ordinal, 0) ? fault(ordinal) : nil }
        story.helperStore = FaultyStore(MemoryStore()) { _, ordinal in isBad(ordinal, 1) ? fault(ordinal) : nil }
        story.weather = { _, ordinal in
            guard isBad(ordinal, 2) else { return nil }
            return ordinal.isMultiple(of: 2) ? .loseResponse : .loseRequest
        }
        try await story.tell("seed \(seed)")
    }

    @Test("The helper is down for a while during the collection, then up again")
    func helperDown() async throws {
        let deployment = try TestDeployment()
        _ = try await deployment.uploader().upload([deployment.measurement()])
        try await deployment.pass(seconds: 3)
        let up = deployment.clock.now() + 600
        deployment.transport.setWeather { request, _ in
            request.url.hasPrefix(TestDeployment.helperURL) && deployment.clock.now() < up ? .loseRequest : nil
        }
        let result = try await deployment.collect(deployment.window())
        #expect(result.result == .integer(1))
        let asked = deployment.transport.requests.filter { $0.mediaType == .aggregateShareReq }
        #expect(Set(asked.map(\.body)).count == 1)
        #expect((60...700).contains(asked.count))
        #expect(deployment.clock.now() <= up + 2 * CollectionJobMachine.longestPause)
    }

    @Test("The helper is down while reports come in, then up again")
    func helperDownBefore() async throws {
        let deployment = try TestDeployment()
        let up = deployment.clock.now() + 500
        deployment.transport.setWeather { request, _ in
            request.mediaType == .aggregationJobInitReq && deployment.clock.now() < up ? .loseRequest : nil
        }
        for _ in 0..<5 {
            _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement(.integer(0))])
            try await deployment.pass(seconds: 3)
        }
        let result = try await deployment.collect(deployment.window())
        #expect(result.result == .integer(5) && result.reportCount == 10)
    }

    @Test("A helper whose clock is two minutes behind takes what the leader let in")
    func helperClock() async throws {
        var settings = TestDeployment.Settings()
        settings.timePrecision = 1
        let helperClock = VirtualClock(VirtualClock().now() - 120)
        let deployment = try TestDeployment(settings: settings, helperClock: helperClock)
        let ahead = deployment.measurement(unitsAhead: Int64(ReportTimeRule.uploadSkew))
        let summary = try await deployment.uploader().upload([ahead])
        #expect(summary.accepted == 1)
        let all = Interval(start: deployment.window().start, duration: Duration(1000))
        #expect(try await deployment.collect(all).result == .integer(1))
    }

    @Test("A helper whose clock is far behind leaves no job and no collection hanging")
    func helperClockFarBehind() async throws {
        var settings = TestDeployment.Settings()
        settings.timePrecision = 1
        let helperClock = VirtualClock(VirtualClock().now() - 1000)
        let store = MemoryStore()
        let deployment = try TestDeployment(settings: settings, leaderStore: store, helperClock: helperClock)
        _ = try await deployment.uploader().upload([deployment.measurement()])
        do {
            // Longer than reports rest.
            _ = try await deployment.collect(deployment.window(), patience: 7200)
            Issue.record("nothing was aggregated")
        } catch CollectionFailure.refused(let problem, _) {
            #expect(problem.type == ProblemType.invalidBatchSize.urn)
        }
        #expect(Array(await store.rejections(task: deployment.task.id).values) == [.reportTooEarly])
    }
}
