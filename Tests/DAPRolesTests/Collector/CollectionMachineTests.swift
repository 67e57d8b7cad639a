import DAPMessages
import DAPRoles
import Testing

@Suite struct CollectionMachineTests {
    private static let url = "http://leader.example/api/tasks/T/collection_jobs"
    private static let request = CollectionJobReq(
        query: .timeInterval(
            TimeIntervalQueryConfig(batchInterval: Interval(start: Time(1), duration: Duration(1)))))

    @Test("An answer to the first request is the end")
    func atOnce() throws {
        var machine = try Self.machine()
        let post = try #require(machine.start().posted)
        #expect(post.url == Self.url && post.pause == 0)
        #expect(try CollectionJobReq(decoding: post.body) == Self.request)
        #expect(machine.receive(.success(try Self.finished()), now: 0).response != nil)
    }

    @Test("A pending job is polled where the leader says, first quickly, then as it wishes, until it is ready")
    func polling() throws {
        var machine = try Self.machine()
        var pauses: [UInt64] = []
        for retryAfter in [nil, 1, 1, 1, 1, 1, 100, 0] as [UInt64?] {
            let effect = machine.receive(.success(Self.pending("/api/tasks/T/collection_jobs/J", retryAfter)), now: 0)
            #expect(effect.polled?.url == Self.url + "/J")
            pauses.append(effect.polled?.pause ?? 0)
        }
        #expect(pauses == [200, 400, 800, 1000, 1000, 1000, CollectionMachine.longestPause, 100])
        #expect(machine.receive(.success(try Self.finished()), now: 0).response != nil)
    }

    @Test(
        "A location is relative to the request that it answers",
        arguments: [
            "http://leader.example/api/tasks/T/collection_jobs/J", "/api/tasks/T/collection_jobs/J",
            "collection_jobs/J",
        ])
    func locations(location: String) throws {
        var machine = try Self.machine()
        #expect(machine.receive(.success(Self.pending(location)), now: 0).polled?.url == Self.url + "/J")
        // A poll's answer without a location means the same job.
        #expect(machine.receive(.success(TransportResponse(status: 202)), now: 0).polled?.url == Self.url + "/J")
        // After a lost answer it posts, and the location is again relative to the creation URL.
        #expect(machine.receive(.failure(TransportError("lost")), now: 0).posted?.url == Self.url)
        #expect(machine.receive(.success(Self.pending(location)), now: 0).polled?.url == Self.url + "/J")
    }

    @Test(
        "A location at another origin is never asked, nor a missing one",
        arguments: [
            "http://evil.example/J", "//evil.example/J", "https://leader.example/J", "http://leader.example:81/J", nil,
        ])
    func otherOrigins(location: String?) throws {
        var machine = try Self.machine()
        guard case .unavailable? = machine.receive(.success(Self.pending(location)), now: 0).failure else {
            Issue.record("it goes on")
            return
        }
    }

    @Test("A job that is not ready at the deadline is left alone, after a last look right then")
    func deadline() throws {
        var machine = try Self.machine(deadline: 10)
        for _ in 0..<6 { _ = machine.receive(.success(Self.pending("/J", 30)), now: 0) }
        #expect(machine.receive(.success(Self.pending("/J", 30)), now: 8).polled?.pause == 2000)
        guard case .notReady? = machine.receive(.success(Self.pending("/J", 30)), now: 10).failure else {
            Issue.record("it goes on")
            return
        }
    }

    @Test("After a lost answer the same bytes are posted again, a few times in a row")
    func lostAnswers() throws {
        var machine = try Self.machine()
        let first = try #require(machine.start().posted)
        var pauses: [UInt64] = []
        while let post = machine.receive(.failure(TransportError("lost")), now: 0).posted {
            #expect(post.body == first.body && post.url == first.url)
            pauses.append(post.pause)
        }
        #expect(pauses == [1000, 2000, 4000, 8000] && pauses.count == CollectionMachine.attempts - 1)
        // An answer in between starts the count anew.
        var other = try Self.machine()
        for _ in 0..<20 {
            #expect(other.receive(.success(TransportResponse(status: 503)), now: 0).posted != nil)
            #expect(other.receive(.success(Self.pending("/J")), now: 0).polled != nil)
        }
    }

    @Test("A busy leader's wish is respected")
    func busy() throws {
        var machine = try Self.machine()
        let busy = TransportResponse(status: 429, retryAfter: 7)
        #expect(machine.receive(.success(busy), now: 0).posted?.pause == 7000)
    }

    @Test("A failed job ends the collection with the leader's problem and status")
    func failed() throws {
        var machine = try Self.machine()
        let problem = StoredProblem(type: ProblemType.invalidBatchSize.urn, detail: "too few")
        let effect = machine.receive(.success(TransportResponse(status: 400, problem: problem)), now: 0)
        guard case .refused(problem, status: 400)? = effect.failure else {
            Issue.record("it goes on")
            return
        }
    }

    @Test("An answer that does not decode ends it; one of another media type is asked for again")
    func unusable() throws {
        var machine = try Self.machine()
        let wrong = TransportResponse(status: 200, contentType: "text/html", body: [1])
        #expect(machine.receive(.success(wrong), now: 0).posted != nil)
        let bad = TransportResponse(status: 200, contentType: MediaType.collectionJobResp.contentType, body: [1])
        guard case .unreadable? = machine.receive(.success(bad), now: 0).failure else {
            Issue.record("it goes on")
            return
        }
    }

    private static func machine(deadline: UInt64 = 1000) throws -> CollectionMachine {
        try CollectionMachine(request: request, url: url, deadline: deadline)
    }

    private static func pending(_ location: String?, _ retryAfter: UInt64? = nil) -> TransportResponse {
        TransportResponse(status: 200, location: location, retryAfter: retryAfter)
    }

    private static func finished() throws -> TransportResponse {
        let share = HpkeCiphertext(configID: 1, encapsulatedKey: [1], payload: [2])
        let response = CollectionJobResp(
            reportCount: 1, interval: Interval(start: Time(1), duration: Duration(1)),
            leaderEncryptedAggregateShare: share, helperEncryptedAggregateShare: share)
        return TransportResponse(
            status: 200, contentType: MediaType.collectionJobResp.contentType, body: try response.encoded())
    }
}

extension CollectionMachine.Effect {
    fileprivate var posted: (url: String, body: [UInt8], pause: UInt64)? {
        if case .post(let url, let body, let pause) = self { (url, body, pause) } else { nil }
    }
    fileprivate var polled: (url: String, pause: UInt64)? {
        if case .poll(let url, let pause) = self { (url, pause) } else { nil }
    }
    fileprivate var response: CollectionJobResp? { if case .done(let response) = self { response } else { nil } }
    fileprivate var failure: CollectionFailure? { if case .fail(let failure) = self { failure } else { nil } }
}
