import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import Testing
import VDAF

@Suite struct CollectorTests {
    private let deployment: TestDeployment

    init() async throws {
        deployment = try TestDeployment(settings: TestDeployment.Settings(minBatchSize: 2))
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement(.integer(0))])
    }

    @Test("The result tells the total, the number of reports and the smallest interval around them")
    func result() async throws {
        let wide = Interval(start: Time(deployment.window().start.value - 5), duration: Duration(10))
        let result = try await deployment.collect(wide)
        #expect(result == CollectionResult(reportCount: 2, interval: deployment.window(), result: .integer(1)))
        // Asking again gets the same batch's answer.
        #expect(try await deployment.collect(wide) == result)
    }

    @Test("A job that is not ready in time is left alone; asking again finds it")
    func notReady() async throws {
        do {
            _ = try await deployment.collector().collect(.interval(deployment.window()), patience: 10)
            Issue.record("nobody worked on it")
        } catch CollectionFailure.notReady {}
        #expect(try await deployment.collect(deployment.window()).result == .integer(1))
    }

    @Test("A wrong token is told as such")
    func unauthorized() async throws {
        let stranger = Collector(
            task: deployment.task.collector, token: SecretBytes([1]), transport: deployment.transport,
            clock: deployment.clock)
        do {
            _ = try await stranger.collect(.interval(deployment.window()), patience: 10)
            Issue.record("it was let in")
        } catch CollectionFailure.refused(_, let status) {
            #expect(status == 401)
        }
    }

    @Test("An answer that was not made for this query and key is refused")
    func unreadable() async throws {
        let interval = deployment.window()
        let request = CollectionJobReq(query: .timeInterval(TimeIntervalQueryConfig(batchInterval: interval)))
        _ = try await deployment.collect(interval)
        let id = try await deployment.createCollectionJob(interval)
        guard case .finished(let body) = try await deployment.collection.job(task: deployment.task.id, id: id) else {
            Issue.record("the job is not finished")
            return
        }
        let good = try CollectionJobResp(decoding: body)
        _ = try deployment.task.collector.result(of: good, for: request)
        func response(
            count: UInt64 = 2, interval: Interval? = nil, leader: HpkeCiphertext? = nil, helper: HpkeCiphertext? = nil
        ) -> CollectionJobResp {
            CollectionJobResp(
                reportCount: count, interval: interval ?? good.interval,
                leaderEncryptedAggregateShare: leader ?? good.leaderEncryptedAggregateShare,
                helperEncryptedAggregateShare: helper ?? good.helperEncryptedAggregateShare)
        }
        let flipped = good.helperEncryptedAggregateShare.with(payload: \.withLastBitFlipped)
        let bad = [
            response(count: 1),
            response(interval: deployment.window(1)),
            response(interval: Interval(start: interval.start, duration: Duration(0))),
            response(interval: Interval(start: interval.start, duration: Duration(.max))),
            response(helper: flipped),
            // The roles are part of the seal.
            response(leader: good.helperEncryptedAggregateShare, helper: good.leaderEncryptedAggregateShare),
            response(leader: good.leaderEncryptedAggregateShare.with(configID: 30)),
        ]
        for response in bad { #expect(isUnreadable(response, for: request)) }
        let other = CollectionJobReq(
            query: .timeInterval(
                TimeIntervalQueryConfig(batchInterval: Interval(start: interval.start, duration: Duration(2)))))
        #expect(isUnreadable(good, for: other))
    }

    @Test("A key that does not belong to the task's configuration is refused")
    func wrongKey() throws {
        var random = deployment.random
        let other = TestKeys.key(31, .x25519ChaCha20Poly1305, &random)
        #expect(throws: HPKEError.self) {
            try CollectorTask(
                configuration: deployment.task.collector.configuration, hpkeConfig: deployment.keys.collector.config,
                keyPair: other.keyPair)
        }
    }

    private func isUnreadable(_ response: CollectionJobResp, for request: CollectionJobReq) -> Bool {
        do {
            _ = try deployment.task.collector.result(of: response, for: request)
            return false
        } catch CollectionFailure.unreadable {
            return true
        } catch {
            return false
        }
    }
}
