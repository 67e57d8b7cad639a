import DAPMessages
import DAPRoles
import DAPTesting
import Testing

/// A job that waits for the helper is repeated byte for byte, however long it takes, and an operator sees it.
@Suite struct WaitingJobTests {
    private static let message = "an aggregation job waits"

    @Test("While the helper is down for long the same bytes are sent at growing pauses; each attempt is in the log")
    func helperDown() async throws {
        let log = RecordedLog()
        let deployment = try TestDeployment(logger: log.logger)
        _ = try await deployment.uploader().upload([deployment.measurement()])
        // The request arrives the first time.
        deployment.transport.setWeather { request, _ in
            guard request.mediaType == .aggregationJobInitReq else { return nil }
            let sent = deployment.transport.requests.count { $0.mediaType == .aggregationJobInitReq }
            return sent == 1 ? .loseResponse : .loseRequest
        }
        let (start, window) = (deployment.clock.now(), deployment.window())
        try await deployment.pass(seconds: 3600)
        let sent = deployment.transport.requests.filter { $0.mediaType == .aggregationJobInitReq }
        #expect(Set(sent.map(\.body)).count == 1)
        #expect((33...40).contains(sent.count), "once in two minutes at last")
        let records = log.records(Self.message)
        #expect(records.count == sent.count)
        #expect(records.map { $0.metadata["attempts"] } == (1...sent.count).map { "\($0)" })
        let ages = records.compactMap { $0.metadata["age"]?.split(separator: " ").first.flatMap { UInt64($0) } }
        #expect(ages == ages.sorted() && ages.count == sent.count)
        #expect((3600 - 200...deployment.clock.now() - start).contains(try #require(ages.last)))
        #expect(records.allSatisfy { $0.metadata["reason"]?.contains("got lost") == true })
        deployment.transport.setWeather(nil)
        deployment.clock.advance(seconds: Backoff.longest)
        #expect(try await deployment.collect(window).result == .integer(1))
    }

    @Test("A job that the helper has been working on for a minute is in the log, now and then")
    func polled() async throws {
        let log = RecordedLog()
        var settings = TestDeployment.Settings()
        settings.helperAnswering = .later
        let deployment = try TestDeployment(settings: settings, logger: log.logger)
        _ = try await deployment.uploader().upload([deployment.measurement()])
        for _ in 0..<1000 {
            // The helper's driver never works.
            _ = try await deployment.driver.createAggregationJobs()
            while try await deployment.driver.stepAggregationJob() {}
            deployment.clock.advance(seconds: 1)
        }
        let attempts = log.records(Self.message).compactMap { $0.metadata["attempts"].flatMap { Int($0) } }
        #expect(attempts == [64, 128, 256, 512])
    }

    @Test("A job whose task the catalog does not have is in the log")
    func unknownTask() async throws {
        let store = MemoryStore()
        let old = try TestDeployment([.count], leaderStore: store)
        _ = try await old.uploader().upload([old.measurement()])
        _ = try await old.driver.createAggregationJobs()
        old.clock.advance(seconds: 5)
        _ = try await old.driver.createAggregationJobs()
        let log = RecordedLog()
        let new = try TestDeployment([.sum(maxMeasurement: 3)], leaderStore: store, logger: log.logger)
        new.clock.advance(seconds: 5)
        #expect(try await new.driver.stepAggregationJob())
        #expect(log.records(Self.message).map { $0.metadata["reason"] } == ["the catalog does not have its task"])
    }
}
